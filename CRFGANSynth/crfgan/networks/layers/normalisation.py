"""Group normalisation of slabs as of the volumes that they belong to (docs/adr/0008)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GROUPS = 8


def normalise_planes(norm: nn.GroupNorm, x: Tensor) -> Tensor:
    """Group normalisation of (B, C, D, H, W) in each depth plane by itself, and ReLU.

    With statistics over the depth, a slab is normalised by other numbers than the volume it belongs to.
    """
    planes = x.transpose(1, 2)
    return F.relu_(norm(planes.flatten(0, 1))).view_as(planes).transpose(1, 2)


class ChannelNorm(nn.Module):
    """Each voxel's channels divided by their root mean square, then scale and shift: no voxel needs to know another.

    After Karras et al., ICLR 2018 (arXiv 1710.10196), section 4.2, with weights as in other normalisations.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, D, H, W) -> the same shape."""
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6) * self.weight + self.bias
