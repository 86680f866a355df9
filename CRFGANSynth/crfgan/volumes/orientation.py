"""Voxel axes brought into the order and sense of the body's, without touching a voxel's value."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np

from .volume import Volume


def to_canonical(volume: Volume) -> Volume:
    """Reorder and flip the axes so that I points most nearly to the right, J to the front, K to the head.

    Exact: nothing is resampled, and every voxel keeps its place in the body. Holds for oblique and sheared axes.
    """
    order = _closest_axes(volume.ijk_to_ras[:3, :3])
    array = volume.array.transpose([2 - axis for axis in reversed(order)])
    matrix = volume.ijk_to_ras[:, [*order, 3]]
    for axis in range(3):
        if matrix[axis, axis] < 0:
            last = array.shape[2 - axis] - 1
            matrix[:, 3] += last * matrix[:, axis]
            matrix[:, axis] *= -1
            array = np.flip(array, 2 - axis)
    return replace(volume, array=np.ascontiguousarray(array), ijk_to_ras=matrix)


def _closest_axes(axes: np.ndarray) -> tuple[int, ...]:
    """Which voxel axis goes with R, A and S: of the six assignments, the one of least angle overall."""
    closeness = np.abs(axes / np.linalg.norm(axes, axis=0))
    return max(permutations(range(3)), key=lambda order: sum(closeness[i, axis] for i, axis in enumerate(order)))
