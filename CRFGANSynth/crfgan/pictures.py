"""Pictures of volumes for people to look at: three planes through the middle, and sheets of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from .files import replace_with

TILE = 128
"""Height and width of one plane in pixels."""
MARGIN = 4
CAPTION = 14


def middle_planes(array: np.ndarray, spacing: Sequence[float]) -> list[Image.Image]:
    """Axial, coronal and sagittal plane through the middle, as Slicer shows them.

    Args:
        array: (D, H, W) along superior, anterior, right, in [-1, 1].
        spacing: voxel size in mm along D, H, W.
    """
    gray = np.uint8((np.clip(array, -1, 1) + 1) * 127.5)
    # Superior and anterior are up, the patient's right is on the left, and so is the front in a sagittal plane.
    gray = gray[::-1, ::-1, ::-1]
    depth, height, width = (n // 2 for n in gray.shape)
    size = np.array(gray.shape) * spacing
    scale = TILE / size.max()
    planes = ((gray[depth], 1, 2), (gray[:, height], 0, 2), (gray[:, :, width], 0, 1))
    return [_tile(plane, size[across] * scale, size[down] * scale) for plane, down, across in planes]


def _tile(plane: np.ndarray, width: float, height: float) -> Image.Image:
    scaled = Image.fromarray(plane).resize((max(round(width), 1), max(round(height), 1)), Image.Resampling.BILINEAR)
    tile = Image.new("L", (TILE, TILE))
    tile.paste(scaled, ((TILE - scaled.width) // 2, (TILE - scaled.height) // 2))
    return tile


def contact_sheet(columns: Sequence[tuple[str, Sequence[np.ndarray]]], spacing: Sequence[float]) -> Image.Image:
    """Captioned columns of volumes (D, H, W) in [-1, 1], three planes of each beside one another."""
    rows = max(len(volumes) for _, volumes in columns)
    column = 3 * TILE + 2 * MARGIN
    size = (len(columns) * (column + 3 * MARGIN) - MARGIN, CAPTION + rows * (TILE + MARGIN) + MARGIN)
    sheet = Image.new("L", size, 30)
    draw = ImageDraw.Draw(sheet)
    for index, (caption, volumes) in enumerate(columns):
        left = MARGIN + index * (column + 3 * MARGIN)
        draw.text((left, 2), caption, fill=230)
        for row, volume in enumerate(volumes):
            for place, tile in enumerate(middle_planes(volume, spacing)):
                sheet.paste(tile, (left + place * (TILE + MARGIN), CAPTION + MARGIN + row * (TILE + MARGIN)))
    return sheet


def save_picture(picture: Image.Image, path: Path) -> Path:
    """Write a PNG; returns its path."""
    replace_with(path, lambda partial: picture.save(partial, format="PNG"))
    return path
