"""Generator, slab discriminator and half encoder: one definition for every shape.

Architecture after Shiri, Bruno and Loiacono, arXiv 2503.10899, and Sun et al., JBHI 2022. Two things differ: what
renders or encodes a slab normalises plane by plane and sees the slab's neighbours, so that it comes out as in the whole
volume (docs/adr/0008), and the discriminator sees where the slab lies from its first layer on (docs/adr/0010).

Shapes: B batch, C channels, Z latent, D H W = superior, anterior, right; d h w the same at a quarter of the resolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from .config import Network
from .layout import arranged, new_map
from .sizes import A_STRIDE, SLABS, Shape, a_shape, growth, halvings
from .slabs import blank_outside, windows
from .upsampling import UpsampleConv

GROUPS = 8
MARGIN = 5
"""Voxels that E^H reads below and above a slab."""
SLAB_BYTES = 24 * 2**20
"""Size of the largest map when a whole volume is encoded: larger ones are slower, for their memory comes anew."""


def _normalise_planes(norm: nn.GroupNorm, x: Tensor) -> Tensor:
    """Group normalisation of (B, C, D, H, W) in each depth plane by itself, and ReLU.

    With statistics over the depth, a slab is normalised by other numbers than the volume it belongs to.
    """
    planes = x.transpose(1, 2)
    return F.relu_(norm(planes.flatten(0, 1))).view_as(planes).transpose(1, 2)


class Generator(nn.Module):
    """G: a latent -> the representation A of the whole volume (G^A) -> voxels of any run of its planes (G^H)."""

    def __init__(self, shape: Shape, network: Network):
        super().__init__()
        self.shape, self.classes = shape, network.classes
        sizes = growth(shape)
        blocks = max(5, len(sizes))
        # The seed first, then one doubling a block, then blocks at the size of A.
        self.sizes = [sizes[min(block, len(sizes) - 1)] for block in range(blocks)]
        channels = [network.width * (8, 4, 2, 1)[max(0, 4 - blocks + block)] for block in range(blocks)]
        self.seed_shape = (8 * network.width, *sizes[0])
        self.latent = network.latent
        self.expand = nn.Linear(network.latent + network.classes, math.prod(self.seed_shape))
        self.convs = nn.ModuleList(
            UpsampleConv(inputs, outputs)
            for inputs, outputs in zip([8 * network.width, *channels], channels, strict=False)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(GROUPS, outputs) for outputs in channels)
        half = network.width // 2
        self.render1 = UpsampleConv(network.width, half)
        self.render_norm = nn.GroupNorm(GROUPS, half)
        self.render2 = UpsampleConv(half, 1)

    def features(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """G^A: latents (B, Z), and classes (B,) where conditional -> A (B, C, d, h, w) of whole volumes."""
        x = self.features_below(z, classes)
        return F.relu_(self.norms[-1](self.convs[-1](x, self.sizes[-1])))

    def features_below(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """What G^A's last block makes A (B, C, d, h, w) of: (B, C', d', h', w'), at half the size where it doubles."""
        if self.classes:
            z = torch.cat([z, F.one_hot(classes, self.classes).to(z)], dim=1)
        x = arranged(self.expand(z).view(-1, *self.seed_shape))
        for size, conv, norm in zip(self.sizes[:-1], self.convs, self.norms, strict=False):
            x = F.relu_(norm(conv(x, size)))
        return x

    def decode(self, a: Tensor, starts: Sequence[int] | None = None, planes: int | None = None) -> Tensor:
        """G^H: voxels (B, 1, 4 planes, H, W) in [-1, 1] of `planes` planes of A (B, C, d, h, w) from starts (B,) on.

        Without `starts` and `planes`, of whole volumes.
        """
        planes = a.shape[2] if planes is None else planes
        neighbours = [start - 1 for start in ([0] * len(a) if starts is None else starts)]
        return self.render(windows(a, neighbours, planes + 2), neighbours, a.shape[2])

    def render(self, a: Tensor, starts: Sequence[int], depth: int) -> Tensor:
        """G^H: voxels (B, 1, 4 (p - 2), H, W) of planes of A (B, C, p, h, w) without the first and last of them.

        Args:
            starts: the planes' first places in their volumes, -1 where it lies below.
            depth: planes of A in a whole volume; what lies beyond counts as nothing.
        """
        # At half the resolution all but the outermost planes have seen both their neighbours.
        x = self.render1(blank_outside(a, starts, depth))[:, :, 1:-1]
        x = _normalise_planes(self.render_norm, x)
        x = blank_outside(x, [2 * start + 1 for start in starts], 2 * depth)
        return torch.tanh(self.render2(x)[:, :, 2:-2])

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """Whole volumes (B, 1, D, H, W) in [-1, 1]."""
        return self.decode(self.features(z, classes))


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
            x = _normalise_planes(norm, conv(x))
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


