"""The training set of a run: every volume preprocessed once, kept in the run's folder and read from there."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..config import Preprocessing
from ..errors import InputError
from ..storage.atomic import free_space, make_folder, replace_with, telling_user
from ..storage.run_folder import RunFolder
from ..storage.sealed import digest_of, read_sealed, write_sealed
from ..volumes.discovery import Source
from ..volumes.volume import Volume
from .cache import Cache, content_of, open_array, read_with_content
from .labels import Labels, number_classes
from .prepare import Asked, OnNote, OnSkip, Preparation, Surveyed, never
from .preprocessing import TrainingGrid, Units, choose_grid, choose_set_units, require_two
from .vetting.words import NONE

ADVICE = "Put back the file as it was, or train into a new folder."


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
    identities: tuple[str, ...] = ()
    """What tells each volume's voxels from others (see vetting/evidence.py); empty in runs that don't know."""

    @property
    def names_hash(self) -> str:
        """Tells whether two models saw the same set, without telling whose volumes they were."""
        return hashlib.sha256("\n".join(sorted(self.names)).encode()).hexdigest()


class Volumes(Sequence[np.ndarray]):
    """The prepared volumes of a run, float32 (D, H, W); each is memory-mapped when it is asked for.

    A map holds its file open, and a process may have but a thousand files open where a set has more volumes.
    """

    def __init__(self, paths: Sequence[Path], shape: tuple[int, int, int]):
        self.paths, self.shape = paths, shape

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> np.memmap:
        return open_array(self.paths[index], self.shape)


@dataclass(frozen=True)
class Dataset:
    """Preprocessed volumes with their facts."""

    facts: DatasetFacts
    volumes: Sequence[np.ndarray] | np.ndarray
    """N arrays (D, H, W) float32 in [-1, 1]."""

    def __len__(self) -> int:
        return len(self.volumes)

    def whole(self, indices: Sequence[int]) -> Tensor:
        """Volumes (B, 1, D, H, W)."""
        return self.slabs(indices, [0] * len(indices), self.facts.grid.shape[0])

    def slabs(self, indices: Sequence[int], starts: Sequence[int], depth: int) -> Tensor:
        """Planes starts[b] to starts[b] + depth of each volume, (B, 1, depth, H, W); no other voxel is read."""
        return self.subvolumes(indices, 0, starts, depth)

    def subvolumes(self, indices: Sequence[int], axis: int, starts: Sequence[int], depth: int) -> Tensor:
        """Planes starts[b] to starts[b] + depth of each volume along `axis`, which comes first: (B, 1, depth, ...)."""
        face = (side for number, side in enumerate(self.facts.grid.shape) if number != axis)
        cut = torch.empty(len(indices), 1, depth, *face)
        for part, index, start in zip(cut.numpy(), indices, starts, strict=True):
            part[0] = np.moveaxis(self.volumes[index], axis, 0)[start : start + depth]
        return cut

    def classes(self, indices: Sequence[int]) -> Tensor | None:
        """Class numbers (B,) of volumes; None where the set has no classes."""
        labels = self.facts.labels
        return torch.tensor([labels[index] for index in indices]) if labels else None


@dataclass(frozen=True)
class _OfSource:
    """A volume found in files, waiting to be read."""

    source: Source

    @property
    def name(self) -> str:
        return self.source.name

    def content_hash(self) -> str:
        return content_of(self.source)

    def read(self, content: str) -> Volume:
        return read_with_content(self.source, content)


def prepare(
    sources: list[Source],
    settings: Preprocessing,
    folder: Path,
    labels: Labels | None,
    on_skip: OnSkip,
    progress: Callable[[int, int], None],
    cache: Cache,
    include: Collection[str] = NONE,
    on_note: OnNote = lambda sentence: None,
    should_stop: Asked = never,
) -> Dataset:
    """Preprocess into `folder` what `cache` doesn't hold yet, and open the result.

    Args:
        include: words by which the user insists on volumes that rules of thumb leave out.

    Raises:
        Interrupted: to stop was asked for, within one volume.
        InputError: fewer than two volumes can be used, they are of different modality, a class is missing,
            or the folder or the cache has no room or can't be written.
    """
    total, done = 2 * len(sources), count(1)
    preparation = Preparation(settings, cache, on_skip, lambda: progress(next(done), total), should_stop=should_stop)
    usable = preparation.survey([_OfSource(source) for source in sources])
    usable = preparation.vetted(usable, include, on_note)
    require_two(len(sources), len(usable))
    surveys = [each.survey for each in usable]
    grid, units = choose_grid(surveys, settings), choose_set_units(surveys)
    kept = [each.volume.source for each in usable]
    classes, numbers = number_classes(kept, labels) if labels else ((), ())
    center = tuple(float(c) for c in np.median([s.center for s in surveys], axis=0))
    identities = tuple(found.evidence.identity for found in surveys)
    facts = DatasetFacts(grid, units, center, tuple(source.name for source in kept), classes, numbers, identities)

    run = RunFolder(folder)
    make_folder(run.volumes)
    _make_room(usable, grid, folder, cache)
    checksums = []
    for index, kept in enumerate(preparation.arrays(usable, grid)):
        _take_over(kept.path, run.volume(index))
        checksums.append(kept.checksum)
    progress(total, total)
    details = [asdict(found) for found in surveys]
    write_sealed(run.data, {"facts": asdict(facts), "volumes": details, "checksums": checksums})
    return open_dataset(folder)


def _make_room(usable: list[Surveyed], grid: TrainingGrid, folder: Path, cache: Cache) -> None:
    """Raise InputError unless cache and run have room for what each of them lacks."""
    size = 4 * int(np.prod(grid.shape))
    missing = sum(not cache.holds(each.content_hash, each.survey, grid) for each in usable)
    cache.make_room(missing * size)
    if folder.stat().st_dev != cache.folder.stat().st_dev:  # no link leads from one disk to another
        free_space(folder, len(usable) * size)


def _take_over(array: Path, path: Path) -> None:
    """Put an array of the cache into a run: by a hard link, so that it takes no room twice, or as a copy."""
    with telling_user(path):
        path.unlink(missing_ok=True)
        try:
            os.link(array, path)
        except OSError:
            free_space(path.parent, array.stat().st_size)
            replace_with(path, lambda copy: shutil.copyfile(array, copy))


def facts_from_dict(data: dict) -> DatasetFacts:
    """Inverse of `dataclasses.asdict` on DatasetFacts."""
    grid = {name: tuple(v) if isinstance(v, list) else v for name, v in data["grid"].items()}
    rest = {name: tuple(data[name]) for name in ("center", "names", "classes", "labels")}
    identities = tuple(data.get("identities", ()))
    return DatasetFacts(TrainingGrid(**grid), Units(**data["units"]), **rest, identities=identities)


def _check_facts(facts: DatasetFacts) -> None:
    """Raise an exception of some kind unless facts that were read are such as `prepare` writes."""
    numbers = (*facts.grid.spacing, *facts.center, facts.units.low, facts.units.high)
    whole = (*facts.grid.shape, *facts.labels)
    right = len(facts.grid.shape) == len(facts.grid.spacing) == len(facts.center) == 3 and min(facts.grid.shape) > 0
    right &= all(type(number) is int for number in whole) and bool(np.isfinite(numbers).all())
    right &= facts.units.low < facts.units.high and len(facts.labels) == (len(facts.names) if facts.classes else 0)
    right &= len(facts.names) >= 2 and set(facts.labels) <= set(range(len(facts.classes)))
    right &= len(facts.identities) in (0, len(facts.names))
    if not (right and all(isinstance(name, str) for name in (*facts.names, *facts.classes, *facts.identities))):
        raise ValueError("facts of another kind")


def open_dataset(folder: Path) -> Dataset:
    """Open what `prepare` left in `folder`.

    Raises:
        InputError: it isn't there or isn't whole.
    """
    run = RunFolder(folder)
    content = read_sealed(run.data, ADVICE)
    try:
        facts = facts_from_dict(content["facts"])
        _check_facts(facts)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{run.name} must hold a run's prepared volumes, but its {run.data.name} is damaged. {ADVICE}"
        ) from error
    volumes = Volumes([run.volume(index) for index in range(len(facts.names))], facts.grid.shape)
    for _ in volumes:  # each tells whether it is whole
        pass
    return Dataset(facts, volumes)


def check_volumes(folder: Path, checked: Callable[[int, int], None]) -> None:
    """Make sure that the prepared volumes of a run are as they were prepared; those of earlier versions can't tell.

    Args:
        checked: called after each volume with how many are checked, and of how many.

    Raises:
        InputError: one was changed or damaged.
    """
    run = RunFolder(folder)
    known = read_sealed(run.data, ADVICE).get("checksums", [])
    for index, checksum in enumerate(known):
        path = run.volume(index)
        with telling_user(path):
            right = digest_of(path) == checksum
        if not right:
            raise InputError(f"{path.name} of {run.name} isn't as it was prepared: it was changed or damaged. {ADVICE}")
        checked(index + 1, len(known))
