"""Draws the icon: a brain slice on the left, rebuilt from noise voxels on the right, with the CRF's graph.

Shapes are signed distances (negative inside) in icon pixels, painted four times too large and averaged.
"""

from itertools import pairwise, product
from pathlib import Path

import numpy as np
from matplotlib import image

ROOT = Path(__file__).resolve().parents[1]
ICONS = (ROOT / "Resources/CRFGANSynth.png", ROOT / "CRFGANSynth/Resources/Icons/CRFGANSynth.png")

SIZE = 128
SCALE = 4
SEED = 11

MIDDLE = np.array([58.0, 64.0])
HALF_WIDTH, HALF_HEIGHT = 46.0, 53.0
VOXEL = 7.5

BACKGROUND_TOP, BACKGROUND_BOTTOM = (0.10, 0.15, 0.29), (0.04, 0.06, 0.14)
CORTEX, WHITE_MATTER, VENTRICLE = (0.56, 0.68, 0.86), (0.93, 0.96, 1.00), (0.13, 0.19, 0.36)
NOISE_NEAR, NOISE_FAR = (0.10, 0.80, 0.84), (0.80, 0.36, 0.98)
GRAPH, GRAPH_RIM = (1.00, 0.77, 0.25), (0.10, 0.10, 0.18)

NODES = np.array([[67.0, 31.0], [95.0, 41.0], [72.0, 65.0], [105.0, 74.0], [81.0, 98.0]])
EDGES = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4))


def pixel_centres() -> np.ndarray:
    """Return the (H, W, 2) x and y of the oversampled pixels, in icon pixels."""
    axis = (np.arange(SIZE * SCALE) + 0.5) / SCALE
    return np.stack(np.meshgrid(axis, axis), axis=-1)


def mix(start, end, share: np.ndarray | float) -> np.ndarray:
    """Blend two colours by a share from 0 to 1."""
    share = np.clip(share, 0, 1)[..., None]
    return np.asarray(start) * (1 - share) + np.asarray(end) * share


def paint(canvas: np.ndarray, distance: np.ndarray, colour, opacity: float = 1.0) -> np.ndarray:
    """Lay a colour over the canvas where `distance` is negative."""
    return np.where((distance < 0)[..., None], canvas * (1 - opacity) + np.asarray(colour) * opacity, canvas)


def rounded_square(points: np.ndarray, middle, half: float, radius: float) -> np.ndarray:
    """Return the distance to a square with rounded corners."""
    outside = np.abs(points - middle) - (half - radius)
    return np.linalg.norm(np.maximum(outside, 0), axis=-1) + np.minimum(outside.max(-1), 0) - radius


