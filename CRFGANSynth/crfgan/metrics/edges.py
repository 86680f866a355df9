"""Edges along each axis: blur takes them away, noise adds some, streaks take them away along one axis alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .rows import checked_pair
from .seams import AXES


def edge_strengths(volumes: Sequence[np.ndarray]) -> np.ndarray:
    """Mean absolute difference of neighbouring voxels of each volume (D, H, W) along D, H, W: (N, 3)."""
    return np.array(
        [[np.abs(np.diff(volume, axis=axis)).mean(dtype=np.float64) for axis in range(3)] for volume in volumes]
    )


def edge_ratios(real: np.ndarray, synthetic: np.ndarray) -> dict[str, float]:
    """How strong edges are beside those of real volumes, by axis; 1 is right. NaN where real ones have none.

    Args:
        real, synthetic: `edge_strengths` (N, 3) and (M, 3); medians over the volumes are compared.
    """
    real, synthetic = checked_pair(real, synthetic, least=1)
    return _by_axis(np.median(synthetic, axis=0), np.median(real, axis=0))


def streak_ratios(real: np.ndarray, synthetic: np.ndarray) -> dict[str, float]:
    """The same of each axis' share in all edges: under 1 along the axis of streaks, whatever the sharpness."""
    real, synthetic = checked_pair(real, synthetic, least=1)
    return _by_axis(*(np.median(_shares(each), axis=0) for each in (synthetic, real)))


def worst(ratios: dict[str, float]) -> tuple[str, float]:
    """The axis whose ratio is farthest from 1, and the ratio; halved and doubled are equally far."""
    return max(ratios.items(), key=lambda item: abs(np.log(max(item[1], 1e-6))))


def weakest(ratios: dict[str, float]) -> tuple[str, float]:
    """The axis with the smallest ratio, and the ratio."""
    return min(ratios.items(), key=lambda item: item[1])


def _shares(strengths: np.ndarray) -> np.ndarray:
    """What each axis (N, 3) has of a volume's edges, over what the two others have on average."""
    others = (strengths.sum(axis=1, keepdims=True) - strengths) / 2
    return np.divide(strengths, others, out=np.ones_like(strengths), where=others > 0)


def _by_axis(values: np.ndarray, over: np.ndarray) -> dict[str, float]:
    ratios = np.divide(values, over, out=np.full(3, np.nan), where=over > 0)
    return dict(zip(AXES, map(float, ratios), strict=True))
