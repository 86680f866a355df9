"""The model file: weights of the averaged generator and a card that says all that is needed to use it.

One file, `model.safetensors`, that can be copied anywhere. The card stands in its header, so that it can be read
without loading weights.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from torch import Tensor

from .config import Config
from .dataset import DatasetFacts
from .errors import InputError
from .networks import Generator
from .preprocessing import TrainingGrid, Units
from .tensorfile import load_card, load_tensors, save_tensors
from .version import __version__

FILE_NAME = "model.safetensors"
FORMAT = 1
"""Number of the card's layout; a file of a later one is refused."""
INTENDED_USE = "Research and teaching. Synthetic volumes, not for diagnosis."


def make_card(config: Config, facts: DatasetFacts, iterations: int, licence: str, name: str) -> dict:
    """The card of a model trained for `iterations` steps. It names no volume: file names may name patients."""
    return {
        "format": FORMAT,
        "name": name,
        "crfgan_version": __version__,
        "created": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "config": config.to_dict(),
        "grid": asdict(facts.grid),
        "units": asdict(facts.units),
        "center_ras": facts.center,
        "classes": facts.classes,
        "volumes": len(facts.names),
        "volumes_hash": facts.names_hash,
        "iterations": iterations,
        "metrics": {},
        "licence": licence,
        "intended_use": INTENDED_USE,
    }


def save_model(folder: Path, generator: Mapping[str, Tensor], card: dict) -> Path:
    """Write the model file of a run; returns its path."""
    path = folder / FILE_NAME
    save_tensors(path, generator, card)
    return path


def find_model_file(path: Path) -> Path:
    """The model file that a user means: itself, or the one in a run's folder.

    Raises:
        InputError: there is none.
    """
    file = path / FILE_NAME if path.is_dir() else path
    if not file.is_file():
        raise InputError(
            f"{path} must be a model file or the folder of a run, but {file.name} isn't there. Choose one."
        )
    return file


def read_card(path: Path) -> dict:
    """The card of a model file or run folder.

    Raises:
        InputError: there is no model, it isn't one of ours, or it is of a later version.
    """
    file = find_model_file(path)
    card = load_card(file)
    if not isinstance(card.get("format"), int) or "grid" not in card:
        raise InputError(f"{file} is no CRF-GAN model: its card has no format number. Choose a model.safetensors.")
    if card["format"] > FORMAT:
        raise InputError(
            f"{file} is of model format {card['format']} (crfgan {card['crfgan_version']}), but this version reads up "
            f"to {FORMAT}. Update the extension."
        )
    return card


@dataclass(frozen=True)
class Model:
    """A trained generator, ready to synthesize, with its card."""

    path: Path
    card: dict
    config: Config
    grid: TrainingGrid
    units: Units
    generator: Generator

    @cached_property
    def sha256(self) -> str:
        """Hash of the model file, by which its volumes name it."""
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def load_model(path: Path) -> Model:
    """Load a model file, or the model of a run's folder.

    Raises:
        InputError: see `read_card`; or the weights don't fit the card.
    """
    card, file = read_card(path), find_model_file(path)
    try:
        config = Config.from_dict(card["config"])
        grid = TrainingGrid(tuple(card["grid"]["shape"]), card["grid"]["fit"], tuple(card["grid"]["spacing"]))
        generator = Generator(grid.shape, config.network)
        generator.load_state_dict(load_tensors(file))
        units = Units(**card["units"])
    except (KeyError, TypeError, RuntimeError) as error:
        raise InputError(f"{file} is damaged: its weights and its card don't agree. Use another copy.") from error
    return Model(file, card, config, grid, units, generator.eval().requires_grad_(False))
