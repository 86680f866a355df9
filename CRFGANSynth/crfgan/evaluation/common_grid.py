"""Several sets of volumes on one grid: what is compared must be seen alike.

The way is that of training volumes (preprocessing.py): orientation, intensity window, blank margins away, one grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..config import Preprocessing
from ..data.cache import Cache, CacheError
from ..data.dataset import OnSkip, Volumes
from ..data.preprocessing import Survey, TrainingGrid, Units, choose_grid, choose_set_units
from ..errors import InputError
from .collection import Entry

OnProgress = Callable[[int, int], None]
"""Told how many are done, and of how many."""


@dataclass(frozen=True)
class VolumeSet:
    """Volumes that belong together, float32 (D, H, W) in [-1, 1]."""

    names: tuple[str, ...]
    volumes: Sequence[np.ndarray]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Aligned:
    """Sets on one grid."""

    sets: Mapping[str, VolumeSet]
    grid: TrainingGrid
    units: Units
    """What [-1, 1] stands for: of arbitrary units the median window."""


@dataclass(frozen=True)
class _Usable:
    entry: Entry
    content: str
    survey: Survey


def align(
    entries: Mapping[str, Sequence[Entry]],
    settings: Preprocessing,
    cache: Cache,
    on_skip: OnSkip,
    progress: OnProgress,
) -> Aligned:
    """Bring sets of volumes to one grid; what can't be used is left out and told of.

    Raises:
        InputError: a set has no volume that can be used, the sets are of different modality, or the cache has no room.
    """
    total, done = 2 * sum(map(len, entries.values())), 0
    usable: dict[str, list[_Usable]] = {name: [] for name in entries}
    for name, of_set in entries.items():
        for entry in of_set:
            try:
                content = entry.content_of()
                found = cache.survey(entry.name, content, settings, entry.read)
                usable[name].append(_Usable(entry, content, found))
            except CacheError:
                raise
            except InputError as error:
                on_skip(entry.name, str(error))
            done += 1
            progress(done, total)
        _require_some(name, len(of_set), len(usable[name]))
    surveys = [volume.survey for of_set in usable.values() for volume in of_set]
    grid, units = choose_grid(surveys, settings), choose_set_units(surveys)
    sets = {}
    for name, of_set in usable.items():
        paths: list[Path] = []
        for volume in of_set:
            paths.append(cache.array(volume.content, volume.survey, grid, volume.entry.read))
            done += 1
            progress(done, total)
        sets[name] = VolumeSet(tuple(volume.entry.name for volume in of_set), Volumes(paths, grid.shape))
    progress(total, total)
    return Aligned(sets, grid, units)


def _require_some(name: str, found: int, usable: int) -> None:
    if not usable:
        what = "none was found" if not found else f"none of {found} can be used"
        raise InputError(f"The {name} volumes must be at least one, but {what}. Give files or a folder of volumes.")
