"""How much detail of each size volumes have: their power by spatial frequency."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .rows import checked_pair

POWER_FLOOR = 1e-12
"""Power below which nothing is seen: a blank volume has none, and its logarithm must be finite."""


def radial_power(volume: np.ndarray, spacing_dhw: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Mean power of (D, H, W) in shells of equal frequency, without the mean: (frequencies, power), both (R,).

    Durall et al., CVPR 2020, eq. 2, in 3D. A Hann window first, because the faces of the volume don't meet: their steps
    would fill the high frequencies, where blur is to be seen.

    Args:
        spacing_dhw: voxel size in mm; the frequencies are in cycles per mm, up to half the coarsest axis'.
    """
    window = _hann(volume.shape)
    mean = (volume * window).sum() / window.sum()
    spectrum = np.fft.rfftn((volume - mean) * window)
    power = (spectrum.real**2 + spectrum.imag**2) / (window**2).sum()
    return _shell_means(power, volume.shape, spacing_dhw)


def _hann(shape: Sequence[int]) -> np.ndarray:
    d, h, w = (np.sin(np.pi * (np.arange(n) + 0.5) / n, dtype=np.float32) ** 2 for n in shape)
    return d[:, None, None] * h[:, None] * w


def _shell_means(
    power: np.ndarray, shape: Sequence[int], spacing_dhw: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Means over shells as thick as the smallest frequency of the shortest axis."""
    d, h = (np.fft.fftfreq(n, s) for n, s in zip(shape[:2], spacing_dhw[:2], strict=True))
    w = np.fft.rfftfreq(shape[2], spacing_dhw[2])
    frequency = np.sqrt(d[:, None, None] ** 2 + h[:, None] ** 2 + w**2)
    thickness = 1 / min(n * s for n, s in zip(shape, spacing_dhw, strict=True))
    shells = int(0.5 / max(spacing_dhw) / thickness)
    index = np.rint(frequency / thickness).astype(np.intp).ravel()
    # Half of the spectrum is left out as the mirror of the other; its middle planes have no mirror.
    weight = np.full(power.shape, 2.0, dtype=np.float32)
    weight[..., 0] = 1
    if shape[2] % 2 == 0:
        weight[..., -1] = 1
    total = np.bincount(index, (power * weight).ravel(), shells + 1)
    count = np.bincount(index, weight.ravel(), shells + 1)
    inside = slice(1, shells + 1)
    return thickness * np.arange(1, shells + 1), total[inside] / count[inside]


def log_spectra(volumes: Sequence[np.ndarray]) -> np.ndarray:
    """log10 of the radial power of each volume at a spacing of 1, (N, R)."""
    return np.log10([radial_power(volume, (1, 1, 1))[1] + POWER_FLOOR for volume in volumes])


def spectrum_distance(real: np.ndarray, synthetic: np.ndarray) -> float:
    """RMS difference of the mean log10 power of two sets over the shells, in units of 10 dB; 0 is best.

    The deviation of spectra that Schwarz et al., NeurIPS 2021, show as curves, as one number.

    Args:
        real: `log_spectra` (N, R).
        synthetic: the same of the other set, (M, R).

    Raises:
        InputError: no rows, other shells, or values that aren't finite.
    """
    real, synthetic = checked_pair(real, synthetic, least=1)
    return float(np.sqrt(((real.mean(axis=0) - synthetic.mean(axis=0)) ** 2).mean()))
