"""A chest as CT shows it, in HU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .bones import paint_bones
from .cage import cage, everywhere
from .canvas import Canvas, Phantom, draw_pose, grid_spacing
from .lungs import lung_space, paint_airways, paint_lungs, paint_nodules, paint_vessels
from .mediastinum import heart_solid, paint_abdomen, paint_great_vessels, paint_heart
from .shapes import Solid, capsule, ellipsoid, smooth_step
from .tissue import CHEST_LABELS, HU, chest_label
from .waves import RandomWaves

SEED_DOMAIN = 0x43484553
FIELD_OF_VIEW = 360.0
"""Edge of the default cube, mm."""
CENTER = (0.0, -6.0, -16.0)
"""The point of the nominal chest (mm) at the middle of the field of view."""
MAX_NODULES = 4


@dataclass(frozen=True)
class ChestVariation:
    """What differs from one chest to the next beside pose and warp."""

    fat: float
    """Subcutaneous fat, mm."""
    muscle: float
    """Thickness of the muscles over the nominal one."""
    breast: float
    """Size of the breasts over the nominal one; 0 for none."""
    lift: float
    """How far the diaphragm stands above its nominal height, mm."""
    heart: float
    """Size of the heart over the nominal one."""
    calibre: float
    """Width of the vessels over the nominal one."""
    aeration: float
    """HU added to the lungs' nominal density."""
    bone: float
    """Bone density over the nominal one."""
    nodules: int
    """Lung nodules to place."""
    table: bool
    """Whether the table is in the picture."""


def make_chest(seed: int, shape: Sequence[int] = (64, 64, 64), spacing: float | None = None) -> Phantom:
    """Chest number `seed`: CT in HU and labels of shape (K, J, I) = (superior, anterior, right).

    `spacing` in mm; by default the shortest edge of the grid spans 360 mm. The same seed gives the same
    anatomy at every shape and spacing.
    """
    rng = np.random.default_rng([SEED_DOMAIN, seed])
    spacing = grid_spacing(shape, spacing, FIELD_OF_VIEW)
    size = rng.uniform(0.92, 1.04)
    scale = size * (1 + 0.04 * np.clip(rng.normal(size=3), -1.5, 1.5))
    pose = draw_pose(rng, CENTER, shift=3.5, tilt=2.0, scale=scale, warp_mm=2.5)
    variation = _draw_variation(rng)
    canvas = Canvas(shape, spacing, pose, background=HU["air"])
    _paint_chest(canvas, rng, variation)
    _expose(canvas, rng)
    return canvas.phantom(f"chest {seed}", CHEST_LABELS)


def _draw_variation(rng: np.random.Generator) -> ChestVariation:
    return ChestVariation(
        fat=rng.uniform(5, 22),
        muscle=rng.uniform(0.75, 1.25),
        breast=rng.uniform(0.6, 1.1) * float(rng.random() < 0.45),
        lift=rng.uniform(-26, 12),
        heart=rng.uniform(0.88, 1.12),
        calibre=rng.uniform(0.88, 1.15),
        aeration=rng.uniform(-25, 30),
        bone=rng.uniform(0.8, 1.15),
        nodules=int(rng.choice(MAX_NODULES + 1, p=[0.35, 0.25, 0.2, 0.12, 0.08])),
        table=bool(rng.random() < 0.7),
    )


def _paint_chest(canvas: Canvas, rng: np.random.Generator, variation: ChestVariation) -> None:
    heart = heart_solid(variation.heart)
    space = lung_space(heart, variation.lift)
    if variation.table:
        _paint_table(canvas, variation.fat)
    _paint_wall(canvas, rng, variation)
    paint_abdomen(canvas, rng, variation.lift)
    paint_lungs(canvas, rng, space, variation.aeration)
    paint_vessels(canvas, rng, space, variation.calibre)
    paint_heart(canvas, heart, variation.heart)
    paint_great_vessels(canvas, variation.calibre)
    paint_airways(canvas, rng, space)
    paint_nodules(canvas, rng, space, variation.nodules)
    paint_bones(canvas, variation.bone)


