"""The thoracic cage: the surface ribs lie on, and what else of the chest hangs on it (all in mm)."""

from __future__ import annotations

import numpy as np

from .shapes import Point, Solid, smooth_max

_HEIGHTS = (-240, -120, -60, 0, 50, 90, 115, 135, 155)
_BREADTHS = (116, 125, 128, 124, 113, 93, 68, 42, 20)
_DEPTHS = (92, 94, 92, 84, 70, 54, 41, 29, 18)
_MIDDLES = (0, 0, 0, -3, -10, -20, -28, -35, -40)

_Z = np.arange(-240.0, 260.0)
_EVERYWHERE = 1e3
APEX = 126.0
"""Height (mm) of the top of the lungs."""
RIB_SPACING = 21.0
"""Height (mm) of a vertebra and its disc."""
FIRST_RIB = 112.0
"""Height (mm) of the first thoracic vertebra."""


def _rounded(values: tuple[int, ...]) -> np.ndarray:
    """A profile over `_Z` without the kinks of its knots."""
    weights = np.hanning(51)
    padded = np.pad(np.interp(_Z, _HEIGHTS, values), 25, mode="edge")
    return np.convolve(padded, weights / weights.sum(), mode="valid").astype(np.float32)


_PROFILES = tuple(_rounded(values) for values in (_BREADTHS, _DEPTHS, _MIDDLES))


def section(z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Half-breadth, half-depth and middle y (mm) of the cage at height z."""
    return tuple(np.interp(z, _Z, profile).astype(np.float32) for profile in _PROFILES)


def cage() -> Solid:
    """The cage as a solid: elliptic in every axial plane, narrow at the top, leaning back there."""

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        breadth, depth, middle = section(z)
        u, v = x / breadth, (y - middle) / depth
        level = np.sqrt(u * u + v * v + 1e-6)
        return level * (level - 1) / np.sqrt((u / breadth) ** 2 + (v / depth) ** 2 + 1e-8)

    return everywhere(distance)


def everywhere(distance) -> Solid:
    """A solid too large to bound: painting it visits the whole grid."""
    return Solid(distance, (-_EVERYWHERE,) * 3, (_EVERYWHERE,) * 3)


def on_cage(angle: float, z: float, offset: float = 0.0) -> Point:
    """The point on the cage `angle` degrees round from the back to the right, at height z, `offset` mm out."""
    breadth, depth, middle = (float(v) for v in section(np.float32(z)))
    turn = np.deg2rad(angle)
    return (
        (breadth + offset) * float(np.sin(turn)),
        middle - (depth + offset) * float(np.cos(turn)),
        float(z),
    )


def spine_y(z: float) -> float:
    """How far anterior (mm) the middle of the vertebral body at height z lies."""
    _, depth, middle = section(np.float32(z))
    return float(middle - depth) + 31.0


def sternum_y(z: float) -> float:
    """How far anterior (mm) the sternum at height z lies."""
    _, depth, middle = section(np.float32(z))
    return float(middle + depth) - 1.0


def diaphragm_height(x: np.ndarray, y: np.ndarray, lift: float) -> np.ndarray:
    """Height (mm) of the diaphragm, `lift` mm above its nominal one.

    Two domes, the right higher, and between them the central tendon the heart rests on.
    """
    across = ((y - 12) / 72) ** 2
    right = 92 * np.exp(-(((x - 62) / 72) ** 2) - across)
    left = 78 * np.exp(-(((x + 62) / 72) ** 2) - across)
    tendon = 64 * np.exp(-(((x + 14) / 58) ** 2) - ((y - 26) / 62) ** 2)
    return -146 + lift + smooth_max(smooth_max(right, left, 20), tendon, 20)
