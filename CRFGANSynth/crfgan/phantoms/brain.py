"""The brain of the head phantom: folded cerebrum, ventricles, nuclei, cerebellum, brainstem (mm, T1)."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .shapes import Solid, ellipsoid, smooth_step, tube
from .tissue import head_label
from .waves import RandomWaves

CORTEX = 2.9
"""Cortical thickness, mm."""
GYRUS_WAVELENGTH = 25.0
"""Distance (mm) over which the folding repeats: two gyri and two sulci."""
FOLDING_RADIUS = 44.0
"""Distance (mm) from a hemisphere's core at which the folding pattern is laid out."""
INNERMOST_SULCUS = 17.0
"""Distance (mm) from that core within which no sulcus comes: ventricles and nuclei lie there."""


def paint_brain(
    canvas: Canvas, rng: np.random.Generator, sulcus: float, ventricles: float, lesions: int, t1: dict
) -> None:
    """Everything inside the dura, from outside to inside.

    `sulcus` is the half-width of the sulci (mm), `ventricles` their calibre over the nominal one.
    """
    _paint_venous_sinus(canvas, t1)
    _paint_cerebellum(canvas, rng, sulcus, t1)
    _paint_brainstem(canvas, t1)
    _paint_cerebrum(canvas, rng, sulcus, t1)
    _paint_callosum(canvas, t1)
    _paint_nuclei(canvas, ventricles, t1)
    _paint_ventricles(canvas, rng, ventricles, t1)
    _paint_lesions(canvas, rng, lesions, t1)


def cerebrum() -> Solid:
    """Both hemispheres without sulci: frontal to occipital poles, temporal lobes below."""
    return _lobes(base=-12)


def _lobes(base: float) -> Solid:
    """The cerebrum with its frontal and occipital lobes cut flat at z = `base` mm."""
    upper = ellipsoid((0, -4, 14), (65, 80, 57))
    tapered = Solid(lambda x, y, z: upper.distance(x * (1 + 0.0012 * (y + 25)), y, z), upper.low, upper.high)
    temporal = ellipsoid((39, 1, -19), (23, 36, 22.5)).mirrored()
    return tapered.cut(lambda x, y, z: base - z + 0.05 * y, 5).joined(temporal, 7)


def _paint_cerebrum(canvas: Canvas, rng: np.random.Generator, sulcus: float, t1: dict) -> None:
    whole = cerebrum()
    window = canvas.window(whole)
    x, y, z = canvas.at(window)
    fissure = _fissure(x, y, z, sulcus)
    surface = np.maximum(whole.distance(x, y, z), fissure)
    near = surface < canvas.spacing
    # Sulci enter from the convexity and the midline; the cut through the base is no cortex to fold.
    convexity = np.maximum(_lobes(base=-60).distance(x, y, z), fissure)
    depth, sheet = -surface[near], _sulcus_distance(rng, x[near], y[near], z[near], -convexity[near])
    thickness = CORTEX + 0.3 * RandomWaves(rng, 40)(x[near], y[near], z[near])
    pia, white = np.zeros_like(surface), np.zeros_like(surface)
    pia[near] = canvas.cover(-depth) * (1 - canvas.cover_sheet(sheet, sulcus))
    white[near] = canvas.cover(np.maximum(thickness - depth, sulcus + thickness - sheet))
    canvas.blend(pia, t1["grey"], head_label("grey matter"), window)
    canvas.blend(white, t1["white"], head_label("white matter"), window)


def _fissure(x, y, z, half_width):
    """Distance (mm) into the interhemispheric fissure, which ends at the corpus callosum."""
    above_callosum = 30 * (np.sqrt(((y + 3) / 42) ** 2 + ((z - 3) / 29) ** 2) - 1)
    widening = 0.8 * smooth_step(np.hypot(y + 4, z - 14), 45, 85)
    return np.minimum(half_width + 0.5 + widening - np.abs(x), above_callosum)


def _sulcus_distance(rng, x, y, z, depth):
    """Distance (mm) to the nearest sulcus: winding sheets that enter the convexity, and the Sylvian fissure."""
    wander = [2.8 * RandomWaves(rng, 32, count=8)(x, y, z) for _ in range(3)]
    across = _fold_distance(rng, x + wander[0], y + wander[1], z + wander[2])
    reach = 13 + 4 * np.clip(RandomWaves(rng, 45)(x, y, z), -1, 1.5)
    folds = np.hypot(across, np.maximum(depth - reach, 0))
    return np.minimum(folds, _sylvian_distance(x, y, z + 1.5 * wander[1], depth))


