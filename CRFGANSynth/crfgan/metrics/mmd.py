"""The maximum mean discrepancy between two sets of features."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .rows import checked_pair, checked_rows, squared_distances


def median_bandwidth(features: np.ndarray) -> float:
    """Median Euclidean distance between two rows of (N, F): the kernel's usual width (Gretton et al. 2012, sec. 8).

    Take it from the real set, so that every synthetic set is measured with the same kernel.

    Raises:
        InputError: fewer than two rows, or values that aren't finite.
    """
    features = checked_rows("features", features, least=2)
    upper = np.triu_indices(len(features), k=1)
    return float(np.sqrt(np.median(squared_distances(features, features)[upper])))


def mmd2(real: np.ndarray, synthetic: np.ndarray, bandwidth: float) -> float:
    """Unbiased squared MMD of features (N, F) and (M, F), Gretton et al., JMLR 2012, eq. 3.

    The kernel is exp(-|x - y|^2 / (2 bandwidth^2)). 0 on average for sets of one distribution, at times below it.

    Raises:
        InputError: fewer than two rows, other features, values that aren't finite, or a bandwidth of 0 or less.
    """
    real, synthetic = checked_pair(real, synthetic)
    if not bandwidth > 0:
        raise InputError(
            f"`bandwidth` must be greater than 0, got {bandwidth:g}. Use the median distance of volumes that differ."
        )
    within = _mean_of_pairs(real, bandwidth) + _mean_of_pairs(synthetic, bandwidth)
    return within - 2 * _kernel(real, synthetic, bandwidth).mean()


def _kernel(x: np.ndarray, y: np.ndarray, bandwidth: float) -> np.ndarray:
    return np.exp(squared_distances(x, y) / (-2 * bandwidth**2))


def _mean_of_pairs(x: np.ndarray, bandwidth: float) -> float:
    """Mean kernel of two different rows of (N, F)."""
    kernel = _kernel(x, x, bandwidth)
    return float((kernel.sum() - np.trace(kernel)) / (len(x) * (len(x) - 1)))