def _paint_table(canvas: Canvas, fat: float) -> None:
    """A hollow in which the patient lies: carbon fibre around foam."""
    pose = canvas.pose
    top = -(122 + 1.1 * fat + pose.center[1]) * pose.scale[1]
    x, y, z = canvas.scanner()
    inside = np.maximum(np.abs(y - top + 12 - x * x / 1500) - 12, np.abs(x) - 168) + 0 * z
    canvas.blend(canvas.cover(inside), HU["carbon"], chest_label("table"))
    canvas.blend(canvas.cover(inside + 2.5), HU["foam"], chest_label("table"))


def muscle_surface(thickness: float) -> Solid:
    """The outside of the muscles of chest wall, shoulders, neck and raised arms."""
    wall = cage()

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        side, height = np.hypot(x, 12), z - 45
        pectoral = 15 * np.exp(-(((side - 55) / 42) ** 2) - (height / 48) ** 2) * smooth_step(y, -10, 40)
        back = 20 * np.exp(-(((side - 24) / 30) ** 2)) * smooth_step(y, -30, -75)
        flank = 13 * np.exp(-(((side - 112) / 34) ** 2) - ((height + 5) / 70) ** 2) * smooth_step(y, 40, -40)
        return wall.distance(x, y, z) - 9 - thickness * (pectoral + back + flank)

    shoulder = ellipsoid((86, -38, 96), (52, 46, 46)).mirrored()
    arm = capsule((112, -32, 118), (116, 4, 240), 40, 34).mirrored()
    trapezius = ellipsoid((38, -48, 128), (62, 30, 44)).mirrored()
    neck = capsule((0, -28, 100), (0, -14, 260), 52, 50)
    return everywhere(distance).joined(shoulder, 30).joined(arm, 30).joined(trapezius, 25).joined(neck, 25)


def _paint_wall(canvas: Canvas, rng: np.random.Generator, variation: ChestVariation) -> None:
    """Skin, fat, muscles with fat between their layers, and inside the cage the fat the organs lie in."""
    x, y, z = canvas.x, canvas.y, canvas.z
    muscle = muscle_surface(variation.muscle).distance(x, y, z)
    fat = variation.fat * (1 + 0.3 * smooth_step(z, 20, -120) + 0.15 * RandomWaves(rng, 110)(x, y, z))
    skin = muscle - fat
    if variation.breast:
        radii = [r * variation.breast for r in (56, 46, 52)]
        breasts = ellipsoid((66, 84, 8), radii).mirrored().distance(x, y, z)
        skin = np.minimum(skin, breasts) - np.maximum(24 - np.abs(skin - breasts), 0) ** 2 / 96
    canvas.blend(canvas.cover(skin), HU["skin"], chest_label("fat and skin"))
    canvas.blend(canvas.cover(skin + 2), HU["fat"], chest_label("fat and skin"))
    canvas.blend(canvas.cover(muscle), HU["muscle"], chest_label("muscle"))
    inside = cage().distance(x, y, z)
    planes = RandomWaves(rng, 55).sheet_distance(x, y, 0.6 * z)
    between = canvas.cover(np.maximum(muscle + 2, 5 - inside))
    canvas.blend(canvas.cover_sheet(planes, 1.1) * between, HU["fat"])
    inner = canvas.cover(inside + 5)
    canvas.blend(inner * (z < 150), HU["fat"], chest_label("mediastinum and abdomen"))


def _expose(canvas: Canvas, rng: np.random.Generator) -> None:
    """Quantum noise, and the scanner's floor at -1024 HU."""
    sigma = rng.uniform(8, 20)
    noise = np.random.default_rng(rng.integers(2**63)).standard_normal(canvas.image.shape, np.float32)
    canvas.image = np.maximum(canvas.image + sigma * noise, -1024).astype(np.float32)
