"""The half encoder: one definition for every shape.

Architecture after Shiri, Bruno and Loiacono, arXiv 2503.10899, and Sun et al., JBHI 2022. What encodes a slab
normalises plane by plane and reads the slab's neighbours, so that it comes out as in the whole volume (docs/adr/0008).

Shapes: B batch, C channels, D H W = superior, anterior, right; d h w the same at a quarter of the resolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..config import Network
from .layers.memory_format import arranged, new_map
from .layers.normalisation import GROUPS, normalise_planes
from .shapes import A_STRIDE, a_shape
from .windows import blank_outside, windows

MARGIN = 5
"""Voxels that E^H reads below and above a slab."""
SLAB_BYTES = 24 * 2**20
"""Size of the largest map when a whole volume is encoded: larger ones are slower, for their memory comes anew."""


class HalfEncoder(nn.Module):
    """E^H: volumes -> the space of A."""

    def __init__(self, network: Network):
        super().__init__()
        half = network.width // 2
        # Along the depth what is read beyond a slab's ends are its neighbours, not padding.
        self.convs = nn.ModuleList(
            [
                nn.Conv3d(1, half, 4, stride=2, padding=(0, 1, 1)),
                nn.Conv3d(half, half, 3, padding=(0, 1, 1)),
                nn.Conv3d(half, network.width, 4, stride=2, padding=(0, 1, 1)),
            ]
        )
        self.norms = nn.ModuleList(nn.GroupNorm(GROUPS, conv.out_channels) for conv in self.convs)

    def forward(self, slab: Tensor, starts: Sequence[int], depth: int) -> Tensor:
        """Planes of A (B, C, p, h, w) of the voxels behind them and of five beyond on each side (B, 1, 4 p + 10, H, W).

        Args:
            starts: (B,) first plane of A of each.
            depth: planes of A in a whole volume; what lies beyond counts as nothing.
        """
        # Background at 0, as in the discriminator.
        x = blank_outside(arranged(slab + 1), [A_STRIDE * start - MARGIN for start in starts], A_STRIDE * depth)
        # Rows of a layer's map that the next layers need below the slab, and rows in one plane of A.
        for conv, norm, (below, rows) in zip(self.convs, self.norms, ((2, 2), (1, 2), (0, 1)), strict=True):
            x = normalise_planes(norm, conv(x))
            x = blank_outside(x, [rows * start - below for start in starts], rows * depth)
        return x

    @torch.no_grad()
    def encode(self, volume: Tensor) -> Tensor:
        """A (B, C, d, h, w) of whole volumes (B, 1, D, H, W), a volume and a slab at a time, without a graph."""
        depth, height, width = a_shape(tuple(volume.shape[2:]))
        # The largest map is that of the first layer, at half the resolution.
        room = SLAB_BYTES // (4 * self.convs[0].out_channels * 4 * height * width)
        step = min(depth, max(2, room // 2 - 2))
        a = new_map(volume, len(volume), self.convs[-1].out_channels, depth, height, width)
        for one, target in zip(volume.split(1), a.split(1), strict=True):
            for start in range(0, depth, step):
                planes = min(step, depth - start)
                target[:, :, start : start + planes] = self(encoder_windows(one, [start], planes), [start], depth)
        return a


def encoder_windows(volume: Tensor, starts: Sequence[int], planes: int) -> Tensor:
    """What E^H reads (B, 1, 4 planes + 10, H, W) of volumes (B, 1, D, H, W) for `planes` planes of A from starts on."""
    return windows(volume, [A_STRIDE * start - MARGIN for start in starts], A_STRIDE * planes + 2 * MARGIN)
