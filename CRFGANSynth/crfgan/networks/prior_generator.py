"""The generator that starts from what is known: the principal components of the training volumes.

A latent begins with a volume's whitened scores on the principal components of the training volumes at a quarter of the
resolution; those of new volumes are drawn from the normal distribution. They give the layout of the whole volume, and
its variety, at once. What follows in the latent is noise. G^A makes A of latent and layout, G^H renders detail, as in
Shiri, Bruno and Loiacono, arXiv 2503.10899. All normalisation is by voxel, so that a sub-volume along any axis comes
out as in the whole volume.

Shapes: B batch, C channels, Z latent, D H W = superior, anterior, right; d h w the same at a quarter of the resolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import Network
from .layers.bands import BANDS, from_bands
from .layers.memory_format import arranged
from .layers.normalisation import ChannelNorm
from .layers.upsample_conv import UpsampleConv
from .shapes import A_STRIDE, Shape, a_shape, growth
from .windows import blank_outside, windows

SLOPE = 0.2
MARGIN = 2
"""Planes of A beyond a sub-volume, on each side, that G^H reads."""
FIRST_DETAIL = 0.1
"""Weight of the untrained detail beside the layout."""
OUTSIDE_SLOPE = 0.1
"""Of what is learned from beyond [-1, 1]: with none, a voxel that is there never comes back."""


class Prior(nn.Module):
    """Mean and principal components of the training volumes at a quarter of the resolution; zeros until they are known.

    Args:
        components: room for so many, K.
    """

    def __init__(self, shape: Shape, components: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, *a_shape(shape)))
        self.register_buffer("components", torch.zeros(components, *a_shape(shape)))

    def forward(self, z: Tensor) -> Tensor:
        """Latents (B, Z), of which the first K are scores -> layouts (B, 1, d, h, w), about in [-1, 1]."""
        scores = z[:, : len(self.components)]
        return (self.mean + torch.einsum("bk,kdhw->bdhw", scores, self.components))[:, None]

    def scores(self, layouts: Tensor) -> Tensor:
        """The whitened scores (B, K) of layouts (B, d, h, w): 0 where there is no component."""
        squared = self.components.flatten(1).square().sum(1)
        scores = (layouts - self.mean).flatten(1) @ self.components.flatten(1).T
        return torch.where(squared > 0, scores / squared.clamp_min(1e-12), 0.0)


class PriorGenerator(nn.Module):
    """G: a latent -> layout -> the representation A of the whole volume (G^A) -> voxels of any sub-volume (G^H)."""

    def __init__(self, shape: Shape, network: Network):
        super().__init__()
        self.shape, self.classes, self.latent = shape, network.classes, network.latent
        self.sizes = growth(shape)
        widths = [network.width << min(3, len(self.sizes) - 1 - level) for level in range(len(self.sizes))]
        self.seed_shape = (widths[0], *self.sizes[0])
        self.prior = Prior(shape, min(network.components, network.latent))
        self.expand = nn.Linear(network.latent + network.classes, math.prod(self.seed_shape))
        self.expand_norm = ChannelNorm(widths[0])
        self.convs = nn.ModuleList(UpsampleConv(i, o) for i, o in zip(widths[:1] + widths[:-1], widths, strict=True))
        self.norms = nn.ModuleList(ChannelNorm(width) for width in widths)
        self.join, self.join_norm = nn.Conv3d(widths[-1] + 1, widths[-1], 3, padding=1), ChannelNorm(widths[-1])
        self.last, self.last_norm = nn.Conv3d(widths[-1], widths[-1], 3, padding=1), ChannelNorm(widths[-1])
        half = network.width // 2
        self.render1, self.render1_norm = UpsampleConv(network.width, half), ChannelNorm(half)
        self.render2, self.render2_norm = nn.Conv3d(half, half, 3, padding=1), ChannelNorm(half)
        self.render3 = nn.Conv3d(half, BANDS, 3, padding=1)
        self.register_buffer("deviations", torch.ones(BANDS))
        """Of the bands of real volumes: detail is learned in units of its own size."""
        nn.init.zeros_(self.render3.bias)
        with torch.no_grad():
            self.render3.weight.mul_(FIRST_DETAIL)

    def features(self, z: Tensor, classes: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """G^A: latents (B, Z), and classes (B,) where conditional -> layouts (B, 1, d, h, w), A (B, C, d, h, w)."""
        layout = self.prior(z)
        if self.classes:
            z = torch.cat([z, F.one_hot(classes, self.classes).to(z)], dim=1)
        x = arranged(self.expand(z).view(-1, *self.seed_shape))
        x = _activate(self.expand_norm(x))
        for size, conv, norm in zip(self.sizes, self.convs, self.norms, strict=True):
            fresh = _activate(norm(conv(x, size)))
            x = x + fresh if fresh.shape == x.shape else fresh
        x = x + _activate(self.join_norm(self.join(torch.cat([x, layout.to(x)], dim=1))))
        return layout, x + _activate(self.last_norm(self.last(x)))

    def render(
        self, layout: Tensor, a: Tensor, axis: int = 0, starts: Sequence[int] | None = None, planes: int | None = None
    ) -> Tensor:
        """G^H: voxels (B, 1, 4 planes, ...) in about [-1, 1] of a sub-volume of each volume; its axis comes first.

        Args:
            layout, a: of whole volumes, (B, 1, d, h, w) and (B, C, d, h, w).
            axis: along which the sub-volumes are cut: 0 superior, 1 anterior, 2 right.
            starts: (B,) first plane of A of each; of whole volumes where none is given.
            planes: how many planes of A they have.
        """
        layout, a = layout.movedim(2 + axis, 2), a.movedim(2 + axis, 2)
        depth = a.shape[2]
        if starts is None:
            starts, planes = [0] * len(a), depth
        first = [start - MARGIN for start in starts]
        kernels = _Turned(axis)
        x = windows(a, first, planes + 2 * MARGIN)
        x = kernels(self.render1, x)[:, :, 2:-2]
        first = [2 * start - 2 for start in starts]
        x = blank_outside(_activate(self.render1_norm(x)), first, 2 * depth)
        x = blank_outside(x + _activate(self.render2_norm(kernels(self.render2, x))), first, 2 * depth)
        bands = kernels(self.render3, x)[:, :, 2:-2] * self.deviations.view(-1, 1, 1, 1)
        detail = from_bands(bands.movedim(2, 2 + axis)).movedim(2 + axis, 2)
        return detail + _enlarged(layout, starts, planes).to(detail)

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """Whole volumes (B, 1, D, H, W) in [-1, 1]."""
        return self.render(*self.features(z, classes)).clamp(-1, 1)


class _Turned:
    """Applies convolutions to maps whose axis of cutting was moved to the front."""

    def __init__(self, axis: int):
        self.axis = axis

    def __call__(self, conv: nn.Conv3d, x: Tensor) -> Tensor:
        """(B, C, ...) -> (B, C', ...), both with that axis first."""
        return conv(x.movedim(2, 2 + self.axis)).movedim(2 + self.axis, 2)


def soft_clamp(x: Tensor) -> Tensor:
    """Voxels of a generator in training held near [-1, 1], with a gradient that leads back there."""
    inside = x.clamp(-1, 1)
    return inside + OUTSIDE_SLOPE * (x - inside)


def _activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def _enlarged(layout: Tensor, starts: Sequence[int], planes: int) -> Tensor:
    """Layouts (B, 1, d, ...) at full resolution, planes starts[b] on; beyond the ends the last plane goes on."""
    depth = layout.shape[2]
    places = torch.arange(-1, planes + 1, device=layout.device) + torch.tensor(starts, device=layout.device)[:, None]
    index = places.clamp(0, depth - 1)[:, None, :, None, None].expand(-1, 1, -1, *layout.shape[3:])
    enlarged = F.interpolate(layout.gather(2, index), scale_factor=A_STRIDE, mode="trilinear", align_corners=False)
    return enlarged[:, :, A_STRIDE:-A_STRIDE]
