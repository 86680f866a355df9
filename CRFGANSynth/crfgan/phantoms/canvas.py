"""A grid one paints solids on, in mm of the anatomy, with edges that share a voxel in proportion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from ..errors import InputError
from ..volumes.volume import Volume
from .shapes import Solid, capsule, rotation
from .waves import RandomWaves

Window = tuple[slice, slice, slice]
Segment = tuple[Sequence[float], Sequence[float], float, float]
"""Start and end (mm), radius at the start and at the end (mm)."""

WARP_WAVELENGTH = 120.0
"""Distance (mm) over which one person's displacement repeats."""
FAINTEST = 0.01
"""Share of a voxel below which a thin tube is not worth drawing."""


@dataclass(frozen=True)
class Phantom:
    """A synthetic scan and what it shows."""

    image: Volume
    labels: Volume
    label_names: dict[int, str]


@dataclass(frozen=True)
class Pose:
    """How one person's anatomy lies in the scanner."""

    center: tuple[float, float, float]
    """The point of the anatomy (mm) at the middle of the field of view."""
    turn: np.ndarray
    """3x3 rotation of the anatomy in the scanner."""
    scale: tuple[float, float, float]
    """Size of this person over the nominal anatomy, along x, y and z."""
    warp: tuple[RandomWaves, RandomWaves, RandomWaves]
    """A displacement that makes nobody symmetric."""
    warp_mm: float
    """Standard deviation of that displacement, mm."""


class Canvas:
    """Image (float32) and labels (uint8) of shape (K, J, I) with the anatomy's coordinates at each voxel."""

    def __init__(self, shape: Sequence[int], spacing: float, pose: Pose, background: float):
        self.image = np.full(shape, background, np.float32)
        self.labels = np.zeros(shape, np.uint8)
        self.pose = pose
        self.spacing = float(spacing)
        # Plain floats: this small matrix is used thousands of times, where numpy's overhead would rule.
        self._to_scanner = (pose.turn * np.array(pose.scale)).tolist()
        self.x, self.y, self.z = self._anatomy()

    def at(self, window: Window) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x, y, z (mm, anatomy) of the voxels in `window`."""
        return self.x[window], self.y[window], self.z[window]

    def window(self, solid: Solid) -> Window:
        """The block of voxels that can see `solid`, soft edge included."""
        margin = 3 * self.pose.warp_mm + 1.5 * self.spacing
        window = []
        for axis, size in zip((2, 1, 0), self.image.shape, strict=True):
            middle, reach = 0.0, margin
            for weight, low, high, center in zip(
                self._to_scanner[axis], solid.low, solid.high, self.pose.center, strict=True
            ):
                middle += weight * ((low + high) / 2 - center)
                reach += abs(weight) * (high - low) / 2
            first = floor((middle - reach) / self.spacing + (size - 1) / 2)
            last = ceil((middle + reach) / self.spacing + (size - 1) / 2)
            window.append(slice(max(first, 0), max(last + 1, 0)))
        return tuple(window)

    def cover(self, distance: np.ndarray, edge: float = 0.0) -> np.ndarray:
        """Share of each voxel inside a surface at `distance` mm; `edge` mm softens it beyond one voxel."""
        return np.clip(0.5 - distance / max(self.spacing, edge), 0, 1)

    def cover_sheet(self, distance: np.ndarray, half_width: float | np.ndarray) -> np.ndarray:
        """Share of each voxel within `half_width` mm of a sheet at `distance` mm, exact for a thin sheet."""
        return self.cover(distance - half_width) - self.cover(distance + half_width)

    def paint(
        self,
        solid: Solid,
        value: float,
        label: int | None = None,
        edge: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Blend `value` (and put `label`) over what lies inside `solid`."""
        window = self.window(solid)
        coverage = self.cover(solid.distance(*self.at(window)), edge)
        self.blend(coverage * opacity, value, label, window)

    def blend(
        self,
        coverage: np.ndarray,
        value: float | np.ndarray,
        label: int | None = None,
        window: Window = (slice(None),) * 3,
    ) -> None:
        """Mix `value` in by the share `coverage` (0..1) of each voxel; label the voxels it dominates."""
        self.image[window] += coverage * (value - self.image[window])
        if label is not None:
            self.labels[window][coverage > 0.5] = label

    def sweep(self, segments: Iterable[Segment]) -> np.ndarray:
        """Share of each voxel inside any of many tapering tubes; thin ones fade instead of breaking up."""
        coverage = np.zeros_like(self.image)
        for start, end, r_start, r_end in segments:
            wide_start, wide_end = max(r_start, self.spacing / 2), max(r_end, self.spacing / 2)
            fade = ((r_start + r_end) / (wide_start + wide_end)) ** 2
            if fade < FAINTEST:
                continue
            solid = capsule(start, end, wide_start, wide_end)
            window = self.window(solid)
            share = fade * self.cover(solid.distance(*self.at(window)))
            np.maximum(coverage[window], share, out=coverage[window])
        return coverage

    def scanner(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x, y, z (mm from the middle of the field of view) along the grid, each ready to broadcast."""
        k, j, i = (
            self.spacing * (np.arange(n, dtype=np.float32) - (n - 1) / 2).reshape(np.roll([-1, 1, 1], axis))
            for axis, n in enumerate(self.image.shape)
        )
        return i, j, k

    def phantom(self, name: str, label_names: dict[int, str]) -> Phantom:
        """The finished scan, its field of view centred on RAS (0, 0, 0)."""
        ijk_to_ras = np.diag([self.spacing] * 3 + [1.0])
        ijk_to_ras[:3, 3] = -self.spacing * (np.array(self.image.shape[::-1]) - 1) / 2
        image = Volume(self.image, ijk_to_ras, name)
        return Phantom(image, Volume(self.labels, ijk_to_ras.copy(), f"{name} labels"), dict(label_names))

    def _anatomy(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        i, j, k = self.scanner()
        turn = self.pose.turn.T.tolist()
        placed = []
        for row, scale, center, wave in zip(turn, self.pose.scale, self.pose.center, self.pose.warp, strict=True):
            straight = (row[0] * i + row[1] * j + row[2] * k) / float(scale) + float(center)
            placed.append((straight + self.pose.warp_mm * wave(i, j, k)).astype(np.float32))
        return tuple(placed)


def grid_spacing(shape: Sequence[int], spacing: float | None, field_of_view: float) -> float:
    """`spacing` (mm), or by default the one at which the shortest edge of the grid spans `field_of_view` mm."""
    if len(shape) != 3 or min(shape) < 1:
        raise InputError(f"shape must be three sizes of at least 1, got {tuple(shape)}. Try (64, 64, 64).")
    if spacing is None:
        return field_of_view / min(shape)
    if not spacing > 0:
        raise InputError(f"spacing must be above 0 mm, got {spacing}. Leave it out to fill the field of view.")
    return float(spacing)


def draw_pose(
    rng: np.random.Generator, center: Sequence[float], shift: float, tilt: float, scale: np.ndarray, warp_mm: float
) -> Pose:
    """A random pose: `shift` mm and `tilt` degrees are standard deviations, limited to twice that."""
    shifted = np.asarray(center) + shift * np.clip(rng.normal(size=3), -2, 2)
    turn = rotation(*(tilt * np.clip(rng.normal(size=3), -2, 2)))
    warp = tuple(RandomWaves(rng, WARP_WAVELENGTH, count=6) for _ in range(3))
    return Pose(tuple(shifted.tolist()), turn, tuple(float(s) for s in scale), warp, warp_mm)
