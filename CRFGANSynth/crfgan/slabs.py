"""Windows along the depth of volumes and feature maps, one place for each volume of a batch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def windows(x: Tensor, starts: Sequence[int], length: int) -> Tensor:
    """Planes starts[b] to starts[b] + length of each (C, D, H, W) in x (B, C, D, H, W); zeros beyond its ends."""
    below = max(0, -min(starts))
    above = max(0, max(starts) + length - x.shape[2])
    padded = F.pad(x, (0, 0, 0, 0, below, above)) if below or above else x
    return torch.stack(
        [one[:, start + below : start + below + length] for one, start in zip(padded, starts, strict=True)]
    )


def inside(starts: Sequence[int], length: int, depth: int, like: Tensor) -> Tensor:
    """Mask (B, 1, length, 1, 1): 1 where a plane of such windows lies in the volume of `depth` planes, else 0."""
    planes = torch.tensor(starts, device=like.device)[:, None] + torch.arange(length, device=like.device)
    return ((planes >= 0) & (planes < depth)).to(like.dtype).view(len(starts), 1, length, 1, 1)