def segment(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the distance to the line between two points."""
    along = end - start
    share = np.clip((points - start) @ along / (along @ along), 0, 1)
    return np.linalg.norm(points - start - share[..., None] * along, axis=-1)


def brain_depth(points: np.ndarray, folds: float = 1.0) -> np.ndarray:
    """Return about how many pixels a point lies outside the cortex; `folds` scales the gyri."""
    x, y = np.moveaxis((points - MIDDLE) / (HALF_WIDTH, HALF_HEIGHT), -1, 0)
    angle = np.arctan2(np.abs(x), -y)
    radius = np.hypot(x, y)
    gyri = np.abs(np.sin(7.5 * angle + 0.7 * np.sin(2 * angle) + 0.5 * np.sin(5 * angle)))
    outline = 1 - folds * (0.10 * (1 - gyri) ** 2 + 0.05 * np.exp(-((angle / 0.10) ** 2)))
    return (radius - outline) * (HALF_WIDTH + HALF_HEIGHT) / 2


def ventricles(points: np.ndarray) -> np.ndarray:
    """Return the distance to the two lateral ventricles, mirrored about the midline."""
    mirrored = np.stack([np.abs(points[..., 0] - MIDDLE[0]), points[..., 1] - MIDDLE[1]], axis=-1)
    bend = np.array([[10.5, -20.0], [6.5, -12.0], [5.0, -3.0], [6.0, 6.0], [12.0, 18.0]])
    return np.min([segment(mirrored, *pair) for pair in pairwise(bend)], axis=0) - 3.2


def brain(points: np.ndarray) -> np.ndarray:
    """Return the colours of the slice."""
    canvas = np.broadcast_to(CORTEX, (*points.shape[:-1], 3))
    canvas = paint(canvas, brain_depth(points, folds=2.6) + 7.0, WHITE_MATTER)
    canvas = paint(canvas, ventricles(points), VENTRICLE)
    fissure = np.abs(points[..., 0] - MIDDLE[0]) - np.where(np.abs(points[..., 1] - MIDDLE[1]) > 26, 0.9, -1)
    return paint(canvas, fissure, VENTRICLE)


def voxels(canvas: np.ndarray, points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Paint the right half voxel by voxel; the further from the middle, the smaller and sparser they get."""
    rows, columns = int(MIDDLE[1] / VOXEL), int((SIZE - MIDDLE[0]) / VOXEL)
    for row, column in product(range(-rows, rows), range(columns)):
        place = MIDDLE + (np.array([column, row]) + 0.5) * VOXEL
        share = column / columns
        noise, size, luck = random.random(3)
        inside = brain_depth(place) < 1 + 26 * share * luck
        if inside and luck > 0.42 * share - 0.1:
            half = VOXEL / 2 * (0.94 - 0.45 * share * size)
            canvas = paint(canvas, rounded_square(points, place, half, 1.0), voxel_colour(place, share, noise))
    return canvas


def voxel_colour(place: np.ndarray, share: float, noise: float) -> np.ndarray:
    """Return the slice's colour at `place`, given over to noise as `share` grows."""
    noise_colour = mix(NOISE_NEAR, NOISE_FAR, share + 0.5 * (noise - 0.5)) * (0.75 + 0.35 * noise)
    return mix(brain(place), noise_colour, 1.5 * share + 0.15)


def graph(canvas: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Paint the CRF: nodes joined by edges, with a dark rim so that they stand out."""
    edges = np.min([segment(points, NODES[a], NODES[b]) for a, b in EDGES], axis=0)
    nodes = np.min([np.linalg.norm(points - node, axis=-1) for node in NODES], axis=0)
    canvas = paint(canvas, np.minimum(edges - 2.2, nodes - 6.8), GRAPH_RIM, opacity=0.75)
    return paint(canvas, np.minimum(edges - 1.2, nodes - 5.2), GRAPH)


def draw() -> np.ndarray:
    """Return the icon as (128, 128, 4) RGBA from 0 to 1."""
    points = pixel_centres()
    canvas = mix(BACKGROUND_TOP, BACKGROUND_BOTTOM, points[..., 1] / SIZE)
    left_half = np.maximum(brain_depth(points), points[..., 0] - MIDDLE[0])
    canvas = paint(canvas, left_half, brain(points))
    canvas = graph(voxels(canvas, points, np.random.default_rng(SEED)), points)
    opaque = rounded_square(points, SIZE / 2, SIZE / 2 - 1, 24) < 0
    return average(np.dstack([canvas * opaque[..., None], opaque]))


def average(premultiplied: np.ndarray) -> np.ndarray:
    """Shrink to the icon's size; colour is averaged over the opaque samples only."""
    small = premultiplied.reshape(SIZE, SCALE, SIZE, SCALE, 4).mean(axis=(1, 3))
    small[..., :3] /= np.maximum(small[..., 3:], 1e-6)
    return np.clip(small, 0, 1)


def main() -> None:
    """Write the icon for the catalogue and for the module."""
    picture = draw()
    for path in ICONS:
        image.imsave(path, picture, metadata={"Software": None})


if __name__ == "__main__":
    main()
