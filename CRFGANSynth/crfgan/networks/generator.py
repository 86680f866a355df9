"""The generator: one definition for every shape.

Architecture after Shiri, Bruno and Loiacono, arXiv 2503.10899, and Sun et al., JBHI 2022. What renders a slab
normalises plane by plane and sees the slab's neighbours, so that it comes out as in the whole volume (docs/adr/0008).

Shapes: B batch, C channels, Z latent, D H W = superior, anterior, right; d h w the same at a quarter of the resolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import Network
from .layers.memory_format import arranged
from .layers.normalisation import GROUPS, normalise_planes
from .layers.upsample_conv import UpsampleConv
from .shapes import Shape, growth
from .windows import blank_outside, windows


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
        x = normalise_planes(self.render_norm, x)
        x = blank_outside(x, [2 * start + 1 for start in starts], 2 * depth)
        return torch.tanh(self.render2(x)[:, :, 2:-2])

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """Whole volumes (B, 1, D, H, W) in [-1, 1]."""
        return self.decode(self.features(z, classes))
