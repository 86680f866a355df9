"""Nearest upsampling and the 3^3 convolution after it, computed as one convolution on the small grid.

Of the 27 voxels that the convolution reads of the upsampled map, many are copies of each other. An output voxel needs
just 2^3 voxels of the small map, with sums of the 3^3 weights that depend on whether its place is even or odd along
each axis: 8 multiplications instead of 27, and no upsampled copy is made or kept for the backward pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from ..shapes import Shape
from .memory_format import new_map
from .minimal_filtering import upsample_convolve

LARGE = 64
"""Channels from which minimal filtering pays: under it, its sums cost what its products spare."""

# From three taps to what an output voxel reads of the small map, for each place it can have along an axis.
_DOUBLED = (((1, 0, 0), (0, 1, 1)), ((1, 1, 0), (0, 0, 1)))
_KEPT = (((1, 0, 0), (0, 1, 0), (0, 0, 1)),)


class UpsampleConv(nn.Conv3d):
    """Nearest upsampling of some axes to twice their size, then a 3^3 convolution with zero padding.

    Its state is that of the convolution, `nn.Conv3d(channels, out_channels, 3, padding=1)`.
    """

    def __init__(self, channels: int, out_channels: int):
        super().__init__(channels, out_channels, kernel_size=3, padding=1)

    def forward(self, x: Tensor, size: Shape | None = None) -> Tensor:
        """(B, C, D, H, W) -> (B, C', *size): each side as it was, or doubled (the default) and at most one less."""
        small = x.shape[2:]
        size = tuple(2 * n for n in small) if size is None else size
        doubled = [target > n for n, target in zip(small, size, strict=True)]
        if not any(doubled):
            return super().forward(x)
        if all(doubled) and self._has_few_products(x):
            return upsample_convolve(x, self.weight, self.bias)[..., : size[0], : size[1], : size[2]]
        weight, places = self._collapse(doubled)
        parts = F.conv3d(x, weight, self.bias.repeat(places[0] * places[1] * places[2]), padding=1)
        parts = parts.view(len(x), *places, self.out_channels, *parts.shape[2:])
        return _Interleave.apply(parts, tuple(small))[..., : size[0], : size[1], : size[2]]

    def _has_few_products(self, x: Tensor) -> bool:
        """Whether 27 matrix products are faster than one convolution: on a CPU, where they are large."""
        mixed = torch.is_autocast_enabled(x.device.type)
        return x.device.type == "cpu" and not mixed and min(self.in_channels, self.out_channels) >= LARGE

    def _collapse(self, doubled: list[bool]) -> tuple[Tensor, tuple[int, int, int]]:
        """Kernels (places * C', C, k, k, k) on the small map for all places of an output voxel, and places an axis."""
        taps = [self.weight.new_tensor(_DOUBLED if double else _KEPT) for double in doubled]
        kernels = torch.einsum("pai,qbj,rck,oxijk->pqroxabc", *taps, self.weight)
        return kernels.flatten(0, 3), tuple(len(tap) for tap in taps)


def _places(places: tuple[int, ...], small: tuple[int, ...]) -> Iterator[tuple[tuple, tuple]]:
    """For every place: where its values stand in the convolution's output, and where in the interleaved map."""
    for place in product(*map(range, places)):
        source = tuple(slice(p, p + n) for p, n in zip(place, small, strict=True))
        target = tuple(slice(p, None, count) for p, count in zip(place, places, strict=True))
        yield (slice(None), *place, slice(None), *source), (..., *target)


class _Interleave(torch.autograd.Function):
    """Output voxels of all places (B, p, q, r, C, d, h, w) put side by side: (B, C, p d, q h, r w)."""

    @staticmethod
    def forward(ctx, parts: Tensor, small: tuple[int, int, int]) -> Tensor:
        ctx.small, ctx.parts_shape = small, parts.shape
        places = parts.shape[1:4]
        sides = [count * n for count, n in zip(places, small, strict=True)]
        whole = new_map(parts, len(parts), parts.shape[4], *sides)
        for source, target in _places(places, small):
            whole[target] = parts[source]
        return whole

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        batch, *places, channels = ctx.parts_shape[:5]
        parts = new_map(gradient, batch, math.prod(places) * channels, *ctx.parts_shape[5:])
        parts = parts.zero_().view(ctx.parts_shape)
        for source, target in _places(ctx.parts_shape[1:4], ctx.small):
            parts[source] = gradient[target]
        return parts, None
