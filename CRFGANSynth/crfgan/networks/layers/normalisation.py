"""Group normalisation of slabs as of the volumes that they belong to (docs/adr/0008)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

GROUPS = 8


def normalise_planes(norm: nn.GroupNorm, x: Tensor) -> Tensor:
    """Group normalisation of (B, C, D, H, W) in each depth plane by itself, and ReLU.

    With statistics over the depth, a slab is normalised by other numbers than the volume it belongs to.
    """
    planes = x.transpose(1, 2)
    return F.relu_(norm(planes.flatten(0, 1))).view_as(planes).transpose(1, 2)
