"""The generator that starts from what is known: how the training volumes are deformed, and what they look like.

A latent begins with a volume's whitened scores on the components of the prior (prior.py); those of new volumes are
drawn from the normal distribution. They draw the whole volume, its organs in their places, at once. What follows in the
latent is noise. G^A makes A of latent and layout, G^H renders what the drawing lacks, as in Shiri, Bruno and Loiacono,
arXiv 2503.10899. All normalisation is by voxel, so that a sub-volume along any axis comes out as in the whole volume.

Shapes: B batch, C channels, Z latent, D H W = superior, anterior, right; d h w the same at a quarter of the resolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...config import Network
from ..layers.bands import BANDS, to_bands
from ..layers.memory_format import arranged
from ..layers.normalisation import ChannelNorm
from ..layers.upsample_conv import UpsampleConv
from ..shapes import A_STRIDE, Shape, growth
from ..windows import blank_outside, windows
from .prior import Drawing, Prior

SLOPE = 0.2
MARGIN = 3
"""Planes of A beyond a sub-volume, on each side, that G^H reads."""
HALO = 8
"""Voxels beyond a sub-volume, on each side, that are drawn, as G^H reads their bands."""
EDGE = 4
"""Voxels beyond it that are rendered, as the last convolutions read their neighbours."""
FINE, SENT = 8, 4
"""Channels at full resolution, and those that come there from half of it."""
FIRST_DETAIL = 0.1
"""Weight of the untrained detail beside the drawing."""
OUTSIDE_SLOPE = 0.1
"""Of what is learned from beyond [-1, 1]: with none, a voxel that is there never comes back."""


class PriorGenerator(nn.Module):
    """G: a latent -> layout -> the representation A of the whole volume (G^A) -> voxels of any sub-volume (G^H)."""

    def __init__(self, shape: Shape, network: Network):
        super().__init__()
        self.shape, self.classes, self.latent = shape, network.classes, network.latent
        self.sizes = growth(shape)
        widths = [network.width << min(3, len(self.sizes) - 1 - level) for level in range(len(self.sizes))]
        self.seed_shape = (widths[0], *self.sizes[0])
        deformations = min(network.deformations, network.latent // 2)
        self.prior = Prior(shape, deformations, min(network.components, network.latent - deformations))
        self.expand = nn.Linear(network.latent + network.classes, math.prod(self.seed_shape))
        self.expand_norm = ChannelNorm(widths[0])
        self.convs = nn.ModuleList(UpsampleConv(i, o) for i, o in zip(widths[:1] + widths[:-1], widths, strict=True))
        self.norms = nn.ModuleList(ChannelNorm(width) for width in widths)
        self.join, self.join_norm = nn.Conv3d(widths[-1] + 1, widths[-1], 3, padding=1), ChannelNorm(widths[-1])
        self.last, self.last_norm = nn.Conv3d(widths[-1], widths[-1], 3, padding=1), ChannelNorm(widths[-1])
        half = network.width // 2
        self.render1, self.render1_norm = UpsampleConv(network.width, half), ChannelNorm(half)
        self.render2, self.render2_norm = nn.Conv3d(half + BANDS, half, 3, padding=1), ChannelNorm(half)
        self.render3 = nn.Conv3d(half, SENT, 3, padding=1)
        self.fine1, self.fine1_norm = nn.Conv3d(SENT + 1, FINE, 3, padding=1), ChannelNorm(FINE)
        self.fine2 = nn.Conv3d(FINE, 1, 3, padding=1)
        self.register_buffer("deviations", torch.ones(BANDS))
        """Of the bands of real volumes: detail is learned in units of its own size."""
        nn.init.zeros_(self.fine2.bias)
        with torch.no_grad():
            self.fine2.weight.mul_(FIRST_DETAIL)

    def features(self, z: Tensor, classes: Tensor | None = None) -> tuple[Drawing, Tensor]:
        """G^A: latents (B, Z), and classes (B,) where conditional -> drawings, and A (B, C, d, h, w)."""
        drawing = self.prior.draw(z)
        layout = self.prior.layout(drawing)
        if self.classes:
            z = torch.cat([z, F.one_hot(classes, self.classes).to(z)], dim=1)
        x = arranged(self.expand(z).view(-1, *self.seed_shape))
        x = _activate(self.expand_norm(x))
        for size, conv, norm in zip(self.sizes, self.convs, self.norms, strict=True):
            fresh = _activate(norm(conv(x, size)))
            x = x + fresh if fresh.shape == x.shape else fresh
        x = x + _activate(self.join_norm(self.join(torch.cat([x, layout.to(x)], dim=1))))
        return drawing, x + _activate(self.last_norm(self.last(x)))

    def draw(
        self, drawing: Drawing, axis: int = 0, starts: Sequence[int] | None = None, planes: int | None = None
    ) -> Tensor:
        """What `render` starts from, with HALO voxels more on both sides of the sub-volumes; arguments as there."""
        if starts is None:
            starts, planes = [0] * len(drawing.field), self.shape[axis] // A_STRIDE
        return self.prior.part(drawing, axis, starts, planes, HALO)

    def render(
        self, drawn: Tensor, a: Tensor, axis: int = 0, starts: Sequence[int] | None = None, planes: int | None = None
    ) -> Tensor:
        """G^H: voxels (B, 1, 4 planes, ...) in about [-1, 1] of a sub-volume of each volume; its axis comes first.

        Args:
            drawn: the same sub-volumes by `draw`.
            a: of whole volumes, (B, C, d, h, w).
            axis: along which the sub-volumes are cut: 0 superior, 1 anterior, 2 right.
            starts: (B,) first plane of A of each; of whole volumes where none is given.
            planes: how many planes of A they have.
        """
        a = a.movedim(2 + axis, 2)
        depth = a.shape[2]
        if starts is None:
            starts, planes = [0] * len(a), depth
        turned = _Turned(axis)
        x = turned(self.render1, windows(a, [start - MARGIN for start in starts], planes + 2 * MARGIN))[:, :, 2:-2]
        first = [2 * start - HALO // 2 for start in starts]
        x = _activate(self.render1_norm(x))
        x = blank_outside(torch.cat([x, self._bands(drawn, axis).to(x)], dim=1), first, 2 * depth)
        x = x[:, :-BANDS] + _activate(self.render2_norm(turned(self.render2, x)))
        x = turned(self.render3, blank_outside(x, first, 2 * depth))[:, :, 2:-2]
        x = blank_outside(x, [2 * start - EDGE // 2 for start in starts], 2 * depth)
        inner = drawn[:, :, HALO - EDGE : EDGE - HALO]
        return (inner + self._detail(x, inner, turned, starts, depth))[:, :, EDGE:-EDGE]

    def _detail(self, x: Tensor, drawn: Tensor, turned: _Turned, starts: Sequence[int], depth: int) -> Tensor:
        """What is added to voxels drawn, of maps (B, SENT, T/2, P/2, Q/2): at full resolution, where every place is
        rendered by the same weights, so that no grid of two voxels shows.
        """
        first = [A_STRIDE * start - EDGE for start in starts]
        x = torch.cat([_doubled(x), (drawn + 1).to(x)], dim=1)
        x = blank_outside(x, first, A_STRIDE * depth)
        x = blank_outside(_activate(self.fine1_norm(turned(self.fine1, x))), first, A_STRIDE * depth)
        return self.deviations[1:].mean() * turned(self.fine2, x).to(drawn)

    def _bands(self, drawn: Tensor, axis: int) -> Tensor:
        """The Haar bands (B, 8, T/2, P/2, Q/2) of what was drawn (B, 1, T, P, Q), in units of their deviations."""
        bands = to_bands((drawn + 1).movedim(2, 2 + axis)).movedim(2 + axis, 2)
        return bands / self.deviations.view(-1, 1, 1, 1)

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """Whole volumes (B, 1, D, H, W) in [-1, 1]."""
        drawing, a = self.features(z, classes)
        return self.render(self.draw(drawing), a).clamp(-1, 1)


class _Turned:
    """Applies convolutions to maps whose axis of cutting was moved to the front."""

    def __init__(self, axis: int):
        self.axis = axis

    def __call__(self, conv: nn.Conv3d, x: Tensor) -> Tensor:
        """(B, C, ...) -> (B, C', ...), both with that axis first."""
        return conv(x.movedim(2, 2 + self.axis)).movedim(2 + self.axis, 2)


def within(x: Tensor) -> Tensor:
    """Sub-volumes (B, 1, T, ...) without the voxels around them."""
    return x[:, :, HALO:-HALO]


def _doubled(x: Tensor) -> Tensor:
    """Maps at twice the resolution, by linear interpolation; beyond their ends there are zeros."""
    padded = F.pad(x, (1,) * 6)
    return F.interpolate(padded, scale_factor=2, mode="trilinear", align_corners=False)[..., 2:-2, 2:-2, 2:-2]


def soft_clamp(x: Tensor) -> Tensor:
    """Voxels of a generator in training held near [-1, 1], with a gradient that leads back there."""
    inside = x.clamp(-1, 1)
    return inside + OUTSIDE_SLOPE * (x - inside)


def _activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)
