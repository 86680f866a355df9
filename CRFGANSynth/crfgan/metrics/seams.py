"""Whether the slabs that a volume is rendered by show as steps between planes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError
from ..networks.shapes import SLABS

AXES = ("depth", "height", "width")


def plane_steps(volumes: Sequence[np.ndarray], slabs: int = SLABS) -> np.ndarray:
    """Mean absolute difference of neighbouring planes, (N, 3, 2): along D, H, W; at the slab boundaries and elsewhere.

    Along H and W the boundaries are where slabs of that axis would meet.

    Raises:
        InputError: a side can't be divided into so many slabs of two or more planes.
    """
    return np.array([[_axis_steps(volume, axis, slabs) for axis in range(3)] for volume in volumes])


def _axis_steps(volume: np.ndarray, axis: int, slabs: int) -> tuple[float, float]:
    side = volume.shape[axis]
    if side % slabs or side < 2 * slabs:
        raise InputError(
            f"`volumes` must have sides that are multiples of {slabs} and at least {2 * slabs}, got {volume.shape}. "
            "Use the grid that the model was trained on."
        )
    others = tuple(a for a in range(3) if a != axis)
    steps = np.abs(np.diff(volume, axis=axis)).mean(axis=others, dtype=np.float64)
    boundary = (np.arange(side - 1) + 1) % (side // slabs) == 0
    return float(steps[boundary].mean()), float(steps[~boundary].mean())


def seam_index(steps: np.ndarray) -> dict[str, float]:
    """Step at the slab boundaries over the step elsewhere, by axis, from `plane_steps` (N, 3, 2) of a set.

    1 is right along `depth`; more is a visible seam, less a smeared one. `height` and `width` know no slabs: they show
    how far from 1 anatomy alone can take the ratio. NaN where the volumes have no steps elsewhere.
    """
    at_boundary, elsewhere = steps.mean(axis=0).T
    ratios = np.divide(at_boundary, elsewhere, out=np.full(3, np.nan), where=elsewhere > 0)
    return dict(zip(AXES, map(float, ratios), strict=True))
