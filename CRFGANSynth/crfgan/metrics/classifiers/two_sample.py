"""The classifier two-sample test: whether a simple classifier can tell two sets apart.

Lopez-Paz and Oquab, ICLR 2017 (arXiv 1610.06545). Here with ridge regression on named statistics, each volume told by
the other volumes alone, so that a dozen of each set are enough to notice what any eye notices.
"""

from __future__ import annotations

import numpy as np

from ..rows import checked_pair

RIDGE = 0.1
"""Of the features' mean variance: with more features than volumes, plain regression is right by heart."""


class Classifier:
    """Ridge regression of labels on the features of two sets of equal size, (N, F) each."""

    def __init__(self, real: np.ndarray, synthetic: np.ndarray):
        real, synthetic = checked_pair(real, synthetic, least=2)
        x = np.concatenate([real, synthetic])
        deviation = x.std(axis=0)
        x = (x - x.mean(axis=0)) / np.where(deviation > 1e-9, deviation, 1.0)
        gram = x @ x.T
        self.labels = np.repeat([1.0, -1.0], [len(real), len(synthetic)])
        ridge = RIDGE * max(np.trace(gram) / len(x), 1e-9)
        self.influence = np.linalg.solve(gram + ridge * np.eye(len(x)), gram)
        """(2 N, 2 N): what each volume's label counts in the prediction of each."""

    def accuracy(self, labels: np.ndarray) -> float:
        """Share of volumes that are told rightly by all others; 0.5 is guessing."""
        own = np.diag(self.influence)
        without = (self.influence @ labels - own * labels) / (1 - own)
        return float((without * labels > 0).mean())

    def by_chance(self, draws: int, rng: np.random.Generator) -> list[float]:
        """The accuracy where labels mean nothing: they are shuffled so many times."""
        return [self.accuracy(rng.permutation(self.labels)) for _ in range(draws)]
