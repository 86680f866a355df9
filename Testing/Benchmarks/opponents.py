"""What a model has to beat: volumes that take a second to make, and what a lab does today instead of a model.

Each is called with the training volumes (N, D, H, W) in [-1, 1], a count and a seed, and gives (count, D, H, W).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from crfgan.config import PRESETS
from crfgan.networks.prior.prior import Prior
from crfgan.networks.shapes import A_STRIDE
from crfgan.training.prior.components import fit_prior
from scipy.ndimage import gaussian_filter, map_coordinates

SMOOTHNESS = 4.0
"""Voxels over which a random deformation hangs together: its Gaussian's standard deviation."""
DISPLACEMENT = 1.5
"""Standard deviation of a random deformation, voxels."""
DEFORMATIONS, APPEARANCES = PRESETS["tiny-32"].network.deformations, PRESETS["tiny-32"].network.components

Opponent = Callable[[np.ndarray, int, int], np.ndarray]


def principal_components(components: int | None) -> Opponent:
    """Samples of the normal distribution of scores on so many principal components; on all for None."""

    def draw(training: np.ndarray, count: int, seed: int) -> np.ndarray:
        mean = training.mean(axis=0)
        _, lengths, directions = np.linalg.svd((training - mean).reshape(len(training), -1), full_matrices=False)
        kept = slice(0, min(components or len(training), len(training) - 1))
        deviations = lengths[kept] / np.sqrt(len(training) - 1)
        scores = np.random.default_rng(seed).standard_normal((count, len(deviations)), dtype=np.float32)
        volumes = mean + ((scores * deviations) @ directions[kept]).reshape(count, *mean.shape)
        return volumes.clip(-1, 1).astype(np.float32)

    return draw


def drawn(training: np.ndarray, count: int, seed: int) -> np.ndarray:
    """What the product's own prior draws, before anything is learned."""
    prior = Prior(training.shape[1:], DEFORMATIONS, APPEARANCES)
    fit_prior(prior, training, lambda done, total: None)
    scores = torch.randn(count, prior.count, generator=torch.Generator().manual_seed(seed))
    planes = training.shape[1] // A_STRIDE
    volumes = [prior.part(prior.draw(each[None]), 0, [0], planes)[0, 0] for each in scores]
    return torch.stack(volumes).clamp(-1, 1).numpy()


def means_of_two(training: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The mean of two training volumes that are drawn by chance."""
    first, second = np.random.default_rng(seed).integers(0, len(training), (2, count))
    return (training[first] + training[second]) / 2


def deformed(training: np.ndarray, count: int, seed: int) -> np.ndarray:
    """A training volume warped by a smooth random field."""
    rng = np.random.default_rng(seed)
    return np.stack([_warped(training[index], rng) for index in rng.integers(0, len(training), count)])


def _warped(volume: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    fields = [gaussian_filter(rng.standard_normal(volume.shape), SMOOTHNESS) for _ in range(3)]
    places = np.indices(volume.shape) + [DISPLACEMENT * field / field.std() for field in fields]
    return map_coordinates(volume, places, order=1, mode="nearest").astype(np.float32)


def real_volumes(training: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Training volumes as if they were synthetic: the most that any of the measures can give."""
    order = np.random.default_rng(seed).permutation(len(training))
    return training[np.resize(order, count)]


OPPONENTS: dict[str, Opponent] = {
    "real volumes": real_volumes,
    "PCA, 20 components": principal_components(20),
    "PCA, 128 components": principal_components(128),
    "PCA, all components": principal_components(None),
    "deformable mean alone": drawn,
    "mean of two": means_of_two,
    "deformed": deformed,
}
