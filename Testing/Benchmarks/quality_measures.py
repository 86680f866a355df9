"""What synthetic volumes are worth beside held-out real ones: the measures of docs/quality.md, as plain numbers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from crfgan.evaluation.measure import FeaturePair
from crfgan.metrics.classifiers.coherence import CoherenceClassifier
from crfgan.metrics.features.random3d import Random3D
from crfgan.metrics.features.statistics import Statistics
from crfgan.metrics.frechet import frechet_distance
from crfgan.metrics.manifold import measure_prdc
from crfgan.metrics.mmd import median_bandwidth, mmd2
from crfgan.metrics.ms_ssim import pairwise_ms_ssim
from crfgan.metrics.seams import plane_steps, seam_index

DRAWS = 20
"""Sets of as many synthetic volumes as there are held-out ones, of which distances of sets are the mean."""
PAIRED = 30
"""Synthetic volumes of which pairs are compared."""
HEADINGS = (
    "MMD", "Frechet", "Frechet, statistics", "coherent", "seam", "MS-SSIM", "gradients D", "gradients H", "gradients W",
    "recall", "coverage", "nearest",
)  # fmt: skip


class QualityMeasures:
    """Measures sets against the same real volumes.

    Args:
        training, held_out: real volumes (N, D, H, W) in [-1, 1]; the nearest one is looked for among the first.
    """

    def __init__(self, training: np.ndarray, held_out: np.ndarray):
        self.training, self.held_out = training, held_out
        self.extract = Random3D()
        self.features = self.extract(held_out)
        self.bandwidth = median_bandwidth(self.features)
        self.describe = Statistics()
        self.statistics = self.describe(held_out)
        self.judge = CoherenceClassifier.fit(list(training), list(held_out), seed=0)
        self.seam = seam_index(plane_steps(held_out))["depth"]
        self.gradients = gradients(held_out)
        self.nearest = np.median(nearest_distances(held_out, training))

    def of(self, synthetic: np.ndarray) -> np.ndarray:
        """The measures of volumes (M, D, H, W), in the order of HEADINGS."""
        features = self.extract(synthetic)
        rng, size = np.random.default_rng(0), min(len(self.held_out), len(synthetic))
        draws = [rng.permutation(len(synthetic))[:size] for _ in range(DRAWS)]
        manifold = [measure_prdc(self.features, features[draw]) for draw in draws]
        statistics = FeaturePair(self.statistics, self.describe(synthetic)).standardised()
        pairs = list(combinations(range(min(PAIRED, len(synthetic))), 2))
        return np.array(
            [
                mmd2(self.features, features, bandwidth=self.bandwidth),
                np.mean([frechet_distance(self.features, features[draw]) for draw in draws]),
                np.mean([frechet_distance(statistics.real, statistics.synthetic[draw]) for draw in draws]),
                self.judge.share(list(synthetic)),
                seam_index(plane_steps(synthetic))["depth"] / self.seam,
                pairwise_ms_ssim(synthetic, pairs).mean(),
                *(gradients(synthetic) / self.gradients),
                np.mean([found.recall for found in manifold]),
                np.mean([found.coverage for found in manifold]),
                np.median(nearest_distances(synthetic, self.training)) / self.nearest,
            ]
        )


def gradients(volumes: np.ndarray) -> np.ndarray:
    """Mean absolute difference of neighbouring voxels along D, H, W: (3,)."""
    return np.array([np.abs(np.diff(volumes, axis=axis)).mean() for axis in (1, 2, 3)])


def nearest_distances(volumes: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Euclidean distance (N,) of each volume to the nearest training volume."""
    flat, known = volumes.reshape(len(volumes), -1), training.reshape(len(training), -1)
    return np.array([np.sqrt(((known - one) ** 2).sum(axis=1).min()) for one in flat])
