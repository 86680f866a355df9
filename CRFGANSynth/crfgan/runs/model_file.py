"""The model file: weights of the averaged generator and a card that says all that is needed to use it.

One file, `model.safetensors`, that can be copied anywhere. The card stands in its header, so that it can be read
without loading weights.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from ..config import Config
from ..data.dataset import DatasetFacts
from ..data.preprocessing import TrainingGrid, Units
from ..errors import InputError, readable
from ..networks.build import build_generator
from ..networks.generator import Generator
from ..networks.prior.prior_generator import PriorGenerator
from ..storage.file_names import check_new_model
from ..storage.run_folder import RunFolder
from ..storage.safetensors_header import read_header
from ..storage.sealed import digest_of
from ..storage.tensor_file import load_tensors, save_tensors
from ..version import __version__
from .card import FORMAT, changes_of_copy, find_model_file, read_card

INTENDED_USE = "Research and teaching. Synthetic volumes, not for diagnosis."
_FRACTIONS = ("F16", "BF16", "F32", "F64")
"""Types that weights may have."""


def make_card(
    config: Config, facts: DatasetFacts, iterations: int, licence: str, name: str, metrics: Mapping | None = None
) -> dict:
    """The card of a model trained for `iterations` steps. It names no volume: file names may name patients.

    Args:
        metrics: what was measured of its volumes, by name; see preview_quality.py.
    """
    return {
        "format": FORMAT,
        "name": readable(name),
        "crfgan_version": __version__,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "config": config.to_dict(),
        "grid": asdict(facts.grid),
        "units": asdict(facts.units),
        "center_ras": facts.center,
        "classes": facts.classes,
        "volumes": len(facts.names),
        "volumes_hash": facts.names_hash,
        "iterations": iterations,
        "metrics": dict(metrics or {}),
        "licence": licence,
        "intended_use": INTENDED_USE,
    }


def save_model(folder: Path, generator: Mapping[str, Tensor], card: dict) -> Path:
    """Write the model file of a run; returns its path."""
    path = RunFolder(folder).model
    save_tensors(path, generator, card)
    return path


def save_half(source: Path, target: Path, **changes: str) -> None:
    """Write the model of a file or run to the new file `target` with float16 weights, half as large.

    Args:
        changes: facts of the card to replace.

    Raises:
        InputError: see `load_model` and `check_new_model`; or the weights are too large for float16.
    """
    check_new_model(target)
    model = load_model(source)
    file = model.path
    card = {**model.card, **changes_of_copy(file, **changes)}
    half = {name: tensor.half() for name, tensor in model.generator.state_dict().items()}
    if not all(tensor.isfinite().all() for tensor in half.values()):
        raise InputError(f"{file.name} must have finite weights below 65504 to be halved. Export it whole.")
    save_tensors(target, half, card)


@dataclass(frozen=True)
class Model:
    """A trained generator, ready to synthesize, with its card."""

    path: Path
    card: dict
    config: Config
    grid: TrainingGrid
    units: Units
    generator: Generator | PriorGenerator

    @cached_property
    def sha256(self) -> str:
        """Hash of the model file, by which its volumes name it."""
        return digest_of(self.path)


def load_model(path: Path) -> Model:
    """Load a model file, or the model of a run's folder, with float32 weights whatever the file has.

    Raises:
        InputError: see `read_card`; or the weights don't fit the card, or aren't finite numbers.
    """
    card, file = read_card(path), find_model_file(path)
    config = Config.from_dict(card["config"])
    grid = TrainingGrid(tuple(card["grid"]["shape"]), card["grid"]["fit"], tuple(card["grid"]["spacing"]))
    _require_fitting(file, grid, config)
    weights = load_tensors(file)
    if not all(tensor.isfinite().all() for tensor in weights.values()):
        raise InputError(f"{file.name} is damaged: not all of its weights are finite numbers. Use another copy.")
    generator = build_generator(grid.shape, config.network)
    generator.load_state_dict(weights)
    return Model(file, card, config, grid, Units(**card["units"]), generator.eval().requires_grad_(False))


def _require_fitting(file: Path, grid: TrainingGrid, config: Config) -> None:
    """Raise InputError unless a file's weights are those of its card; none is read or made for that."""
    with torch.device("meta"):
        wanted = {name: list(t.shape) for name, t in build_generator(grid.shape, config.network).state_dict().items()}
    found = read_header(file).tensors
    fractions = all(entry["dtype"] in _FRACTIONS for entry in found.values())
    if not fractions or {name: entry["shape"] for name, entry in found.items()} != wanted:
        raise InputError(f"{file.name} is damaged: its weights and its card don't agree. Use another copy.")