def _fold_distance(rng, x, y, z):
    """Distance (mm) to random sheets laid out round each hemisphere's core, so that they run inwards."""
    core = (24 * np.sign(x), np.clip(y, -48, 40), 8)
    away = (x - core[0], y - core[1], z - core[2])
    radius = np.sqrt(sum(a * a for a in away)) + 1e-3
    stretch = FOLDING_RADIUS / radius
    laid_out = [c + a * stretch for c, a in zip(core, away, strict=True)]
    across = RandomWaves(rng, GYRUS_WAVELENGTH, count=24).sheet_distance(*laid_out) / np.maximum(stretch, 0.9)
    return np.hypot(across, np.maximum(INNERMOST_SULCUS - radius, 0))


def _sylvian_distance(x, y, z, depth):
    """Distance (mm) to the fissure above the temporal lobe, which rises backwards and ends at the insula."""
    side = np.abs(x)
    height = z + 3 + 0.3 * y + 0.004 * (y + 5) ** 2 - 0.12 * (side - 45)
    beyond = np.maximum(np.maximum(np.abs(y + 2) - 34, 28 - side), np.maximum(depth - 20, 0))
    return np.hypot(np.maximum(np.abs(height) - 0.6, 0), beyond)


def _paint_callosum(canvas: Canvas, t1: dict) -> None:
    """The white arch that joins the hemispheres, and the fornix below it."""
    arch = [(26, 1), (34, 10), (28, 21), (8, 27), (-18, 26), (-36, 19), (-41, 10)]
    middle = tube([(0, y, z) for y, z in arch], [2.6, 4.2, 3.6, 2.8, 2.8, 3.8, 4.4])
    wide = Solid(
        lambda x, y, z: middle.distance(0.5 * np.maximum(np.abs(x) - 5, 0), y, z),
        (-14, *middle.low[1:]),
        (14, *middle.high[1:]),
    )
    canvas.paint(wide, t1["white"], head_label("white matter"))
    fornix = tube([(0, 14, 2), (0, 6, 13), (0, -12, 18), (0, -28, 20)], 1.8)
    canvas.paint(fornix, t1["white"], head_label("white matter"))


def _paint_nuclei(canvas: Canvas, ventricles: float, t1: dict) -> None:
    """Thalamus, caudate, putamen and pallidum; wide ventricles push them aside."""
    nuclei, aside = head_label("deep grey nuclei"), 3 * (ventricles - 1)
    thalamus = ellipsoid((11 + aside, -13, 7), (8.5, 15, 9))
    caudate = tube([(13, 27, 4), (14, 16, 13), (18, 0, 20), (22, -18, 21), (26, -32, 13)], [5.5, 5.5, 3.5, 2.4, 1.8])
    putamen = ellipsoid((26 + aside, 5, 3), (5, 17, 11))
    pallidum = ellipsoid((19.5 + aside, 0, 1), (4, 9, 6.5))
    canvas.paint(thalamus.mirrored(), t1["deep grey"] * 1.06, nuclei, edge=2)
    canvas.paint(caudate.mirrored(), t1["deep grey"] * 0.93, nuclei)
    canvas.paint(putamen.mirrored(), t1["deep grey"] * 0.95, nuclei)
    canvas.paint(pallidum.mirrored(), t1["pallidum"], nuclei, edge=2)


def _paint_ventricles(canvas: Canvas, rng: np.random.Generator, size: float, t1: dict) -> None:
    """Lateral ventricles with their three horns, a little unequal, then the third and the fourth."""
    label = head_label("ventricles")
    for side in (-1, 1):
        r = size * rng.uniform(0.88, 1.12)
        body = [(5, 32, 9), (6, 20, 15), (7, 2, 20), (10, -18, 20), (18, -34, 13)]
        horns = [[(18, -34, 13), (21, -50, 6), (19, -50 - 12 * r, 4)], [(18, -34, 13), (29, -30, -5), (33, -8, -20)]]
        parts = [([4 * r, 4.6 * r, 3.8 * r, 4.4 * r, 6.5 * r], body)]
        parts += [([6.5 * r, 4.2 * r, 2], horns[0]), ([6.5 * r, 3 * r, 2 * r], horns[1])]
        for radii, points in parts:
            outward = [(side * (x + 1.5 * (r - 1)), y, z) for x, y, z in points]
            canvas.paint(tube(outward, radii), t1["csf"], label)
    canvas.paint(ellipsoid((0, -6, 3), (1.7 * size + 0.4, 14, 9)), t1["csf"], label)
    canvas.paint(tube([(0, -26, -4), (0, -34, -22), (0, -37, -32)], [1, 1.2, 4]), t1["csf"], label)
    canvas.paint(ellipsoid((0, -38, -36), (8, 4.5, 9)), t1["csf"], label)


