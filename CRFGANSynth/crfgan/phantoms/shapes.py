"""Solids described by a signed distance in mm: negative inside, positive outside, approximate far away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Point = tuple[float, float, float]
Distance = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def smooth_min(a: np.ndarray, b: np.ndarray, blend: float) -> np.ndarray:
    """Minimum of two distances (mm), rounded where they differ by less than `blend` mm."""
    near = np.maximum(blend - np.abs(a - b), 0)
    return np.minimum(a, b) - near * near / (4 * blend)


def smooth_max(a: np.ndarray, b: np.ndarray, blend: float) -> np.ndarray:
    """Maximum of two distances (mm), rounded where they differ by less than `blend` mm."""
    return -smooth_min(-a, -b, blend)


def smooth_step(value: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 at `start`, 1 at `end`, with a smooth ramp between; `start` may exceed `end`."""
    t = np.clip((value - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Solid:
    """A signed distance (mm) as a function of x right, y anterior, z superior, and the box that holds it."""

    distance: Distance
    low: Point
    high: Point

    def grown(self, mm: float) -> Solid:
        """The solid with its surface moved outwards by `mm` (inwards when negative)."""
        return Solid(
            lambda x, y, z: self.distance(x, y, z) - mm,
            tuple(v - mm for v in self.low),
            tuple(v + mm for v in self.high),
        )

    def joined(self, other: Solid, blend: float = 0.01) -> Solid:
        """Union with `other`, the seam rounded over `blend` mm."""
        return Solid(
            lambda x, y, z: smooth_min(self.distance(x, y, z), other.distance(x, y, z), blend),
            tuple(min(pair) for pair in zip(self.low, other.low, strict=True)),
            tuple(max(pair) for pair in zip(self.high, other.high, strict=True)),
        )

    def cut(self, limit: Distance, blend: float = 0.01) -> Solid:
        """The part where `limit` (a distance function, mm) is negative, the new edge rounded over `blend` mm."""
        return Solid(lambda x, y, z: smooth_max(self.distance(x, y, z), limit(x, y, z), blend), self.low, self.high)

    def without(self, other: Solid, blend: float = 0.01) -> Solid:
        """The part outside `other`."""
        return self.cut(lambda x, y, z: -other.distance(x, y, z), blend)

    def mirrored(self) -> Solid:
        """The same solid on both sides of the midsagittal plane; describe the right one (x > 0)."""
        reach = max(abs(self.low[0]), abs(self.high[0]))
        return Solid(lambda x, y, z: self.distance(np.abs(x), y, z), (-reach, *self.low[1:]), (reach, *self.high[1:]))


def rotation(pitch: float = 0.0, roll: float = 0.0, yaw: float = 0.0) -> np.ndarray:
    """3x3 matrix that turns by degrees about x (pitch), then y (roll), then z (yaw)."""
    a, b, c = np.deg2rad([pitch, roll, yaw])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def ellipsoid(center: Sequence[float], radii: Sequence[float], turn: np.ndarray | None = None) -> Solid:
    """Ellipsoid with semi-axes `radii` (mm), turned by the 3x3 matrix `turn` about its centre."""

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        u, v, w = _local(x, y, z, center, turn)
        a, b, c = (float(r) for r in radii)
        scaled = np.sqrt((u / a) ** 2 + (v / b) ** 2 + (w / c) ** 2 + 1e-6)
        slope = np.sqrt((u / a**2) ** 2 + (v / b**2) ** 2 + (w / c**2) ** 2 + 1e-6 / min(a, b, c) ** 2)
        return scaled * (scaled - 1) / slope

    reach = tuple(radii) if turn is None else (max(radii),) * 3
    return _around(distance, center, reach)


def box(center: Sequence[float], half: Sequence[float], corner: float, turn: np.ndarray | None = None) -> Solid:
    """Box of half-extents `half` (mm) with edges rounded by `corner` mm, turned by `turn` about its centre."""

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        local = _local(x, y, z, center, turn)
        over = [np.abs(c) - (float(h) - corner) for c, h in zip(local, half, strict=True)]
        outside = np.sqrt(sum(np.maximum(o, 0) ** 2 for o in over))
        return outside + np.minimum(np.maximum(np.maximum(over[0], over[1]), over[2]), 0) - corner

    reach = tuple(half) if turn is None else (float(np.linalg.norm(half)),) * 3
    return _around(distance, center, reach)


def capsule(start: Sequence[float], end: Sequence[float], r_start: float, r_end: float | None = None) -> Solid:
    """Rounded cone from `start` to `end` (mm), its radius going from `r_start` to `r_end` mm."""
    r_end = r_start if r_end is None else r_end
    a = [float(v) for v in start]
    along = [float(e) - s for s, e in zip(a, end, strict=True)]
    length2 = max(sum(v * v for v in along), 1e-6)

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        u, v, w = x - a[0], y - a[1], z - a[2]
        t = np.clip((u * along[0] + v * along[1] + w * along[2]) / length2, 0, 1)
        u, v, w = u - t * along[0], v - t * along[1], w - t * along[2]
        return np.sqrt(u * u + v * v + w * w) - (r_start + t * (r_end - r_start))

    radius = max(r_start, r_end)
    low = tuple(min(s, float(e)) - radius for s, e in zip(a, end, strict=True))
    high = tuple(max(s, float(e)) + radius for s, e in zip(a, end, strict=True))
    return Solid(distance, low, high)


def tube(points: Sequence[Sequence[float]], radii: Sequence[float] | float, blend: float = 2.0) -> Solid:
    """Tube through `points` (mm) with one radius, or one at each point (mm)."""
    radii = [radii] * len(points) if isinstance(radii, int | float) else list(radii)
    pieces = [capsule(*ends, *r) for ends, r in zip(pairwise(points), pairwise(radii), strict=True)]
    solid = pieces[0]
    for piece in pieces[1:]:
        solid = solid.joined(piece, blend)
    return solid


def _local(x, y, z, center, turn):
    """Coordinates (mm) along the solid's own axes."""
    u, v, w = x - float(center[0]), y - float(center[1]), z - float(center[2])
    if turn is None:
        return u, v, w
    return tuple(float(axis[0]) * u + float(axis[1]) * v + float(axis[2]) * w for axis in turn.T)


def _around(distance: Distance, center: Sequence[float], reach: Sequence[float]) -> Solid:
    low = tuple(float(c) - float(r) for c, r in zip(center, reach, strict=True))
    high = tuple(float(c) + float(r) for c, r in zip(center, reach, strict=True))
    return Solid(distance, low, high)