class Judgement(NamedTuple):
    """What the discriminator says of slabs."""

    score: Tensor
    """(B,) logits of being real."""
    class_logits: Tensor | None
    """(B, classes) where conditional."""


def _halving_conv(inputs: int, outputs: int, halved: tuple[bool, bool, bool]) -> nn.Conv3d:
    """A 4^3 convolution of stride 2 that leaves the axes not halved at their size."""
    kernel = tuple(4 if half else 3 for half in halved)
    stride = tuple(2 if half else 1 for half in halved)
    return spectral_norm(nn.Conv3d(inputs, outputs, kernel, stride, padding=1))


class Discriminator(nn.Module):
    """D: a slab (B, 1, D/8, H, W) and its place in the volume -> the logit of being real."""

    def __init__(self, shape: Shape, network: Network):
        super().__init__()
        width, steps = network.width, halvings(shape)
        first = max(steps)
        channels = [2, *(width >> (first - 1 - step) for step in range(first)), 2 * width, 4 * width]
        # An axis with fewer halvings than the longest one is halved in the last of these layers.
        layers = [
            _halving_conv(channels[step], channels[step + 1], tuple(n >= first - step for n in steps))
            for step in range(first)
        ]
        layers += [
            spectral_norm(nn.Conv3d(inputs, outputs, (2, 4, 4), stride=2, padding=(0, 1, 1)))
            for inputs, outputs in zip(channels[first:], channels[first + 1 :], strict=False)
        ]
        layers.append(spectral_norm(nn.Conv3d(4 * width, 8 * width, (1, 4, 4), stride=(1, 2, 2), padding=(0, 1, 1))))
        remaining = [n // 2**k // 8 for n, k in zip(shape[1:], steps[1:], strict=True)]
        layers.append(spectral_norm(nn.Conv3d(8 * width, 2 * width, (1, *remaining))))
        self.layers = nn.ModuleList(layers)
        self.join = spectral_norm(nn.Linear(2 * width + 1, width))
        self.judge = spectral_norm(nn.Linear(width, 1))
        self.classify = spectral_norm(nn.Linear(width, network.classes)) if network.classes else None

    def forward(self, slab: Tensor, position: Tensor) -> Judgement:
        """Judge slabs (B, 1, D/8, H, W) at positions (B,): 0 is the lowest place in the volume, 1 the highest."""
        # With the background at 0, the convolutions' zero padding goes on with it instead of drawing an edge.
        height = (2 * position - 1).to(slab).view(-1, 1, 1, 1, 1).expand_as(slab)
        x = arranged(torch.cat([slab + 1, height], dim=1))
        for layer in self.layers:
            x = F.leaky_relu_(layer(x), 0.2)
        x = torch.cat([x.flatten(1), position[:, None].to(x)], dim=1)
        x = F.leaky_relu(self.join(x), 0.2)
        return Judgement(self.judge(x).squeeze(1), self.classify(x) if self.classify else None)


def slab_positions(shape: Shape, starts: Sequence[int]) -> list[float]:
    """Places of slabs that start at planes `starts` of A: 0 at the bottom, 1 at the top, as the paper appends them."""
    depth = a_shape(shape)[0]
    return [start / (depth - depth // SLABS) for start in starts]
