"""The training set of a run: every volume preprocessed once, kept in the run's folder and read from there.

data.json      what was learned of the set: grid, units, classes, and of each volume its name, box and window
volumes.npy    float32 (N, D, H, W) in [-1, 1]
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .config import Preprocessing
from .errors import InputError
from .files import free_space, replace_with, write_whole
from .preprocessing import Survey, TrainingGrid, Units, choose_grid, choose_set_units, preprocess, survey
from .reading import read_volume
from .sources import Source

OnSkip = Callable[[str, str], None]
"""Told the name of a volume that is left out, and why."""


@dataclass(frozen=True)
class DatasetFacts:
    """What is known of a training set besides its voxels."""

    grid: TrainingGrid
    units: Units
    center: tuple[float, float, float]
    """Median centre of the foregrounds, RAS mm."""
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()
    """Names of the classes, in the order of their numbers; empty where there are none."""
    labels: tuple[int, ...] = ()
    """Class number of each volume."""

    @property
    def names_hash(self) -> str:
        """Tells whether two models saw the same set, without telling whose volumes they were."""
        return hashlib.sha256("\n".join(sorted(self.names)).encode()).hexdigest()


@dataclass(frozen=True)
class Dataset:
    """Preprocessed volumes, memory-mapped, with their facts."""

    facts: DatasetFacts
    volumes: np.ndarray
    """(N, D, H, W) float32 in [-1, 1]."""

    def __len__(self) -> int:
        return len(self.volumes)

    def batch(self, indices: list[int]) -> tuple[Tensor, Tensor | None]:
        """Volumes (B, 1, D, H, W), and their classes (B,) where there are any."""
        volumes = torch.from_numpy(np.stack([self.volumes[i] for i in indices]))[:, None]
        labels = self.facts.labels
        return volumes, torch.tensor([labels[i] for i in indices]) if labels else None


def read_labels(path: Path) -> dict[str, str]:
    """Class of each volume from a CSV file with the columns `name` and `class`.

    Raises:
        InputError: the file can't be read or lacks a column.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read as a table of classes: {error}. Give a CSV file.") from error
    if not rows or not {"name", "class"} <= set(rows[0]):
        found = ", ".join(rows[0]) if rows else "an empty file"
        raise InputError(f"{path} must have the columns `name` and `class`, got {found}. Add a first line naming them.")
    return {row["name"].strip(): row["class"].strip() for row in rows}


def _number_classes(names: list[str], labels: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    missing = [name for name in names if not labels.get(name)]
    if missing:
        raise InputError(
            f"Every volume must have a class, but {len(missing)} of {len(names)} have none, {missing[0]} among them. "
            "Add a line for each to the table of classes; names are file names without their ending."
        )
    classes = tuple(sorted({labels[name] for name in names}))
    if len(classes) < 2:
        raise InputError(f"The table of classes must name two or more, got only {classes[0]!r}. Leave it out.")
    return classes, tuple(classes.index(labels[name]) for name in names)


def _survey_usable(
    sources: list[Source], settings: Preprocessing, on_skip: OnSkip, progress: Callable[[int, int], None]
) -> list[tuple[Source, Survey]]:
    usable = []
    for index, source in enumerate(sources):
        try:
            usable.append((source, survey(read_volume(source), settings)))
        except InputError as error:
            on_skip(source.name, str(error))
        progress(index + 1, 2 * len(sources))
    if len(usable) < 2:
        kinds = f"{len(sources)} found, {len(usable)} usable"
        raise InputError(f"Training needs at least 2 volumes, got {kinds}. Add volumes; a few dozen give good results.")
    return usable


def prepare(
    sources: list[Source],
    settings: Preprocessing,
    folder: Path,
    labels: Mapping[str, str] | None,
    on_skip: OnSkip,
    progress: Callable[[int, int], None],
) -> Dataset:
    """Preprocess volumes into `folder`, one at a time in memory, and open the result.

    Raises:
        InputError: fewer than two volumes can be used, they are of different modality, a class is missing,
            or the folder has no room.
    """
    usable = _survey_usable(sources, settings, on_skip, progress)
    surveys = [found for _, found in usable]
    grid, units = choose_grid(surveys, settings), choose_set_units(surveys)
    names = [source.name for source, _ in usable]
    classes, numbers = _number_classes(names, labels) if labels else ((), ())
    center = tuple(float(c) for c in np.median([s.center for s in surveys], axis=0))
    facts = DatasetFacts(grid, units, center, tuple(names), classes, numbers)

    free_space(folder, 4 * len(usable) * int(np.prod(grid.shape)))
    steps = len(sources) + len(usable)

    def prepared() -> Iterator[np.ndarray]:
        for index, (source, found) in enumerate(usable):
            yield preprocess(read_volume(source), found, grid)
            progress(len(sources) + index + 1, steps)

    replace_with(folder / "volumes.npy", lambda path: _write_npy(path, prepared(), (len(usable), *grid.shape)))
    details = [asdict(found) for found in surveys]
    write_whole(folder / "data.json", json.dumps({"facts": asdict(facts), "volumes": details}, indent=1).encode())
    return open_dataset(folder)


def _write_npy(path: Path, arrays: Iterable[np.ndarray], shape: tuple[int, ...]) -> None:
    """Write float32 arrays one after the other: a memory map would end the process where the disk is full."""
    with open(path, "wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for array in arrays:
            file.write(np.ascontiguousarray(array, "<f4").tobytes())


def facts_from_dict(data: dict) -> DatasetFacts:
    """Inverse of `dataclasses.asdict` on DatasetFacts."""
    grid = {name: tuple(v) if isinstance(v, list) else v for name, v in data["grid"].items()}
    rest = {name: tuple(data[name]) for name in ("center", "names", "classes", "labels")}
    return DatasetFacts(TrainingGrid(**grid), Units(**data["units"]), **rest)


def open_dataset(folder: Path) -> Dataset:
    """Open what `prepare` left in `folder`.

    Raises:
        InputError: it isn't there or isn't whole.
    """
    try:
        facts = facts_from_dict(json.loads((folder / "data.json").read_text(encoding="utf-8"))["facts"])
        volumes = np.load(folder / "volumes.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} must hold the prepared volumes of a run, but {error}. Train into a new folder."
        ) from error
    return Dataset(facts, volumes)
