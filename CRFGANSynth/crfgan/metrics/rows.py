"""The rows (N, F) that sets are compared by: checked, and their distances.

There are two kinds of metrics. Those that read voxels take volumes on one grid, float32 (D, H, W) in [-1, 1] with
background -1, and give one row a volume. Those that compare two sets take such rows, so that a floor (real on real)
over many random subsets reads each volume once.
"""

from __future__ import annotations

import numpy as np

from ..errors import InputError


def checked_rows(field: str, rows: np.ndarray, least: int) -> np.ndarray:
    """Rows (N, F) as float64.

    Raises:
        InputError: fewer than `least` rows, another number of axes, or a value that isn't finite.
    """
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or len(rows) < least:
        raise InputError(
            f"`{field}` must be rows (N, F) of at least {least} volumes, got shape {rows.shape}. "
            "Add volumes, or take their features first."
        )
    if not np.isfinite(rows).all():
        bad = int((~np.isfinite(rows)).any(axis=1).sum())
        raise InputError(f"`{field}` must be finite, got {bad} rows with NaN or infinity. Leave those volumes out.")
    return rows


def checked_pair(real: np.ndarray, synthetic: np.ndarray, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Rows (N, F) and (M, F) of two sets as float64.

    Raises:
        InputError: one of them isn't what `checked_rows` asks for, or F differs.
    """
    real, synthetic = checked_rows("real", real, least), checked_rows("synthetic", synthetic, least)
    if real.shape[1] != synthetic.shape[1]:
        raise InputError(
            f"`synthetic` must have the {real.shape[1]} features of `real`, got {synthetic.shape[1]}. "
            "Take both from the same extractor and the same grid."
        )
    return real, synthetic


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances (N, M) between rows (N, F) and (M, F)."""
    # Far from the origin the expanded square would cancel.
    middle = x.mean(axis=0)
    x, y = x - middle, y - middle
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1)[None, :] - 2 * x @ y.T
    return np.maximum(squares, 0, out=squares)
