"""How good synthetic volumes look, in two numbers that mean something beside those of real ones. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

Volumes = Sequence[ArrayLike]
"""Arrays or CPU tensors (..., D, H, W), one after another, so that they need not lie in memory twice."""


def sharpness(volumes: Volumes) -> float:
    """Mean absolute difference of neighbouring voxels, over the three axes and all volumes."""
    return float(np.mean([np.abs(np.diff(np.asarray(v), axis=axis)).mean() for v in volumes for axis in (-3, -2, -1)]))


def variety(volumes: Volumes) -> float:
    """Mean over the voxels of the standard deviation over two or more volumes."""
    mean = sum(np.asarray(v) for v in volumes) / len(volumes)
    squares = sum(np.square(np.asarray(v) - mean) for v in volumes)
    return float(np.sqrt(squares / (len(volumes) - 1)).mean())


@dataclass(frozen=True)
class Quality:
    """What is measured of volumes."""

    sharpness: float
    variety: float

    @classmethod
    def of(cls, volumes: Volumes) -> Quality:
        """Of two or more volumes."""
        return cls(sharpness(volumes), variety(volumes))

    def over(self, real: Quality) -> dict[str, float | None]:
        """Both as ratios to those of as many real volumes: 1 is like them, None where theirs is 0."""
        pairs = {"sharpness": (self.sharpness, real.sharpness), "variety": (self.variety, real.variety)}
        return {name: round(own / other, 4) if other > 0 else None for name, (own, other) in pairs.items()}
