"""How far two sets cover each other, by balls around their features: fidelity and variety as separate numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .rows import checked_pair, squared_distances


@dataclass(frozen=True)
class Prdc:
    """Shares of one set within reach of the other; the ball of a volume ends at its k-th neighbour in its own set."""

    precision: float
    """Share of synthetic volumes inside some real ball: how many look real."""
    recall: float
    """Share of real volumes inside some synthetic ball: how much of the real variety is made."""
    density: float
    """Real balls around a synthetic volume, over k; can exceed 1; unlike precision isn't fooled by one wide ball."""
    coverage: float
    """Share of real volumes whose ball holds some synthetic one."""


def measure_prdc(real: np.ndarray, synthetic: np.ndarray, k: int = 5) -> Prdc:
    """Precision and recall, density and coverage of features (N, F) and (M, F).

    Kynkaanniemi et al., NeurIPS 2019, eq. 1 and 2; Naeem et al., ICML 2020, sec. 3. All four read the same
    distances.

    Raises:
        InputError: a set has not more than k rows, other features, values that aren't finite, or k below 1.
    """
    if k < 1:
        raise InputError(f"`k` must be at least 1, got {k}. Use 3 to 5 neighbours.")
    real, synthetic = checked_pair(real, synthetic, least=k + 1)
    across = squared_distances(real, synthetic)
    in_real_ball = across <= _radii(real, k)[:, None]
    in_synthetic_ball = across <= _radii(synthetic, k)[None, :]
    return Prdc(
        precision=float(in_real_ball.any(axis=0).mean()),
        recall=float(in_synthetic_ball.any(axis=1).mean()),
        density=float(in_real_ball.sum(axis=0).mean() / k),
        coverage=float(in_real_ball.any(axis=1).mean()),
    )


def _radii(rows: np.ndarray, k: int) -> np.ndarray:
    """Squared distance (N,) of each of the rows (N, F) to its k-th neighbour."""
    distances = squared_distances(rows, rows)
    # No row is its own neighbour, and rounding must not make it a distant one.
    np.fill_diagonal(distances, 0)
    return np.partition(distances, k, axis=1)[:, k]
