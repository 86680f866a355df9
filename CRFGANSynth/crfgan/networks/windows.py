"""Windows along the depth of volumes and feature maps, one place for each volume of a batch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def windows(x: Tensor, starts: Sequence[int], length: int) -> Tensor:
    """Planes starts[b] to starts[b] + length of each (C, D, H, W) in x (B, C, D, H, W); zeros beyond its ends."""
    return torch.cat([_window(one, start, length) for one, start in zip(x.split(1), starts, strict=True)])


def _window(x: Tensor, start: int, length: int) -> Tensor:
    depth = x.shape[2]
    first, last = max(0, start), min(depth, start + length)
    found = x[:, :, first:last]
    missing = (first - start, start + length - last)
    return F.pad(found, (0, 0, 0, 0, *missing)) if any(missing) else found


def add_windows(x: Tensor, starts: Sequence[int], found: Tensor) -> None:
    """The transpose of `windows`: adds windows (B, C, length, H, W) to x (B, C, D, H, W) in place."""
    for one, start, window in zip(x, starts, found, strict=True):
        first, last = max(0, start), min(x.shape[2], start + found.shape[2])
        one[:, first:last] += window[:, first - start : last - start]


def blank_outside(x: Tensor, starts: Sequence[int], depth: int) -> Tensor:
    """Such windows (B, C, length, H, W) with zeros for the planes that don't lie in the volume of `depth` planes."""
    length = x.shape[2]
    if min(starts) >= 0 and max(starts) + length <= depth:
        return x
    planes = torch.tensor(starts, device=x.device)[:, None] + torch.arange(length, device=x.device)
    return x * ((planes >= 0) & (planes < depth)).to(x.dtype).view(len(starts), 1, length, 1, 1)
