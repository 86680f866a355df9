"""Volumes kept out of training, so that what is learned can be judged by what was never seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..config import Training
from ..errors import InputError
from .dataset import Dataset

FEWEST = 4
"""Volumes to judge by: fewer say nothing about a set."""
SMALLEST_TRAINING = 2
_STREAM = 77
"""Keeps this draw apart from all others of a run's seed (see randomness.py)."""


class Part(Sequence[np.ndarray]):
    """Some volumes of a sequence, each opened when it is asked for."""

    def __init__(self, volumes: Sequence[np.ndarray], indices: Sequence[int]):
        self.volumes, self.indices = volumes, indices

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.volumes[self.indices[index]]


def hold_out(dataset: Dataset, training: Training) -> tuple[Dataset, Dataset]:
    """The volumes to train on and those held out, which are none where the training isn't evaluated.

    Which they are depends on the run's seed and the number of volumes alone.

    Raises:
        InputError: there are too few volumes for both.
    """
    if not training.evaluate_every:
        return dataset, _part(dataset, [])
    count = max(FEWEST, round(training.held_out * len(dataset)))
    if len(dataset) - count < SMALLEST_TRAINING:
        raise InputError(
            f"`evaluate_every` must be 0 for so few volumes: {count} are held out, and {len(dataset)} are there. "
            "Add volumes, or train without evaluation."
        )
    order = np.random.default_rng([_STREAM, training.seed]).permutation(len(dataset)).tolist()
    return _part(dataset, sorted(order[count:])), _part(dataset, sorted(order[:count]))


def _part(dataset: Dataset, indices: list[int]) -> Dataset:
    facts = dataset.facts
    names, labels, identities = (
        tuple(values[i] for i in indices) if values else () for values in (facts.names, facts.labels, facts.identities)
    )
    facts = replace(facts, names=names, labels=labels, identities=identities)
    return Dataset(facts, Part(dataset.volumes, indices))
