"""Heart and great vessels between the lungs, organs below the diaphragm (mm, HU)."""

from __future__ import annotations

import numpy as np

from .cage import cage, diaphragm_height
from .canvas import Canvas
from .shapes import Solid, ellipsoid, rotation, smooth_max, smooth_step, tube
from .tissue import HU, chest_label
from .waves import RandomWaves

_HEART_TURN = rotation(roll=-24, yaw=-36)


def heart_solid(size: float) -> Solid:
    """The heart in its sac: long axis to the left, front and down; `size` 1 is nominal."""
    ventricles = ellipsoid((-24, 30, -44), (60 * size, 43 * size, 43 * size), _HEART_TURN)
    right_atrium = ellipsoid((26, 12, -36), (26 * size, 33 * size, 36 * size))
    left_atrium = ellipsoid((-4, -16, -18), (34 * size, 20 * size, 22 * size))
    return ventricles.joined(right_atrium, 12).joined(left_atrium, 10)


def paint_heart(canvas: Canvas, heart: Solid, size: float) -> None:
    """Fat of the sac and the grooves, muscle, and the blood of the four chambers."""
    canvas.paint(heart.grown(3), HU["fat"], chest_label("mediastinum and abdomen"), edge=2)
    canvas.paint(heart, HU["heart"] + 8, chest_label("heart"))
    for center, radii in (
        ((-30, 26, -46), (42, 19, 24)),
        ((-6, 48, -48), (40, 15, 27)),
        ((27, 12, -36), (20, 26, 29)),
        ((-4, -16, -18), (29, 15, 17)),
    ):
        chamber = ellipsoid(center, [r * size for r in radii], _HEART_TURN if center[0] < -5 else None)
        canvas.paint(chamber.cut(heart.grown(-4).distance), HU["blood"] - 6, edge=3)
    window = canvas.window(heart)
    x, y, z = canvas.at(window)
    groove = np.abs(0.75 * (x - 4) - 0.5 * (y - 18) + 0.4 * (z + 36))
    rim = smooth_step(heart.distance(x, y, z), -13, -5)
    canvas.blend(canvas.cover_sheet(groove, 2.2) * rim * canvas.cover(heart.distance(x, y, z)), HU["fat"], None, window)


def paint_great_vessels(canvas: Canvas, calibre: float) -> None:
    """Aorta with its arch, caval veins, pulmonary trunk and arteries, branches to the neck, oesophagus."""
    label, blood = chest_label("great vessels"), HU["blood"]
    aorta = [(2, 14, -16), (14, 20, 14), (14, 17, 44), (4, 4, 66), (-12, -18, 70), (-22, -36, 56)]
    aorta += [(-24, -46, 24), (-22, -50, -40), (-16, -50, -110), (-8, -44, -240)]
    radii = [15, 15, 14.5, 13.5, 13, 12.5, 12, 11.5, 11, 10]
    trunk = [(-12, 32, -8), (-18, 22, 16), (-14, 4, 32)]
    vessels = [
        (trunk, [14, 13, 12]),
        ([(-14, 4, 32), (8, -2, 24), (38, -10, 20)], [11, 10, 8]),
        ([(-14, 4, 32), (-28, -10, 30), (-40, -14, 26)], [11, 10, 8]),
        ([(26, 8, -20), (27, 6, 20), (24, 6, 66), (20, 8, 86)], [10, 10, 9.5, 8]),
        ([(20, 8, 86), (-4, 20, 84), (-26, 8, 96)], [8, 7, 7]),
        ([(27, 2, -60), (22, -8, -96), (20, -20, -150), (18, -24, -240)], [12, 12, 12, 11]),
        ([(6, 6, 74), (18, 4, 104), (22, -6, 180)], [7, 6, 4]),
        ([(-4, -4, 78), (-16, -4, 110), (-20, -8, 180)], [5, 4.5, 4]),
        ([(-14, -16, 78), (-26, -18, 106), (-60, -4, 126)], [5.5, 5, 4.5]),
        ([(20, 8, 90), (58, 10, 114), (96, -18, 128)], [7, 6, 6]),
        ([(-26, 8, 96), (-58, 10, 114), (-96, -18, 128)], [7, 6, 6]),
        ([(4, -18, -40), (-10, -14, -40)], [6, 6]),
    ]
    for points, calibres in (*vessels, (aorta, radii)):
        canvas.paint(tube(points, [calibre * r for r in calibres], 4), blood, label)
    gullet = tube([(-2, -30, 180), (-4, -34, 70), (2, -34, 0), (-8, -28, -90)], 6.5)
    canvas.paint(gullet, HU["wall"] + 15, chest_label("mediastinum and abdomen"))
    canvas.paint(tube([(-2, -29, 180), (-4, -33, 70), (-2, -33, 40)], 1.8), -400)


