"""Several sets of volumes on one grid: what is compared must be seen alike.

The way is that of training volumes (preprocessing.py): orientation, intensity window, blank margins away, one grid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from ..config import Preprocessing
from ..data.cache import Cache
from ..data.dataset import Volumes
from ..data.prepare import Asked, OnNote, OnSkip, Preparation, Surveyed
from ..data.preprocessing import TrainingGrid, Units, choose_grid, choose_set_units
from ..data.vetting.words import COPIES
from ..errors import InputError
from .collection import LazyVolume

OnProgress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""

REAL, SYNTHETIC, TRAINING = "real", "synthetic", "training"
"""Names of the sets."""


@dataclass(frozen=True)
class VolumeSet:
    """Volumes that belong together, float32 (D, H, W) in [-1, 1]."""

    names: tuple[str, ...]
    identities: tuple[str, ...]
    """What tells the voxels of each, as they were before they came to the grid."""
    volumes: Sequence[np.ndarray]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class ResampledSets:
    """Sets on one grid, by name."""

    sets: Mapping[str, VolumeSet]
    grid: TrainingGrid
    units: Units
    """What [-1, 1] stands for: of arbitrary units the median window."""


def resample_sets(
    volumes: Mapping[str, Sequence[LazyVolume]],
    settings: Preprocessing,
    cache: Cache,
    include: Collection[str],
    on_skip: OnSkip,
    on_note: OnNote,
    progress: OnProgress,
    should_stop: Asked,
) -> ResampledSets:
    """Bring sets of volumes to one grid; what can't be used is left out and told of.

    Raises:
        InputError: a set has no volume that can be used, the sets are of different modality, or the cache has no room.
        Interrupted: to stop was asked for; what was prepared is in the cache.
    """
    total, done = 2 * sum(map(len, volumes.values())), count(1)
    preparation = Preparation(settings, cache, on_skip, lambda: progress(next(done), total), should_stop=should_stop)
    surveyed = {}
    for name, of_set in volumes.items():
        # That a model makes one volume twice is what is to be found out.
        insisted = {*include, COPIES} if name == SYNTHETIC else include
        surveyed[name] = preparation.vetted(preparation.survey(of_set), insisted, on_note)
        _require_some(name, len(of_set), len(surveyed[name]))
    surveys = [each.survey for of_set in surveyed.values() for each in of_set]
    grid, units = choose_grid(surveys, settings), choose_set_units(surveys)
    sets = {name: _resample_set(of_set, grid, preparation) for name, of_set in surveyed.items()}
    progress(total, total)
    return ResampledSets(sets, grid, units)


def _resample_set(surveyed: Sequence[Surveyed], grid: TrainingGrid, preparation: Preparation) -> VolumeSet:
    paths = [kept.path for kept in preparation.arrays(surveyed, grid)]
    names = tuple(each.volume.name for each in surveyed)
    identities = tuple(each.volume.identity or each.survey.evidence.identity for each in surveyed)
    return VolumeSet(names, identities, Volumes(paths, grid.shape))


def _require_some(name: str, total: int, usable: int) -> None:
    if not usable:
        what = "none was found" if not total else f"none of {total} can be used"
        raise InputError(f"The {name} volumes must be at least one, but {what}. Give files or a folder of volumes.")
