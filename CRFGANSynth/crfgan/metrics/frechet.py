"""The Frechet distance between two sets of features."""

from __future__ import annotations

import numpy as np

from .rows import checked_pair


def frechet_distance(real: np.ndarray, synthetic: np.ndarray) -> float:
    """Squared Frechet distance between the Gaussians of features (N, F) and (M, F); 0 is best.

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), Heusel et al., NeurIPS 2017, eq. 6, after Frechet 1957. With C1 = A A^T
    and C2 = B B^T the trace of the root is the nuclear norm of A^T B. This is exact for fewer volumes than features
    too, where C1 C2 has no full rank and a matrix root would need regularisation.

    Raises:
        InputError: fewer than two rows, other features, or values that aren't finite.
    """
    real, synthetic = checked_pair(real, synthetic)
    a, b = _covariance_root(real), _covariance_root(synthetic)
    shift = ((real.mean(axis=0) - synthetic.mean(axis=0)) ** 2).sum()
    spread = (a**2).sum() + (b**2).sum() - 2 * np.linalg.norm(a @ b.T, "nuc")
    # Rounding can take what is 0 below it.
    return float(max(shift + spread, 0.0))


def _covariance_root(rows: np.ndarray) -> np.ndarray:
    """A^T (min(N, F), F) with A A^T the unbiased covariance of rows (N, F)."""
    centred = (rows - rows.mean(axis=0)) / np.sqrt(len(rows) - 1)
    return np.linalg.qr(centred, mode="r") if len(rows) > rows.shape[1] else centred
