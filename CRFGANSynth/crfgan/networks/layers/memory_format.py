"""How feature maps lie in memory: on a CPU, where it is fastest, a voxel's channels side by side."""

from __future__ import annotations

import torch
from torch import Tensor


def _format(device: torch.device) -> torch.memory_format:
    return torch.channels_last_3d if device.type == "cpu" else torch.contiguous_format


def arranged(x: Tensor) -> Tensor:
    """The map (B, C, D, H, W) in its device's layout."""
    return x.contiguous(memory_format=_format(x.device))


def new_map(like: Tensor, *shape: int) -> Tensor:
    """A map of `shape` (B, C, D, H, W) in its device's layout, its values not set."""
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=_format(like.device))
