"""How alike two volumes are to the eye, and through it how various a set is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.ndimage import correlate1d

from ..errors import InputError
from .features.pooling import block_mean

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Of the scales, finest first: Wang et al. 2003, sec. 3.2."""
SIGMA = 1.5
RADIUS = 5
_OFFSETS = np.arange(-RADIUS, RADIUS + 1)
_GAUSSIAN = np.exp(-(_OFFSETS**2) / (2 * SIGMA**2))
WINDOW = _GAUSSIAN / _GAUSSIAN.sum()
STABILISERS = (0.02**2, 0.06**2)
"""C1 and C2, (0.01 L)^2 and (0.03 L)^2 for intensities of range L = 2."""


def ms_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """Multi-scale structural similarity of two volumes (D, H, W) in [-1, 1]; 1 for the same volume.

    Wang, Simoncelli and Bovik, Asilomar 2003, eq. 7, in 3D. Of its five scales those are used at which every side still
    holds the window of 11 voxels (two at 32^3, three at 64^3), with their weights scaled to a sum of 1.

    Raises:
        InputError: the shapes differ, or a side is shorter than 11 voxels.
    """
    weights = _scale_weights(x.shape, y.shape)
    product = 1.0
    for scale, weight in enumerate(weights):
        similarity, contrast = _ssim(x, y)
        last = scale == len(weights) - 1
        product *= max(similarity if last else contrast, 0.0) ** weight
        x, y = block_mean(x, (2, 2, 2)), block_mean(y, (2, 2, 2))
    return float(product)


def _scale_weights(shape: Sequence[int], other: Sequence[int]) -> np.ndarray:
    window = 2 * RADIUS + 1
    if shape != other or min(shape) < window:
        raise InputError(
            f"`volumes` must share a shape of at least {window} voxels a side, got {shape} and {other}. "
            "Bring them onto one finer grid."
        )
    scales = sum(min(shape) >> scale >= window for scale in range(len(SCALE_WEIGHTS)))
    weights = np.array(SCALE_WEIGHTS[:scales])
    return weights / weights.sum()


def _ssim(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Mean structural similarity, and mean of its contrast and structure terms where the window lies inside."""
    c1, c2 = STABILISERS
    mx, my, xx, yy, xy = (_smooth(v) for v in (x, y, x * x, y * y, x * y))
    variances = np.maximum(xx - mx * mx, 0) + np.maximum(yy - my * my, 0)
    contrast = (2 * (xy - mx * my) + c2) / (variances + c2)
    similarity = contrast * (2 * mx * my + c1) / (mx * mx + my * my + c1)
    inside = slice(RADIUS, -RADIUS)
    return float(similarity.mean()), float(contrast[inside, inside, inside].mean())


def _smooth(volume: np.ndarray) -> np.ndarray:
    """The Gaussian window over (D, H, W), mirrored at the faces."""
    # Not by products with matrices: many small ones wait for BLAS' threads wherever PyTorch has threads of its own.
    for axis in range(3):
        volume = correlate1d(volume, WINDOW, axis, mode="mirror")
    return volume


def pairwise_ms_ssim(
    volumes: Sequence[np.ndarray],
    pairs: Sequence[tuple[int, int]],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> np.ndarray:
    """MS-SSIM (P,) of the volumes whose indices each pair names: the lower its mean, the more various is a set.

    After Odena et al., ICML 2017, sec. 4.2. To be read beside that of real volumes.

    Args:
        progress: told how many of all pairs are done.

    Raises:
        InputError: as `ms_ssim`.
    """
    similarities = np.empty(len(pairs))
    for index, (i, j) in enumerate(pairs):
        similarities[index] = ms_ssim(volumes[i], volumes[j])
        progress(index + 1, len(pairs))
    return similarities
