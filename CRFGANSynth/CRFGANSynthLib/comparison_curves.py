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


def radial_power(array, spacing):
    """Power spectral density of a volume over the distance from frequency 0, the mean over all directions.

    |F|^2 times the size of a voxel over the sum of the squared window: a periodogram under a Hann window, after
    Welch, IEEE Trans. Audio Electroacoust. 15:70 (1967), which keeps the volume's edges from passing for detail.

    Args:
        array: (K, J, I).
        spacing: voxel size in mm along I, J, K.

    Returns:
        Frequencies in cycles/mm, from the lowest that the shortest axis resolves in steps of it to what the coarsest
        axis can show, and powers in intensity^2 mm^3.
    """
    sizes = np.asarray(spacing, float)[::-1]
    taper = _hann(array.shape)
    detail = (array - np.average(array, weights=taper)) * taper
    power = np.abs(np.fft.rfftn(detail)) ** 2 * (np.prod(sizes) / np.sum(taper**2))
    step = 1 / np.min(array.shape * sizes)
    shell = np.rint(_radius(array.shape, sizes) / step).astype(int).ravel()
    means = np.bincount(shell, power.ravel()) / np.maximum(np.bincount(shell), 1)
    last = int(0.5 / sizes.max() / step)
    return step * np.arange(1, last + 1), means[1 : last + 1]


def _hann(shape):
    k, j, i = (np.hanning(n + 2)[1:-1].astype(np.float32) for n in shape)
    return k[:, None, None] * j[:, None] * i


def _radius(shape, sizes):
    """Distance from frequency 0 at each place of a real Fourier transform, cycles/mm."""
    k, j = (np.fft.fftfreq(n, size) for n, size in zip(shape[:2], sizes[:2], strict=True))
    i = np.fft.rfftfreq(shape[2], sizes[2])
    return np.sqrt(k[:, None, None] ** 2 + j[:, None] ** 2 + i**2)


def sharpness(array, spacing):
    """Mean absolute difference of neighbouring voxels over their distance, in intensity/mm."""
    return float(
        np.mean([np.abs(np.diff(array, axis=axis)).mean() / size for axis, size in enumerate(np.flip(spacing))])
    )
