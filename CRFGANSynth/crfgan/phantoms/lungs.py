"""Lungs of the chest phantom: parenchyma, fissures, airways, branching vessels and nodules (mm, HU)."""

from __future__ import annotations

import numpy as np

from .cage import APEX, FIRST_RIB, cage, diaphragm_height, spine_y
from .canvas import Canvas, Segment, Window
from .shapes import Solid, box, ellipsoid, smooth_max, tube
from .tissue import HU, chest_label
from .waves import RandomWaves

CARINA = (1.0, -14.0, 44.0)
HILUM = {1: (38.0, -16.0, 14.0), -1: (-40.0, -18.0, 20.0)}
"""Where bronchi and vessels enter: the right (1) and the left (-1) lung."""
SIDES = {1: "right lung", -1: "left lung"}


def lung_space(heart: Solid, lift: float) -> Solid:
    """Both pleural cavities: inside the cage, above the diaphragm, beside the mediastinum."""
    wall, middle = cage(), mediastinum(heart)

    def distance(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        inside = smooth_max(wall.distance(x, y, z) + 5, 0.8 * (diaphragm_height(x, y, lift) + 2 - z), 6)
        capped = smooth_max(inside, 0.8 * (z - APEX), 14)
        return smooth_max(capped, -middle.distance(x, y, z), 7)

    return Solid(distance, (-145, -115, -175), (145, 115, 145))


def mediastinum(heart: Solid) -> Solid:
    """What keeps the lungs apart: heart, great vessels, spine, and a thin sheet before and behind."""
    spine = tube([(0, spine_y(z), z) for z in (160, FIRST_RIB, 60, 0, -60, -180)], 20.0)
    vessels = tube([(0, 4, -20), (-2, 6, 40), (-2, 0, 75), (0, -8, 110), (0, -12, 170)], [34, 33, 31, 27, 25])
    descending = tube([(-20, -36, 56), (-24, -48, 20), (-18, -52, -150)], 15.0)
    sheet = box((0, 0, -20), (1.5, 130, 200), 1)
    below_heart = tube([(-4, 22, -60), (-12, 26, -130)], 27.0)
    parts = (spine, vessels, descending, below_heart)
    solid = heart.grown(4)
    for part in parts:
        solid = solid.joined(part, 10)
    return solid.joined(sheet, 4)


def paint_lungs(canvas: Canvas, rng: np.random.Generator, space: Solid, aeration: float) -> None:
    """Parenchyma: heavier towards the back, where a supine patient's lung is compressed; then the fissures."""
    window = canvas.window(space)
    placed = canvas.at(window)
    coverage = canvas.cover(space.distance(*placed))
    lung = coverage > 0
    x, y, z = (axis[lung] for axis in placed)
    density = np.zeros_like(coverage)
    density[lung] = HU["lung"] + aeration - 0.42 * y
    density[lung] += 10 * RandomWaves(rng, 40)(x, y, z) + 9 * RandomWaves(rng, 13)(x, y, z)
    for side, name in SIDES.items():
        canvas.blend(coverage * (side * placed[0] > 0), density, chest_label(name), window)
    _paint_fissures(canvas, rng, coverage, window)


def _paint_fissures(canvas: Canvas, rng: np.random.Generator, lung: np.ndarray, window: Window) -> None:
    """The oblique fissure on both sides, the horizontal one on the right: thin and faint."""
    x, y, z = canvas.at(window)
    wavy = 3 * RandomWaves(rng, 90)(x, y, z)
    oblique = 0.62 * (y - 8) + 0.78 * (z + 22) + wavy
    horizontal = np.where((x > 0) & (oblique > 0), z - 6 - 0.1 * y + wavy, 1e3)
    for sheet in (oblique, horizontal):
        canvas.blend(lung * canvas.cover_sheet(sheet.astype(np.float32), 0.6), -650.0, None, window)


def points_in(rng: np.random.Generator, space: Solid, side: int, count: int, depth: float) -> np.ndarray:
    """`count` random points (n, 3) at least `depth` mm inside the lung on `side`."""
    trial = rng.uniform((8, -110, -150), (130, 105, 130), size=(40 * count, 3)) * (side, 1, 1)
    inside = space.distance(*trial.astype(np.float32).T) < -depth
    return trial[inside][:count]


def grow_tree(root: np.ndarray, targets: np.ndarray, leaf: float) -> list[Segment]:
    """Branches from `root` that share `targets` (n, 3) out in halves; twigs have radius `leaf` mm.

    Each branch heads for the middle of what it feeds, and its cross-section follows how much that is.
    """
    reach = 1.0 if len(targets) == 1 else 0.42
    end = root + reach * (targets.mean(0) - root)
    radius = leaf * len(targets) ** 0.38
    branch = (root.tolist(), end.tolist(), radius, 0.85 * radius)
    if len(targets) == 1:
        return [branch]
    longest = np.argmax(np.ptp(targets, axis=0))
    halves = np.array_split(targets[np.argsort(targets[:, longest], kind="stable")], 2)
    return [branch, *(twig for half in halves for twig in grow_tree(end, half, leaf))]


def paint_vessels(canvas: Canvas, rng: np.random.Generator, space: Solid, calibre: float) -> None:
    """Arteries from the hila and veins from the left atrium, each filling the lung with its own tree."""
    segments: list[Segment] = []
    for side, hilum in HILUM.items():
        for count, offset in ((260, (0, 6, 6)), (150, (-6 * side, 8, -16))):
            targets = points_in(rng, space, side, count, 5)
            segments += grow_tree(np.array(hilum) + offset, targets, 0.95 * calibre)
    canvas.blend(canvas.sweep(segments), HU["vessel"], chest_label("pulmonary vessels"))


def paint_airways(canvas: Canvas, rng: np.random.Generator, space: Solid) -> None:
    """Trachea, carina, main bronchi and their first divisions: a wall, then the lumen."""
    trachea = [((2, -12, 200), (2, -12, 110), 9, 8.5), ((2, -12, 110), CARINA, 8.5, 8.5)]
    main = [(CARINA, HILUM[1], 7, 5.6), (CARINA, HILUM[-1], 6.4, 5.2)]
    lobar: list[Segment] = []
    for side, hilum in HILUM.items():
        targets = points_in(rng, space, side, 22, 26)
        lobar += [(a, b, 0.85 * r, 0.85 * q) for a, b, r, q in grow_tree(np.array(hilum), targets, 1.25)]
    airways = trachea + main + lobar
    canvas.blend(canvas.sweep([(a, b, r + 1.3, q + 1.0) for a, b, r, q in airways]), HU["wall"])
    canvas.blend(canvas.sweep(airways), HU["lumen"], chest_label("airways"))


def paint_nodules(canvas: Canvas, rng: np.random.Generator, space: Solid, count: int) -> None:
    """Solid round nodules of 5 to 11 mm radius, apart from each other and from the pleura."""
    sites = np.concatenate([points_in(rng, space, side, 60, 16) for side in HILUM])
    placed: list[np.ndarray] = []
    for site in rng.permutation(sites):
        clear = all(np.linalg.norm(site - other) > 45 for other in placed)
        if len(placed) < count and clear and np.linalg.norm(site - CARINA) > 60:
            placed.append(site)
            radii = rng.uniform(5.5, 10.5) * rng.uniform(0.88, 1.12, 3)
            canvas.paint(ellipsoid(site.tolist(), radii.tolist()), HU["nodule"], chest_label("nodule"))
