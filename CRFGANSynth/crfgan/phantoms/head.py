"""A head as T1-weighted MRI shows it, in arbitrary units of about 0 to 1000."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .brain import paint_brain
from .canvas import Canvas, Phantom, draw_pose, grid_spacing
from .face import paint_face, paint_neck, paint_orbits
from .shapes import Solid, box, capsule, ellipsoid, rotation, smooth_step, tube
from .tissue import HEAD_LABELS, T1, head_label
from .waves import RandomWaves

SEED_DOMAIN = 0x48454144
FIELD_OF_VIEW = 216.0
"""Edge of the default cube, mm."""
CENTER = (0.0, 5.0, -17.0)
"""The point of the nominal head (mm, origin near the thalami) at the middle of the field of view."""
SKULL = 6.0
"""Thickness of the vault, mm."""
MAX_LESIONS = 3


@dataclass(frozen=True)
class HeadVariation:
    """What differs from one head to the next beside pose and warp."""

    scalp: float
    """Scalp thickness, mm."""
    nose: float
    """Length of the nose over the nominal one."""
    jaw: float
    """Width of the lower face over the nominal one."""
    ventricles: float
    """Ventricle calibre over the nominal one; skewed, as with age."""
    sulcus: float
    """Half-width of the sulci, mm."""
    lesions: int
    """White-matter lesions to place."""


def make_head(seed: int, shape: Sequence[int] = (64, 64, 64), spacing: float | None = None) -> Phantom:
    """Head number `seed`: T1-weighted image and labels of shape (K, J, I) = (superior, anterior, right).

    `spacing` in mm; by default the shortest edge of the grid spans 216 mm. The same seed gives the same
    anatomy at every shape and spacing.
    """
    rng = np.random.default_rng([SEED_DOMAIN, seed])
    spacing = grid_spacing(shape, spacing, FIELD_OF_VIEW)
    size = rng.uniform(0.95, 1.04)
    scale = size * (1 + 0.025 * np.clip(rng.normal(size=3), -2, 2))
    pose = draw_pose(rng, CENTER, shift=2.5, tilt=3.5, scale=scale, warp_mm=1.6)
    variation = _draw_variation(rng)
    contrast = {tissue: value * (1 + 0.03 * rng.normal()) for tissue, value in T1.items()}
    canvas = Canvas(shape, spacing, pose, background=contrast["air"])
    _paint_head(canvas, rng, variation, contrast)
    _expose(canvas, rng)
    return canvas.phantom(f"head {seed}", HEAD_LABELS)


def _draw_variation(rng: np.random.Generator) -> HeadVariation:
    return HeadVariation(
        scalp=rng.uniform(4.5, 8.5),
        nose=rng.uniform(0.8, 1.15),
        jaw=rng.uniform(0.9, 1.12),
        ventricles=float(np.clip(np.exp(0.3 * rng.normal()), 0.6, 1.9)),
        sulcus=rng.uniform(0.35, 0.95),
        lesions=int(rng.choice(MAX_LESIONS + 1, p=[0.4, 0.25, 0.2, 0.15])),
    )


def _paint_head(canvas: Canvas, rng: np.random.Generator, variation: HeadVariation, t1: dict) -> None:
    cavity = cranial_cavity()
    outline = head_outline(cavity, variation)
    _paint_soft_tissue(canvas, rng, outline, t1)
    paint_neck(canvas, t1)
    _paint_skull(canvas, rng, cavity, outline, t1)
    paint_face(canvas, rng, outline, variation.jaw, t1)
    paint_orbits(canvas, outline, t1)
    canvas.paint(cavity, t1["csf"], head_label("csf"))
    paint_brain(canvas, rng, variation.sulcus, variation.ventricles, variation.lesions, t1)


def cranial_cavity() -> Solid:
    """What the dura lines: one vault on three steps, the anterior, middle and posterior fossa."""
    vault = ellipsoid((0, -4, 13), (69, 83, 61))
    tapered = Solid(lambda x, y, z: vault.distance(x * (1 + 0.0011 * (y + 25)), y, z), vault.low, vault.high)
    above_orbits = tapered.cut(lambda x, y, z: -15 - z + 0.05 * y, 5)
    middle = ellipsoid((39, 3, -20), (26, 38, 25)).mirrored()
    posterior = ellipsoid((0, -52, -31), (54, 35, 34))
    clivus = ellipsoid((0, -25, -42), (15.5, 15, 27))
    sella = box((0, 20, -44), (13, 24, 26), 8)
    return above_orbits.joined(middle, 8).joined(posterior, 10).joined(clivus, 8).without(sella, 5)


def head_outline(cavity: Solid, variation: HeadVariation) -> Solid:
    """The skin of cranium, face, nose, ears and neck; it leaves the field of view below."""
    jaw, nose = variation.jaw, variation.nose
    face = ellipsoid((0, 33, -58), (66 * jaw, 60, 62))
    chin = ellipsoid((0, 50, -100), (48 * jaw, 44, 34))
    neck = capsule((0, -30, -70), (0, -38, -190), 60, 56)
    bridge = tube([(0, 84, -18), (0, 90 + 5 * nose, -38), (0, 88 + 15 * nose, -54)], [7, 7, 9], 6)
    wings = ellipsoid((8, 88 + 5 * nose, -56), (8, 10, 8)).mirrored()
    lips = ellipsoid((0, 87, -80), (26, 10, 14))
    ear = ellipsoid((73.5, -20, -30), (6, 15, 29)).mirrored()
    head = cavity.grown(SKULL + variation.scalp).joined(face, 22).joined(chin, 16).joined(neck, 26)
    socket = ellipsoid((32, 97, -27), (17, 14, 11)).mirrored()
    lids = ellipsoid((32, 67, -29), (14, 14.5, 14)).mirrored()
    head = head.without(socket, 12).joined(lids, 4)
    return head.joined(bridge.joined(wings, 5), 9).joined(lips, 8).joined(ear, 4)


def _paint_soft_tissue(canvas: Canvas, rng: np.random.Generator, outline: Solid, t1: dict) -> None:
    """Skin over fat over muscle; the fat runs between the muscles in streaks."""
    window = canvas.window(outline)
    x, y, z = canvas.at(window)
    depth = -outline.distance(x, y, z)
    streaks = smooth_step(RandomWaves(rng, 19)(x, y, 0.35 * z), 0.5, 1.4)
    muscle = t1["muscle"] + 0.6 * streaks * (t1["fat"] - t1["muscle"])
    canvas.blend(canvas.cover(-depth), t1["skin"], head_label("soft tissue"), window)
    canvas.blend(canvas.cover(2 - depth), t1["fat"], None, window)
    fat_floor = 6.5 + 2 * RandomWaves(rng, 60)(x, y, z)
    canvas.blend(canvas.cover(fat_floor - depth, 2), muscle, None, window)


def _paint_skull(canvas: Canvas, rng: np.random.Generator, cavity: Solid, outline: Solid, t1: dict) -> None:
    """Dark tables with bright marrow between them, and the temporal muscle on the outside."""
    temporal = ellipsoid((70, 26, -6), (11, 33, 34)).mirrored().cut(outline.grown(-5).distance)
    canvas.paint(temporal, t1["muscle"], head_label("soft tissue"), edge=2)
    outer = cavity.grown(SKULL)
    window = canvas.window(outer)
    x, y, z = canvas.at(window)
    height = cavity.distance(x, y, z)
    canvas.blend(canvas.cover(height - SKULL), t1["bone"], head_label("skull"), window)
    spongy = 1.5 + 0.6 * RandomWaves(rng, 45)(x, y, z) + 0.5 * smooth_step(-y, 20, 80)
    marrow = canvas.cover_sheet(height - 0.52 * SKULL, np.clip(spongy, 0.3, 2.4))
    canvas.blend(marrow, t1["marrow"], None, window)
    clivus = box((0, 5, -42), (13, 9, 20), 6, rotation(pitch=-25))
    canvas.paint(clivus, t1["bone"], head_label("skull"))
    canvas.paint(clivus.grown(-2), t1["marrow"])


def _expose(canvas: Canvas, rng: np.random.Generator) -> None:
    """Coil sensitivity, receiver gain and Rician noise."""
    strength, gain, sigma = rng.uniform(0.02, 0.08), rng.uniform(0.92, 1.06), rng.uniform(8, 18)
    bias = 1 + strength * RandomWaves(rng, 320, count=4)(canvas.x, canvas.y, canvas.z)
    noise = np.random.default_rng(rng.integers(2**63))
    real = gain * bias * canvas.image + sigma * noise.standard_normal(canvas.image.shape, np.float32)
    imaginary = sigma * noise.standard_normal(canvas.image.shape, np.float32)
    canvas.image = np.sqrt(real**2 + imaginary**2).astype(np.float32)
