"""The discriminator of slabs: one definition for every shape.

Architecture after Shiri, Bruno and Loiacono, arXiv 2503.10899, and Sun et al., JBHI 2022. The discriminator
sees where the slab lies from its first layer on (docs/adr/0010).

Shapes: B batch, D H W = superior, anterior, right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ..config import Network
from .layers.memory_format import arranged
from .shapes import SLABS, Shape, a_shape, halvings


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
