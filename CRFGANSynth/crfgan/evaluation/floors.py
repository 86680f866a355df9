"""A number beside what it would be if the synthetic volumes were real.

Two thirds of the real volumes are set against each other again and again: the mean of that is the floor, and the middle
95 % are its interval. Distances of sets depend on how many volumes they have, and so the synthetic volumes are set
against thirds of the real ones in sets of the very same size. Thirds, as halves leave nothing out: what one half has of
the spread the other lacks, they differ less among themselves than from other volumes, and real ones fall outside of the
interval too often (with 16 volumes and 300 features in 17 of 100 draws; by thirds, in 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

DRAWS = 100
FEWEST = 4
"""Real volumes under which there are no two parts to compare."""
PARTS, SMALLEST = 3, 2
"""A part of the real volumes is one of so many, and at least of so many volumes."""
LEVEL = (2.5, 97.5)

Statistic = Callable[[np.ndarray], float]
"""Of the features (N, F) of one set."""
Distance = Callable[[np.ndarray, np.ndarray], float]
"""Of the features (N, F) and (M, F) of two sets; the real one comes first."""


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
    details: Mapping[str, float] = field(default_factory=dict)
    """Other numbers that belong to it, by name."""

    def to_dict(self) -> dict:
        """As report.json has it."""
        known = {"value": self.value, "floor": self.floor, "interval": self.interval, "note": self.note}
        return {**known, **self.details}


def without_value(note: str) -> Score:
    """A score that can't be had, and why."""
    return Score(None, None, None, note)


@dataclass(frozen=True)
class Draw:
    """Indices of sets of one size: two parts of the real volumes that have none in common, and synthetic ones."""

    real: np.ndarray
    others: np.ndarray
    synthetic: np.ndarray


def part_size(synthetic: int, real: int) -> int:
    """Volumes in each set of a draw."""
    return min(synthetic, max(SMALLEST, real // PARTS))


def draw_parts(synthetic: int, real: int, seed: int) -> Iterator[Draw]:
    """Random parts of `real` volumes and as many of `synthetic`, DRAWS times."""
    rng, size = np.random.default_rng(seed), part_size(synthetic, real)
    for _ in range(DRAWS):
        order = rng.permutation(real)
        yield Draw(order[:size], order[size : 2 * size], rng.permutation(synthetic)[:size])


def score_distance(distance: Distance, synthetic: np.ndarray, real: np.ndarray, seed: int) -> Score:
    """Score the distance of two sets by their features (N, F) and (M, F)."""
    values, floors = [], []
    for draw in draw_parts(len(synthetic), len(real), seed):
        values.append(distance(real[draw.real], synthetic[draw.synthetic]))
        floors.append(distance(real[draw.real], real[draw.others]))
    return _score(float(np.mean(values)), floors)


def score_statistic(statistic: Statistic, synthetic: np.ndarray, real: np.ndarray, seed: int) -> Score:
    """Score a property of one set by the features (N, F) and (M, F) of both."""
    draws = draw_parts(len(synthetic), len(real), seed)
    return _score(statistic(synthetic), [statistic(real[draw.real]) for draw in draws])


def _score(value: float, floors: list[float]) -> Score:
    if not (np.isfinite(value) and np.isfinite(floors).all()):
        return without_value("Some volumes have nothing in them that could be measured.")
    low, high = np.percentile(floors, LEVEL)
    return Score(value, float(np.mean(floors)), (float(low), float(high)))
