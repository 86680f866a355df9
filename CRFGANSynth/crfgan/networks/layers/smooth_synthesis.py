"""From bands at half the resolution to voxels, by filters that overlap: blocks of two voxels don't show."""

from __future__ import annotations

import torch
from torch import nn

from .bands import BANDS

MEAN, DIFFERENCE = (1.0, 3.0, 3.0, 1.0), (1.0, 3.0, -3.0, -1.0)
"""Of a band along one axis, the filters to begin with: linear interpolation, and the difference that goes with it."""


class SmoothSynthesis(nn.ConvTranspose3d):
    """Bands (B, 8, d, h, w), numbered as Haar's (bands.py) -> voxels (B, 1, 2d, 2h, 2w)."""

    def __init__(self):
        super().__init__(BANDS, 1, kernel_size=4, stride=2, padding=1, bias=False)
        lines = torch.tensor([MEAN, DIFFERENCE]) / (4 * 2**0.5)
        filters = [
            torch.einsum("i,j,k->ijk", lines[band >> 2 & 1], lines[band >> 1 & 1], lines[band & 1])
            for band in range(BANDS)
        ]
        with torch.no_grad():
            self.weight.copy_(torch.stack(filters)[:, None])
