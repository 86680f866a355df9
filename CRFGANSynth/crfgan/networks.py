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
from .sizes import A_STRIDE, SLABS, Shape, a_shape, growth, halvings
from .slabs import inside, windows
from .upsampling import UpsampleConv

GROUPS = 8


class PlaneGroupNorm(nn.GroupNorm):
    """Group normalisation whose statistics are taken in each depth plane by itself.

    With statistics over the depth, a slab is normalised by other numbers than the volume it belongs to.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (B, C, D, H, W) over (C / groups, H, W)."""
        batch, _, depth, height, width = x.shape
        grouped = x.reshape(batch, self.num_groups, -1, depth, height, width)
        variance, mean = torch.var_mean(grouped, dim=(2, 4, 5), correction=0, keepdim=True)
        scale = self.weight.view(1, self.num_groups, -1, 1, 1, 1) * torch.rsqrt(variance + self.eps)
        shift = self.bias.view(1, self.num_groups, -1, 1, 1, 1) - mean * scale
        return torch.addcmul(shift, grouped, scale).view_as(x)


def _places(x: Tensor, starts: Sequence[int] | None, planes: int | None, depth: int) -> tuple[Sequence[int], int]:
    """Where to look in each volume of a batch: as given, or everywhere."""
    return ([0] * len(x) if starts is None else starts), (depth if planes is None else planes)


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
        self.render_norm = PlaneGroupNorm(GROUPS, half)
        self.render2 = UpsampleConv(half, 1)

    def features(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """G^A: latents (B, Z), and classes (B,) where conditional -> A (B, C, d, h, w) of whole volumes."""
        if self.classes:
            z = torch.cat([z, F.one_hot(classes, self.classes).to(z)], dim=1)
        x = self.expand(z).view(-1, *self.seed_shape)
        for size, conv, norm in zip(self.sizes, self.convs, self.norms, strict=True):
            x = F.relu(norm(conv(x, size)))
        return x

    def decode(self, a: Tensor, starts: Sequence[int] | None = None, planes: int | None = None) -> Tensor:
        """G^H: voxels (B, 1, 4 planes, H, W) in [-1, 1] of `planes` planes of A (B, C, d, h, w) from starts (B,) on.

        Without `starts` and `planes`, of whole volumes.
        """
        starts, planes = _places(a, starts, planes, a.shape[2])
        neighbours = [start - 1 for start in starts]
        return self.render(windows(a, neighbours, planes + 2), neighbours, a.shape[2])

    def render(self, a: Tensor, starts: Sequence[int], depth: int) -> Tensor:
        """G^H: voxels (B, 1, 4 (p - 2), H, W) of planes of A (B, C, p, h, w) without the first and last of them.

        Args:
            starts: the planes' first places in their volumes, -1 where it lies below.
            depth: planes of A in a whole volume; what lies beyond counts as nothing.
        """
        planes = a.shape[2]
        a = a * inside(starts, planes, depth, a)
        # At half the resolution all but the outermost planes have seen both their neighbours.
        x = self.render1(a)[:, :, 1:-1]
        x = F.relu(self.render_norm(x))
        x = x * inside([2 * start + 1 for start in starts], 2 * planes - 2, 2 * depth, x)
        return torch.tanh(self.render2(x)[:, :, 2:-2])

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """Whole volumes (B, 1, D, H, W) in [-1, 1]."""
        return self.decode(self.features(z, classes))


class HalfEncoder(nn.Module):
    """E^H: volumes -> the space of A."""

    def __init__(self, network: Network):
        super().__init__()
        half = network.width // 2
        self.convs = nn.ModuleList(
            [
                nn.Conv3d(1, half, 4, stride=2, padding=1),
                nn.Conv3d(half, half, 3, padding=1),
                nn.Conv3d(half, network.width, 4, stride=2, padding=1),
            ]
        )
        self.norms = nn.ModuleList(PlaneGroupNorm(GROUPS, conv.out_channels) for conv in self.convs)

    def forward(self, volume: Tensor, starts: Sequence[int] | None = None, planes: int | None = None) -> Tensor:
        """Volumes (B, 1, D, H, W) -> `planes` planes of A (B, C, planes, h, w) from starts (B,) on.

        Without `starts` and `planes`, of whole volumes.
        """
        depth = volume.shape[2] // A_STRIDE
        starts, planes = _places(volume, starts, planes, depth)
        # A plane of A depends on its own four voxels and on five beyond them on each side: two more planes of A.
        first, length = [start - 2 for start in starts], planes + 4
        # Background at 0, as in the discriminator.
        x = windows(volume + 1, [A_STRIDE * start for start in first], A_STRIDE * length)
        for conv, norm, scale in zip(self.convs, self.norms, (2, 2, 1), strict=True):
            x = F.relu(norm(conv(x)))
            x = x * inside([scale * start for start in first], scale * length, scale * depth, x)
        return x[:, :, 2:-2]


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
        x = torch.cat([slab + 1, height], dim=1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        x = torch.cat([x.flatten(1), position[:, None].to(x)], dim=1)
        x = F.leaky_relu(self.join(x), 0.2)
        return Judgement(self.judge(x).squeeze(1), self.classify(x) if self.classify else None)


def slab_positions(shape: Shape, starts: Sequence[int]) -> list[float]:
    """Places of slabs that start at planes `starts` of A: 0 at the bottom, 1 at the top, as the paper appends them."""
    depth = a_shape(shape)[0]
    return [start / (depth - depth // SLABS) for start in starts]
