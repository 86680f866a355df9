"""Numbers and curves that two volumes are compared by. Needs numpy alone."""

import numpy as np

TAILS = (0.5, 99.8)
"""Percentiles between which intensities are shown."""
ALIKE = 2.0
"""Factor between the spans of two volumes up to which one window suits both."""


def window(array):
    """(low, high) of the intensities of a volume (K, J, I), without the few at the ends."""
    low, high = np.percentile(array, TAILS)
    return float(low), float(high)


def common_window(a, b):
    """One (low, high) for two volumes; None where their intensities are of so different scales that none suits both."""
    (low_a, high_a), (low_b, high_b) = window(a), window(b)
    spans = sorted((high_a - low_a, high_b - low_b))
    if spans[1] > ALIKE * spans[0]:
        return None
    return min(low_a, low_b), max(high_a, high_b)


def histogram(array, low, high, bins=100):
    """Centres of the bins between two intensities, and the share of voxels per unit of intensity in each."""
    counts, edges = np.histogram(array, bins, (low, high))
    return (edges[1:] + edges[:-1]) / 2, counts / (array.size * np.diff(edges))


def sharpness(array, spacing):
    """Mean absolute difference of neighbouring voxels over their distance, in intensity/mm."""
    return float(
        np.mean([np.abs(np.diff(array, axis=axis)).mean() / size for axis, size in enumerate(np.flip(spacing))])
    )
