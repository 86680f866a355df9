"""Face and neck of the head phantom: bone, air spaces, eyes, mouth and cervical spine (mm, T1 signal)."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .shapes import Solid, box, ellipsoid, rotation, smooth_step, tube
from .tissue import head_label
from .waves import RandomWaves


def paint_neck(canvas: Canvas, t1: dict) -> None:
    """Cervical vertebrae with discs, their canal, and the muscles beside and behind them."""
    nape = ellipsoid((24, -66, -108), (22, 20, 60)).mirrored()
    canvas.paint(nape, t1["muscle"] * 1.05, head_label("soft tissue"), edge=3)
    for level in range(4):
        center = (0, -14 - 2.0 * level, -74 - 17.0 * level)
        body = box(center, (13, 8.5, 7.2), 5)
        canvas.paint(body.grown(1), t1["bone"], head_label("facial bone and spine"))
        canvas.paint(body.grown(-0.6), t1["marrow"] * 0.85, head_label("facial bone and spine"))
        arch = tube(
            [(13, -28 - 2 * level, center[2] - 4), (10, -46, center[2] - 7), (0, -60, center[2] - 12)], 4.0
        ).mirrored()
        canvas.paint(arch, t1["bone"], head_label("facial bone and spine"))
        canvas.paint(arch.grown(-2), t1["marrow"])
    canal = tube([(0, -30, -58), (0, -36, -90), (0, -40, -160)], [11, 9, 9])
    canvas.paint(canal, t1["csf"], head_label("csf"))


def paint_face(canvas: Canvas, rng: np.random.Generator, outline: Solid, jaw_width: float, t1: dict) -> None:
    """Everything between forehead and chin but the orbits."""
    _paint_jaws(canvas, outline, jaw_width, t1)
    _paint_mouth(canvas, rng, t1)
    _paint_airway(canvas, rng, t1)
    _paint_sinuses(canvas, rng, outline, t1)
    _paint_petrous(canvas, rng, t1)


def _paint_jaws(canvas: Canvas, outline: Solid, width: float, t1: dict) -> None:
    """Mandible, zygomatic arch and upper jaw: cortex around marrow; teeth without signal."""
    bone = head_label("facial bone and spine")
    mandible = tube(
        [
            (46 * width, 6, -50),
            (44 * width, 10, -90),
            (35 * width, 46, -102),
            (18 * width, 70, -106),
            (0, 76, -106),
        ],
        [5.5, 7, 7.5, 7.5, 7.5],
    )
    cheek = tube([(60 * width, 18, -44), (55 * width, 44, -42), (39, 60, -44)], [4, 5, 8])
    palate = ellipsoid((0, 48, -68), (24, 34, 5))
    under_skin = outline.grown(-5).distance
    for part in (mandible.mirrored().cut(under_skin), cheek.mirrored().cut(under_skin), palate):
        canvas.paint(part, t1["bone"], bone)
        canvas.paint(part.grown(-2.6), t1["marrow"])
    masseter = ellipsoid((54 * width, 20, -74), (9, 17, 27)).mirrored().cut(under_skin)
    canvas.paint(masseter, t1["muscle"], head_label("soft tissue"), edge=2)
    for height, inset in ((-79, 0.0), (-93, 2.0)):
        arch = tube([(27, 38, height), (23 - inset, 62, height), (11, 76 - inset, height), (0, 79 - inset, height)], 5)
        canvas.paint(arch.mirrored(), t1["bone"], bone)


def _paint_mouth(canvas: Canvas, rng: np.random.Generator, t1: dict) -> None:
    """The tongue, striped by fat between its fibres."""
    tongue = ellipsoid((0, 38, -90), (21, 32, 17))
    window = canvas.window(tongue)
    x, y, z = canvas.at(window)
    fibres = smooth_step(RandomWaves(rng, 12)(x, 0.5 * y, 0.6 * z), 0.2, 1.5)
    signal = t1["muscle"] + 0.4 * fibres * (t1["fat"] - t1["muscle"])
    canvas.blend(canvas.cover(tongue.distance(x, y, z), 2), signal, head_label("soft tissue"), window)


def _paint_airway(canvas: Canvas, rng: np.random.Generator, t1: dict) -> None:
    """Nasal cavity with septum and turbinates, then naso- and oropharynx down to the larynx."""
    air = head_label("airways and sinuses")
    cavity = box((0, 57, -48), (11, 29, 12), 9).joined(tube([(7, 84, -60), (8, 94, -66)], 4).mirrored(), 4)
    canvas.paint(cavity.grown(1.5), t1["mucosa"], head_label("soft tissue"))
    canvas.paint(cavity, t1["air"], air)
    for height, inset in ((-42, 7.5), (-50, 8.5), (-58, 8.5)):
        turbinate = ellipsoid((inset, 54, height), (2.6, 24, 3.2)).mirrored()
        canvas.paint(turbinate, t1["mucosa"], head_label("soft tissue"))
    septum = box((rng.uniform(-2, 2), 58, -50), (1.2, 34, 17), 1, rotation(roll=rng.uniform(-6, 6)))
    canvas.paint(septum, t1["mucosa"], head_label("soft tissue"), opacity=0.9)
    pharynx = tube([(0, 26, -52), (0, 10, -64), (0, 4, -84), (0, 2, -112), (0, 4, -150)], [8, 9, 7, 6, 8])
    wide = Solid(lambda x, y, z: pharynx.distance(0.7 * x, y, z), (-14, *pharynx.low[1:]), (14, *pharynx.high[1:]))
    canvas.paint(wide, t1["air"], air)


def _paint_sinuses(canvas: Canvas, rng: np.random.Generator, outline: Solid, t1: dict) -> None:
    """Maxillary, frontal, sphenoid and ethmoid sinuses: air behind bone and a little mucosa."""
    swelling = rng.uniform(0.4, 2.5)
    maxillary = ellipsoid((29, 56, -50), (12, 16, 15)).mirrored()
    frontal = ellipsoid((11, 79, -4), (9 * rng.uniform(0.6, 1.3), 4, 11 * rng.uniform(0.6, 1.2))).mirrored()
    sphenoid = ellipsoid((7, 20, -30), (9, 11, 8)).mirrored()
    for sinus in (maxillary, frontal.cut(outline.grown(-7).distance), sphenoid):
        canvas.paint(sinus.grown(1.5), t1["bone"], head_label("facial bone and spine"))
        canvas.paint(sinus, t1["mucosa"], head_label("soft tissue"))
        canvas.paint(sinus.grown(-swelling), t1["air"], head_label("airways and sinuses"))
    cells = box((0, 52, -26), (13, 24, 9), 3)
    window = canvas.window(cells)
    x, y, z = canvas.at(window)
    walls = smooth_step(RandomWaves(rng, 11).sheet_distance(x, y, z), 1.6, 0.6)
    canvas.blend(canvas.cover(cells.distance(x, y, z)), t1["mucosa"] * walls, head_label("airways and sinuses"), window)


def _paint_petrous(canvas: Canvas, rng: np.random.Generator, t1: dict) -> None:
    """Temporal bone with mastoid cells and the ear canal."""
    mastoid = ellipsoid((51, -26, -42), (15, 15, 18)).mirrored()
    window = canvas.window(mastoid)
    x, y, z = canvas.at(window)
    speckle = 90 * smooth_step(RandomWaves(rng, 9)(x, y, z), 0.2, 1.5)
    canvas.blend(canvas.cover(mastoid.distance(x, y, z)), t1["bone"] + speckle, head_label("skull"), window)
    ear_canal = tube([(50, -14, -36), (72, -14, -34)], 3.2).mirrored()
    canvas.paint(ear_canal, t1["air"], head_label("airways and sinuses"))


def paint_orbits(canvas: Canvas, outline: Solid, t1: dict) -> None:
    """Orbital fat, the four straight muscles, the optic nerve, and the globe with its lens."""
    soft, eyes = head_label("soft tissue"), head_label("eyes")
    orbit = tube([(32, 62, -29), (27, 46, -28), (13, 24, -24)], [17, 15, 5]).mirrored().cut(outline.grown(-4).distance)
    canvas.paint(orbit.grown(1.2), t1["bone"], head_label("facial bone and spine"))
    canvas.paint(orbit, t1["fat"], soft)
    for side, up in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        front, middle = (32 + 11.5 * side, 62, -29 + 11.5 * up), (27.5 + 10.5 * side, 47, -28 + 10.5 * up)
        canvas.paint(tube([front, middle, (14, 28, -24)], [1.2, 2.6, 1.5]).mirrored(), t1["muscle"], soft)
    nerve = tube([(31, 57, -29), (26, 46, -27.5), (14, 28, -22), (0, 14, -16)], 2.2).mirrored()
    canvas.paint(nerve, t1["nerve"], eyes)
    globe = ellipsoid((32, 67, -29), (12, 12, 12)).mirrored()
    canvas.paint(globe.grown(0.8), t1["mucosa"], eyes)
    canvas.paint(globe.grown(-0.5), t1["csf"] * 1.1, eyes)
    canvas.paint(ellipsoid((32, 76, -29), (4.6, 2.2, 4.6)).mirrored(), t1["lens"], eyes)
    lids = ellipsoid((32, 80, -29), (14, 2.6, 9)).mirrored().cut(outline.distance)
    canvas.paint(lids, t1["skin"], soft)
