"""Ribs, sternum, spine and shoulder girdle of the chest phantom (mm, HU)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .cage import FIRST_RIB, RIB_SPACING, on_cage, spine_y, sternum_y
from .canvas import Canvas, Segment
from .shapes import Solid, ellipsoid, smooth_max, tube
from .tissue import HU, chest_label

RIB_PAIRS = 12
_BONY_END = (128, 138, 145, 148, 148, 146, 143, 138, 130, 118, 92, 66)
"""How far round from the back (degrees) each rib is bone; cartilage follows."""


def paint_bones(canvas: Canvas, density: float) -> None:
    """The skeleton; `density` scales the HU of its bone (1 is nominal)."""
    _paint_ribs(canvas, density)
    _paint_sternum(canvas, density)
    _paint_spine(canvas, density)
    _paint_shoulders(canvas, density)


def _paint_ribs(canvas: Canvas, density: float) -> None:
    """Cartilage first, then cortex 11 mm tall and 7 mm thick, then the marrow inside."""
    ribs = [_rib(number) for number in range(RIB_PAIRS)]
    cartilage = [_cartilage(number) for number in range(10)]
    label = chest_label("ribs and sternum")
    canvas.blend(canvas.sweep(_both_sides(cartilage, 4.2, 1.5)), HU["cartilage"], label)
    canvas.blend(canvas.sweep(_both_sides(ribs, 3.6, 2.4)), HU["cortical"] * density, label)
    canvas.blend(canvas.sweep(_both_sides(ribs, 2.0, 2.2)), HU["cancellous"] * density)


def _rib(number: int) -> list:
    """Points along a right rib: from its vertebra back to the angle, then round, down and forward."""
    top = FIRST_RIB - RIB_SPACING * number
    back = spine_y(top)
    head = [(17, back - 6, top + 1), (27, back - 20, top + 3)]
    return head + [_around_chest(number, angle) for angle in np.arange(24, _BONY_END[number] + 1, 8.0)]


def _around_chest(number: int, angle: float):
    drop = (30 + 8.5 * number) * (1 - np.cos(np.deg2rad(angle))) / 2
    return on_cage(angle, FIRST_RIB - RIB_SPACING * number + 2 - float(drop), 1.0)


def _cartilage(number: int) -> list:
    """From the bony end to the sternum, or, for ribs 8 to 10, up along the costal margin."""
    end = _BONY_END[number]
    points = [_around_chest(number, a) for a in (end - 6, end + 8)]
    height = min(_around_chest(min(number, 6), 172)[2], 78.0)
    meeting = (15.0, sternum_y(height), height)
    if number >= 7:
        meeting = (26.0 + 12 * (number - 7), sternum_y(-72) - 4.0 * (number - 7), -76.0 - 9 * (number - 7))
    return [*points, meeting]


def _both_sides(paths: list, radius: float, half_height: float) -> list[Segment]:
    """Two parallel tubes make one flat band, on the right and on the left."""
    return [
        ((side * a[0], a[1], a[2] + up), (side * b[0], b[1], b[2] + up), radius, radius)
        for path in paths
        for a, b in pairwise(path)
        for side in (1, -1)
        for up in (half_height, -half_height)
    ]


def _paint_sternum(canvas: Canvas, density: float) -> None:
    """Manubrium, body and xiphoid: a flat band of thin cortex around loose marrow."""
    heights = (84, 68, 54, 40, 5, -35, -66)
    middle = tube([(0, sternum_y(z), z) for z in heights], [7, 7.5, 5.5, 5.5, 6.2, 6.2, 3.5])
    flat = Solid(lambda x, y, z: middle.distance(0.4 * x, y, z), (-22, *middle.low[1:]), (22, *middle.high[1:]))
    canvas.paint(flat, HU["cortical"] * 0.6 * density, chest_label("ribs and sternum"))
    canvas.paint(flat.grown(-1.8), HU["cancellous"] * 0.85 * density)


def _paint_spine(canvas: Canvas, density: float) -> None:
    label = chest_label("spine")
    heights = [FIRST_RIB - RIB_SPACING * n for n in range(-4, 16)]
    column = tube([(0, spine_y(z), z) for z in heights], 14.5)
    canvas.paint(column, HU["disc"], label)
    for z in heights:
        _paint_vertebra(canvas, z, density)
    canal = [(0, spine_y(z) - 23, z) for z in heights]
    canvas.paint(tube(canal, 8.0), 10, label)
    canvas.paint(tube(canal, 4.5), HU["cord"] + 10, label)


def _paint_vertebra(canvas: Canvas, z: float, density: float) -> None:
    """Body with end plates, ring around the canal, spinous and transverse processes."""
    label, y = chest_label("spine"), spine_y(z)
    width = 17 - 0.018 * z
    body = _drum((0, y, z), (width, 0.8 * width), 8.6)
    ring = tube([(0, y - 23, z + 5), (0, y - 24, z - 5)], 12)
    spinous = tube([(0, y - 34, z - 2), (0, y - 41, z - 11), (0, y - 45, z - 19)], [4, 3.2, 4])
    transverse = tube([(9, y - 22, z + 2), (22, y - 30, z + 4), (30, y - 36, z + 5)], [5.5, 4, 4.5]).mirrored()
    for part, shell in ((ring, 2.5), (spinous, 1.6), (transverse, 1.8), (body, 1.5)):
        canvas.paint(part, HU["cortical"] * 0.65 * density, label)
        canvas.paint(part.grown(-shell), HU["cancellous"] * 0.85 * density, label)


def _drum(center, radii, half_height: float) -> Solid:
    """Elliptic cylinder along z with rounded rims."""
    wall = ellipsoid((center[0], center[1], 0), (*radii, 1e4))
    return Solid(
        lambda x, y, z: smooth_max(wall.distance(x, y, 0 * z), np.abs(z - center[2]) - half_height, 3),
        (center[0] - radii[0], center[1] - radii[1], center[2] - half_height),
        (center[0] + radii[0], center[1] + radii[1], center[2] + half_height),
    )


def _paint_shoulders(canvas: Canvas, density: float) -> None:
    """Clavicles, scapulae and humeri with the arms raised."""
    label = chest_label("shoulder girdle")
    canvas.blend(canvas.sweep(_scapulae()), HU["cortical"] * 0.75 * density, label)
    clavicle = tube([(17, sternum_y(84), 90), (50, 26, 106), (80, 4, 122), (103, -16, 134)], [7, 5, 5, 6])
    socket = ellipsoid((98, -44, 104), (9, 12, 15))
    head = ellipsoid((114, -36, 122), (21, 21, 21))
    shaft = tube([(114, -36, 122), (118, -22, 155), (118, 0, 240)], [15, 11.5, 11])
    for part, shell in ((clavicle, 2.2), (socket, 2.0), (head.joined(shaft, 10), 3.0)):
        canvas.paint(part.mirrored(), HU["cortical"] * density, label)
        canvas.paint(part.mirrored().grown(-shell), HU["cancellous"] * 0.7 * density)


def _scapulae() -> list[Segment]:
    """Thin triangular blades lying on the back of the cage, and the ridge across each."""
    rows = [[_on_blade(s, t) for t in np.linspace(0, 1, 8)] for s in np.linspace(0, 1, 22)]
    blade = [(a, b, 2.1, 2.1) for row in rows for a, b in pairwise(row)]
    border = [(a[-1], b[-1], 4.0, 4.0) for a, b in pairwise(rows)]
    ridge = [((46, -98, 78), (78, -92, 98), 2.5, 4), ((78, -92, 98), (112, -66, 128), 4, 6.5)]
    right = blade + border + ridge
    left = [((-a[0], *a[1:]), (-b[0], *b[1:]), r, q) for a, b, r, q in right]
    return right + left


def _on_blade(down: float, across: float):
    """`down` 0..1 from the shoulder joint's height to the lower tip, `across` 0..1 medial to lateral border."""
    height = 100 - 104 * down
    medial, lateral = 33 + 20 * down, 84 - 26 * down
    return on_cage(medial + across * (lateral - medial), height, 15 + 3 * down)