def paint_abdomen(canvas: Canvas, rng: np.random.Generator, lift: float) -> None:
    """Below the diaphragm: its muscle, the liver, the spleen, the stomach with its air, kidneys in fat."""
    below = _below_diaphragm(lift)
    canvas.paint(below, HU["muscle"], chest_label("muscle"))
    canvas.paint(below.grown(-2.5), HU["fat"], chest_label("mediastinum and abdomen"))
    under = below.grown(-2.5).distance
    liver = ellipsoid((58, 6, -112 + lift), (92, 84, 72), rotation(roll=12))
    left_lobe = ellipsoid((-8, 48, -98 + lift), (62, 32, 34), rotation(roll=12))
    hollow = ellipsoid((18, -26, -190 + lift), (70, 62, 62))
    whole = liver.joined(left_lobe, 16).without(hollow, 14).cut(under, 2)
    canvas.paint(whole, HU["liver"] + rng.uniform(-12, 6), chest_label("liver"))
    _paint_liver_veins(canvas, whole, lift)
    spleen = ellipsoid((-88, -48, -116 + lift), (26, 40, 46), rotation(yaw=25, pitch=20)).cut(under, 2)
    canvas.paint(spleen, HU["spleen"], chest_label("spleen"))
    for side, drop in ((1, 12), (-1, 0)):
        kidney = ellipsoid((side * 56, -48, -186 - drop + lift), (27, 25, 52))
        canvas.paint(kidney, 34, chest_label("mediastinum and abdomen"))
    _paint_stomach(canvas, rng, under, lift)


def _below_diaphragm(lift: float) -> Solid:
    wall = cage()

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        under = 0.8 * (z - diaphragm_height(x, y, lift))
        return smooth_max(wall.distance(x, y, z) + 4, under, 4)

    return Solid(distance, (-145, -115, -400), (145, 115, 10))


def _paint_liver_veins(canvas: Canvas, liver: Solid, lift: float) -> None:
    """Three hepatic veins, darker than the liver before contrast, run to the caval vein."""
    for end in ((110, -10, -125), (66, 46, -120), (2, 52, -112)):
        middle = ((22 + end[0]) / 2, (end[1] - 6) / 2, -104 + lift)
        vein = tube([(22, -10, -94 + lift), middle, (end[0], end[1], end[2] + lift)], [5, 4, 1.5])
        canvas.paint(vein.cut(liver.grown(-3).distance), HU["blood"] - 2, edge=2)


def _paint_stomach(canvas: Canvas, rng: np.random.Generator, under, lift: float) -> None:
    """Wall, contents, and above their level (in front, for the patient lies on the back) air."""
    size = rng.uniform(0.8, 1.15)
    stomach = ellipsoid((-62, 22, -114 + lift), (44 * size, 46 * size, 46 * size)).cut(under, 3)
    level = 22 + rng.uniform(-8, 26)
    canvas.paint(stomach, HU["muscle"] - 10, chest_label("stomach"))
    canvas.paint(stomach.grown(-4), HU["stomach"], chest_label("stomach"))
    canvas.paint(stomach.grown(-4).cut(lambda x, y, z: level - y), HU["lumen"], chest_label("stomach"))
    colon = tube([(-96, 30, -160), (-40, 74, -172), (20, 74, -178), (80, 50, -176)], 17)
    haustra = RandomWaves(rng, 24)
    bowel = Solid(lambda x, y, z: colon.distance(x, y, z) + 2.5 * haustra(x, y, z), colon.low, colon.high)
    canvas.paint(bowel.cut(under, 2), HU["stomach"] + 15, chest_label("mediastinum and abdomen"))
    gas = bowel.grown(-3).cut(under, 2).cut(lambda x, y, z: 66 - y)
    canvas.paint(gas, HU["lumen"], chest_label("mediastinum and abdomen"))
