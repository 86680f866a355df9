"""Differentiable augmentation of slabs, so that a discriminator can't learn a few dozen volumes by heart.

After Zhao et al., NeurIPS 2020 (arXiv 2006.10738): the same kinds of change for real and synthesized slabs, in the
discriminator's step and in the generator's. Mild, and never of the background: with shifts of an eighth, brightness and
a quarter of contrast, the discriminator learned next to nothing in 500 steps at 32^3.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

MAX_SHIFT = 1 / 16
"""Largest shift within a plane, as a fraction of its side."""
CONTRAST = 0.1
"""Largest change of contrast."""


class Augmentation:
    """One draw of contrast and shift for a batch, to be applied to slabs (B, 1, D, H, W)."""

    def __init__(self, batch: int, plane: tuple[int, int], chance: torch.Generator):
        limits = torch.tensor([int(n * MAX_SHIFT) for n in plane])
        uniform = torch.rand(3, batch, generator=chance) * 2 - 1
        self.shifts = (uniform[:2] * (limits[:, None] + 0.5)).round().int().T.tolist()
        self.contrast = 1 + uniform[2] * CONTRAST

    def __call__(self, slabs: Tensor, part: slice = slice(None)) -> Tensor:
        """Shift a part of the batch within the planes, and change contrast as measured from the background at -1."""
        shifted = torch.stack([_shift(x, *s) for x, s in zip(slabs, self.shifts[part], strict=True)])
        return (shifted + 1) * self.contrast[part].to(slabs).view(-1, 1, 1, 1, 1) - 1


def no_augmentation(slabs: Tensor, part: slice = slice(None)) -> Tensor:
    """In its place: nothing is changed."""
    return slabs


def _shift(x: Tensor, down: int, right: int) -> Tensor:
    """Shift (1, D, H, W) within its planes; what comes in is background."""
    height, width = x.shape[-2:]
    padded = F.pad(x, (max(right, 0), max(-right, 0), max(down, 0), max(-down, 0)), value=-1.0)
    top, left = max(-down, 0), max(-right, 0)
    return padded[..., top : top + height, left : left + width]
