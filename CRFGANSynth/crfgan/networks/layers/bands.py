"""Haar bands: a volume at half the resolution, and beside it its detail of the finest size, in seven directions.

Shapes: B batch, D H W the volume; d h w the same at half the resolution. Bands are numbered by the axes along which
they are differences: W counts 1, H 2, D 4. Band 0 is the mean.
"""

from __future__ import annotations

import torch
from torch import Tensor

BANDS = 8


def to_bands(x: Tensor) -> Tensor:
    """(B, 1, D, H, W) with even sides -> (B, 8, d, h, w), by the orthonormal Haar transform of blocks of 2^3 voxels."""
    batch, _, depth, height, width = x.shape
    blocks = x.reshape(batch, depth // 2, 2, height // 2, 2, width // 2, 2).permute(0, 2, 4, 6, 1, 3, 5)
    return torch.einsum("bv,nvdhw->nbdhw", _matrix(x), blocks.flatten(1, 3))


def _matrix(like: Tensor) -> Tensor:
    """(8 bands, 8 voxels of a block), orthonormal."""
    line = like.new_tensor([[1.0, 1.0], [1.0, -1.0]]) / 2**0.5
    return torch.kron(torch.kron(line, line), line)
