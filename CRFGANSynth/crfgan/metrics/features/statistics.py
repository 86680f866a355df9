"""Features that have names: intensities, edges and texture of a volume."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .pooling import block_mean

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
EDGE_PERCENTILES = (50, 90, 99)
LAGS = (1, 2, 4)
SCALES = 3
AXES = "DHW"

NAMES = (
    "intensity mean",
    "intensity deviation",
    *(f"intensity percentile {p}" for p in PERCENTILES),
    "gradient mean",
    "gradient deviation",
    *(f"gradient percentile {p}" for p in EDGE_PERCENTILES),
    *(f"mean step along {axis}" for axis in AXES),
    *(f"Laplacian deviation at 1/{2**scale}" for scale in range(SCALES)),
    *(f"autocorrelation {lag} along {axis}" for axis in AXES for lag in LAGS),
)


class Statistics:
    """Volumes -> rows of the statistics that `NAMES` lists, on their own scales."""

    name = "statistics-v1"

    def __call__(self, volumes: Sequence[np.ndarray]) -> np.ndarray:
        """Volumes (D, H, W) in [-1, 1] -> features (N, F), a column for each of `NAMES`."""
        return np.array([_row(volume) for volume in volumes], dtype=np.float64)


def _row(volume: np.ndarray) -> list[float]:
    return [*_intensity(volume), *_edges(volume), *_laplacians(volume), *_autocorrelations(volume)]


def _intensity(volume: np.ndarray) -> list[float]:
    return [volume.mean(), volume.std(), *np.percentile(volume, PERCENTILES)]


def _edges(volume: np.ndarray) -> list[float]:
    """Of forward differences: the gradient's magnitude where all three exist, and the mean along each axis."""
    steps = [np.diff(volume, axis=axis) for axis in range(3)]
    dz, dy, dx = steps[0][:, 1:, 1:], steps[1][1:, :, 1:], steps[2][1:, 1:, :]
    magnitude = np.sqrt(dz**2 + dy**2 + dx**2)
    percentiles = np.percentile(magnitude, EDGE_PERCENTILES)
    return [magnitude.mean(), magnitude.std(), *percentiles, *(np.abs(step).mean() for step in steps)]


def _laplacians(volume: np.ndarray) -> list[float]:
    """Root mean square of the 7-point Laplacian on the grid itself and on two coarser ones."""
    deviations = []
    for _ in range(SCALES):
        dz, dy, dx = (np.diff(volume, 2, axis=axis) for axis in range(3))
        laplacian = dz[:, 1:-1, 1:-1] + dy[1:-1, :, 1:-1] + dx[1:-1, 1:-1, :]
        deviations.append(np.sqrt((laplacian**2).mean()))
        volume = block_mean(volume, (2, 2, 2))
    return deviations


def _autocorrelations(volume: np.ndarray) -> list[float]:
    """Correlation of the volume with itself some voxels on, along each axis; 0 for a volume of one intensity."""
    centred = volume - volume.mean()
    variance = float((centred**2).mean())
    if variance == 0:
        return [0.0] * (3 * len(LAGS))
    lagged = (np.moveaxis(centred, axis, 0) for axis in range(3))
    return [float((along[lag:] * along[:-lag]).mean()) / variance for along in lagged for lag in LAGS]