def _paint_cerebellum(canvas: Canvas, rng: np.random.Generator, sulcus: float, t1: dict) -> None:
    """Thin folia fanned out from the peduncles, around a branching white core."""
    halves = ellipsoid((25, -53, -35), (26, 31, 25)).mirrored()
    tonsils = ellipsoid((10, -46, -56), (9, 11, 10)).mirrored()
    whole = halves.joined(ellipsoid((0, -54, -33), (14, 28, 23)), 8).joined(tonsils, 6)
    window = canvas.window(whole)
    x, y, z = canvas.at(window)
    depth = -whole.distance(x, y, z)
    radius = np.hypot(y + 40, z + 35)
    fan = np.arctan2(z + 35, -(y + 40)) + 0.05 * RandomWaves(rng, 22)(x, y, z)
    folium = _periodic_distance(fan, 18) * np.maximum(radius, 12)
    foliate = np.hypot(folium, np.maximum(depth - 8, 0))
    pia = canvas.cover(-depth) * (1 - canvas.cover_sheet(foliate, 0.4 + 0.4 * sulcus))
    branch = 8.5 - 4.5 * smooth_step(np.cos(fan * 9), 0, 1)
    canvas.blend(pia, t1["grey"] * 1.02, head_label("cerebellum"), window)
    core = canvas.cover(branch - depth, 2) * smooth_step(np.abs(x), -6, 10)
    canvas.blend(core, t1["white"] * 0.97, head_label("cerebellum"), window)


def _periodic_distance(angle, lines):
    """Angle (radians) to the nearest of `lines` evenly spread directions."""
    pitch = 2 * np.pi / lines
    return np.abs((angle / pitch) % 1 - 0.5) * pitch


def _paint_brainstem(canvas: Canvas, t1: dict) -> None:
    """Midbrain with its peduncles, pons, medulla and cord."""
    label = head_label("brainstem")
    stem = tube([(0, -22, -6), (0, -24, -20), (0, -24, -34), (0, -29, -54)], [13, 12, 13, 8], 6)
    pons = ellipsoid((0, -17, -30), (16, 11.5, 13))
    cord = tube([(0, -29, -54), (0, -35, -80), (0, -40, -160)], [8, 6, 5.5])
    arms = tube([(12, -24, -34), (24, -46, -36)], [7, 6]).mirrored()
    canvas.paint(arms, t1["white"] * 0.97, label, edge=3)
    canvas.paint(stem.joined(pons, 6).joined(cord, 4), t1["brainstem"], label)
    canvas.paint(ellipsoid((0, -33, -10), (9, 4, 8)), t1["brainstem"] * 0.95, label)


def _paint_venous_sinus(canvas: Canvas, t1: dict) -> None:
    """Superior sagittal sinus under the vault, widening towards the occiput."""
    arc = [np.deg2rad(a) for a in range(30, 211, 15)]
    points = [(0, -4 + 80 * float(np.cos(a)), 13 + 58 * float(np.sin(a))) for a in arc]
    radii = [1 + 2.2 * i / len(points) for i in range(len(points))]
    canvas.paint(tube(points, radii), t1["sinus"], head_label("csf"))


def _paint_lesions(canvas: Canvas, rng: np.random.Generator, count: int, t1: dict) -> None:
    """Dark ovoid lesions in the white matter above and beside the ventricles, each apart from the others."""
    sites = [(side * 30.0, y, 26.0) for side in (-1, 1) for y in (-42.0, -14.0, 14.0)]
    for index in rng.permutation(len(sites))[:count]:
        center = np.array(sites[index]) + rng.uniform(-3.5, 3.5, 3)
        lesion = ellipsoid(center.tolist(), rng.uniform(4.0, 7.5, 3).tolist())
        canvas.paint(lesion, t1["lesion"], head_label("lesion"), edge=2)
