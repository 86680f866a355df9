"""Pictures of volumes for people to look at: three planes through the middle, and sheets of them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ..storage.atomic import replace_with

TILE = 128
"""Height and width of one plane in pixels."""
SMALL_TILE = 96
"""The same in a thumbnail."""
LARGEST_THUMBNAIL = 25_000
"""Bytes that a thumbnail stays under."""
MARGIN = 4
CAPTION = 14


def middle_planes(array: np.ndarray, spacing: Sequence[float], side: int = TILE) -> list[Image.Image]:
    """Axial, coronal and sagittal plane through the middle, as Slicer shows them.

    Args:
        array: (D, H, W) along superior, anterior, right, in [-1, 1].
        spacing: voxel size in mm along D, H, W.
        side: height and width of each in pixels.
    """
    # Superior and anterior are up, the patient's right is on the left, and so is the front in a sagittal plane.
    seen = array[::-1, ::-1, ::-1]
    depth, height, width = (n // 2 for n in seen.shape)
    size = np.array(seen.shape) * spacing
    scale = side / size.max()
    planes = ((seen[depth], 1, 2), (seen[:, height], 0, 2), (seen[:, :, width], 0, 1))
    return [_tile(plane, size[across] * scale, size[down] * scale, side) for plane, down, across in planes]


def _tile(plane: np.ndarray, width: float, height: float, side: int) -> Image.Image:
    gray = Image.fromarray(np.uint8((np.clip(plane, -1, 1) + 1) * 127.5))
    scaled = gray.resize((max(round(width), 1), max(round(height), 1)), Image.Resampling.BILINEAR)
    tile = Image.new("L", (side, side))
    tile.paste(scaled, ((side - scaled.width) // 2, (side - scaled.height) // 2))
    return tile


def thumbnail(array: np.ndarray, spacing: Sequence[float]) -> bytes:
    """A small PNG of the three middle planes side by side, 96 pixels high and less than 25 kB large.

    Args:
        array, spacing: as in `middle_planes`.
    """
    picture = Image.new("L", (3 * SMALL_TILE, SMALL_TILE))
    for place, tile in enumerate(middle_planes(array, spacing, SMALL_TILE)):
        picture.paste(tile, (place * SMALL_TILE, 0))
    content = png(picture)
    # Noise, as of a model that has learned nothing yet, can't be compressed but by fewer grays.
    return content if len(content) < LARGEST_THUMBNAIL else png(picture.point(lambda gray: gray & 0xF0))


def png(picture: Image.Image) -> bytes:
    """The content of a PNG file."""
    content = BytesIO()
    picture.save(content, format="PNG", optimize=True)
    return content.getvalue()


def contact_sheet(columns: Sequence[tuple[str, Sequence[np.ndarray]]], spacing: Sequence[float]) -> Image.Image:
    """Columns of volumes (D, H, W) in [-1, 1] with captions or none, three planes of each beside one another."""
    rows, top = max(len(volumes) for _, volumes in columns), CAPTION if any(caption for caption, _ in columns) else 0
    column = 3 * TILE + 2 * MARGIN
    size = (len(columns) * (column + 3 * MARGIN) - MARGIN, top + rows * (TILE + MARGIN) + MARGIN)
    sheet = Image.new("L", size, 30)
    draw = ImageDraw.Draw(sheet)
    for index, (caption, volumes) in enumerate(columns):
        left = MARGIN + index * (column + 3 * MARGIN)
        draw.text((left, 2), caption, fill=230)
        for row, volume in enumerate(volumes):
            for place, tile in enumerate(middle_planes(volume, spacing)):
                sheet.paste(tile, (left + place * (TILE + MARGIN), top + MARGIN + row * (TILE + MARGIN)))
    return sheet


def save_picture(picture: Image.Image, path: Path) -> Path:
    """Write a PNG; returns its path."""
    replace_with(path, lambda partial: picture.save(partial, format="PNG"))
    return path
