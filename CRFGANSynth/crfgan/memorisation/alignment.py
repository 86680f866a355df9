"""How far a volume is from the closest of others when flips, small shifts, contrast and noise don't count.

The middle of one volume is laid over the other as a template, in all 8 flips and at every shift within reach, and the
greatest normalised cross-correlation counts (Lewis, Fast Normalized Cross-Correlation, 1995). The margin around the
middle is as wide as the reach, so that what a shift moved out of the grid is never asked for. What is compared are
cells, means over blocks of voxels and the blocks around, which hardly change with noise. One in 27 of them is enough
to find the flip and the shift, in whole cells, for all volumes; the few most alike are then shifted by voxels, too,
and compared in all cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, combinations, product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

CELLS = 32
"""Cells along each axis of the grid."""
REACH = 3
"""Furthest shift in cells."""
THINNING = (..., *[slice(None, None, 3)] * 3)
"""The cells that are enough for a first look."""
CANDIDATES = 5
"""Volumes that are compared in all cells."""
NEIGHBOURS = np.array(list(product((0, -1, 1), repeat=3)))
"""Steps (27, 3) along the axes."""
FLIPS = tuple(chain.from_iterable(combinations((0, 1, 2), count) for count in range(4)))
"""Axes that are reversed."""


@dataclass(frozen=True)
class Match:
    """The closest of several volumes."""

    index: int
    distance: float
    """1 - correlation with it, over the median of 1 - correlation with all of them: 0 is the same volume, near 1 is no
    closer than any. Without the median whatever is blurred would seem close to all of them (like the ratio in Carlini
    et al., Extracting Training Data from Diffusion Models, 2023)."""


class Templates:
    """Volumes to which others are compared.

    Args:
        volumes: two or more arrays (D, H, W) of one shape, each side a multiple of 32; only their cells are kept.
    """

    def __init__(self, volumes: Iterable[np.ndarray]):
        self._templates = np.stack([_template(volume) for volume in volumes])
        flipped = np.stack([np.flip(self._templates, [1 + axis for axis in axes]) for axes in FLIPS])
        self._thinned = _normalised(flipped[THINNING])

    def match(self, volume: np.ndarray) -> Match:
        """The closest of them to a volume (D, H, W) of their shape."""
        windows, cell = _windows(volume), _cell(volume)
        at_cells = _normalised(windows[tuple(slice(None, None, n) for n in cell)][THINNING])
        correlation, flips, shifts = self._search(at_cells)
        candidates = np.argsort(-correlation)[:CANDIDATES]
        refined = [self._refine(windows, cell, i, flips[i], shifts[i] * cell) for i in candidates]
        best = int(np.argmax(refined))
        # Rounding may take a correlation above 1 and, where all volumes are the same, the median to 0.
        distance = max(1 - refined[best], 0) / max(1 - float(np.median(correlation)), 1e-6)
        return Match(int(candidates[best]), distance)

    def _search(self, at_cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """With each of the N volumes the greatest correlation (N,), its flip (N,) and its shift in cells (N, 3)."""
        correlation = self._thinned @ at_cells.T
        best = correlation.max(1).reshape(len(FLIPS), -1)
        flips, each = best.argmax(0), np.arange(best.shape[1])
        shifts = correlation.argmax(1).reshape(best.shape)[flips, each]
        return best[flips, each], flips, np.stack(np.unravel_index(shifts, [2 * REACH + 1] * 3), 1)

    def _refine(self, windows: np.ndarray, cell: np.ndarray, index: int, flip: int, shift: np.ndarray) -> float:
        """Correlation with volume `index` in all cells, after the shift, in voxels, was improved by parts of a cell."""
        thinned = self._thinned[flip * len(self._templates) + index]
        step = cell // 2
        while step.any():
            near = np.clip(shift + step * NEIGHBOURS, 0, 2 * REACH * cell)
            shift = near[np.argmax(_normalised(windows[tuple(near.T)][THINNING]) @ thinned)]
            step //= 2
        template = np.flip(self._templates[index], FLIPS[flip])
        return float(_normalised(windows[tuple(shift)])[0] @ _normalised(template)[0])


def _cell(volume: np.ndarray) -> np.ndarray:
    """Size of a cell in voxels."""
    return np.array(volume.shape) // CELLS


def _windows(volume: np.ndarray) -> np.ndarray:
    """Cells under a template at each shift by voxels: (S, S, S, M, M, M), S = 2 REACH cells + 1 voxel, a view.

    A cell is the mean of its block of voxels and the 26 around it.
    """
    cell = _cell(volume)
    means = np.pad(np.asarray(volume, np.float32), [(n, n) for n in cell], mode="edge")
    for axis, n in enumerate(cell):
        means = _moving_mean(means, 3 * n, axis)
    span = (CELLS - 2 * REACH - 1) * cell + 1
    return sliding_window_view(means, span)[..., :: cell[0], :: cell[1], :: cell[2]]


def _template(volume: np.ndarray) -> np.ndarray:
    return np.array(_windows(volume)[tuple(REACH * _cell(volume))])


def _moving_mean(array: np.ndarray, width: int, axis: int) -> np.ndarray:
    sums = np.moveaxis(np.cumsum(np.insert(array, 0, 0, axis), axis), axis, 0)
    return np.moveaxis((sums[width:] - sums[:-width]) / np.float32(width), 0, axis)


def _normalised(windows: np.ndarray) -> np.ndarray:
    """(..., M, M, M) as rows (N, M^3) of mean 0 and length 1; near 0 throughout where all cells are the same."""
    rows = windows.reshape(-1, np.prod(windows.shape[-3:]))
    rows = rows - rows.mean(1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-3)
