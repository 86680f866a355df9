"""A number beside what it would be if the synthetic volumes were real.

Two thirds of the real volumes are set against each other again and again: the mean of that is the floor, and the middle
95 % are its interval. Distances of sets depend on how many volumes they have, and so the synthetic volumes are set
against thirds of the real ones in sets of the very same size. Thirds, as halves leave nothing out: what one half has of
the spread the other lacks, they differ less among themselves than from other volumes, and real ones fall outside of the
interval too often (with 16 volumes and 300 features in 17 of 100 draws; by thirds, in 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

DRAWS = 100
FEWEST_REAL = 4
"""Real volumes under which there are no two subsets to compare."""
REAL_SUBSETS, SMALLEST_SUBSET = 3, 2
"""A subset holds one in so many of the real volumes, and at least so many volumes."""
INTERVAL_PERCENTILES = (2.5, 97.5)

Statistic = Callable[[np.ndarray], float]
"""Of the features (N, F) of one set."""
Distance = Callable[[np.ndarray, np.ndarray], float]
"""Of the features (N, F) and (M, F) of two sets; the real ones come first."""


@dataclass(frozen=True)
class Score:
    """What a metric says."""

    value: float | None
    """Of the synthetic volumes."""
    floor: float | None
    """The same of real ones in their place."""
    interval: tuple[float, float] | None
    """The middle 95 % of what real ones in their place give."""
    note: str = ""
    """Why there is no value, or what else is to be known; empty for nothing."""
    subset: int | None = None
    """Volumes in each of the sets that were set against each other; None where all were taken at once."""
    details: Mapping[str, float] = field(default_factory=dict)
    """Other numbers that belong to it, by name."""

    def to_dict(self) -> dict:
        """As report.json has it."""
        known = {"value": self.value, "floor": self.floor, "interval": self.interval, "note": self.note}
        return {**known, "subset": self.subset, **self.details}


def without_value(note: str) -> Score:
    """A score that can't be had, and why."""
    return Score(None, None, None, note)


@dataclass(frozen=True)
class Subsets:
    """Indices of sets of one size: two subsets of the real volumes that have none in common, and synthetic ones."""

    real: np.ndarray
    other_real: np.ndarray
    synthetic: np.ndarray


def subset_size(real: int, synthetic: int) -> int:
    """Volumes in each subset."""
    return min(synthetic, max(SMALLEST_SUBSET, real // REAL_SUBSETS))


def draw_subsets(real: int, synthetic: int, seed: int) -> Iterator[Subsets]:
    """Random subsets of `real` volumes and as many of `synthetic`, DRAWS times."""
    rng, size = np.random.default_rng(seed), subset_size(real, synthetic)
    for _ in range(DRAWS):
        order = rng.permutation(real)
        yield Subsets(order[:size], order[size : 2 * size], rng.permutation(synthetic)[:size])


def score_distance(distance: Distance, real: np.ndarray, synthetic: np.ndarray, seed: int) -> Score:
    """Score the distance of two sets by their features (N, F) and (M, F)."""
    values, floors = [], []
    for subsets in draw_subsets(len(real), len(synthetic), seed):
        values.append(distance(real[subsets.real], synthetic[subsets.synthetic]))
        floors.append(distance(real[subsets.real], real[subsets.other_real]))
    return replace(score_beside(float(np.mean(values)), floors), subset=subset_size(len(real), len(synthetic)))


def score_statistic(statistic: Statistic, real: np.ndarray, synthetic: np.ndarray, seed: int) -> Score:
    """Score a property of one set by the features (N, F) and (M, F) of both."""
    draws = draw_subsets(len(real), len(synthetic), seed)
    return score_beside(statistic(synthetic), [statistic(real[subsets.real]) for subsets in draws])


def score_beside(value: float, floors: Sequence[float]) -> Score:
    """Score a value by what real volumes, or chance, give in its place."""
    if not (np.isfinite(value) and np.isfinite(floors).all()):
        return without_value("Some volumes have nothing in them that could be measured.")
    low, high = np.percentile(floors, INTERVAL_PERCENTILES)
    return Score(value, float(np.mean(floors)), (float(low), float(high)))
