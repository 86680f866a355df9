"""The discriminator of sub-volumes along any axis, which is told where each of their voxels lies.

It reads Haar bands at half the resolution: the same numbers as the voxels, on an eighth of the places (docs/adr/0022).

Shapes: B batch, T the sub-volume's axis, which comes first, P Q the two others.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ...config import Network
from ..discriminator import Judgement
from ..layers.bands import BANDS, to_bands
from ..layers.memory_format import arranged
from ..shapes import A_STRIDE, Shape, subvolume_planes

SLOPE = 0.2
GAIN = 3.0
"""Of the logit: layers of spectral norm 1 alone can't say that they are sure."""
REGIONS = 4
"""Along P and Q, that the last layers tell apart."""


class SubvolumeDiscriminator(nn.Module):
    """D: a sub-volume (B, 1, T, P, Q) and where it lies in its volume -> the logit of being real."""

    def __init__(self, shape: Shape, network: Network):
        super().__init__()
        width = network.width
        half = A_STRIDE * subvolume_planes(shape, network) // 2
        halvings = max(2, (min(shape) // 2 // REGIONS).bit_length() - 1)
        channels = [BANDS + 3, *(width << min(step, 2) for step in range(halvings))]
        layers = []
        for inputs, outputs in pairwise(channels):
            stride = 2 if half > 1 else (1, 2, 2)
            layers.append(spectral_norm(nn.Conv3d(inputs, outputs, 3, stride, padding=1)))
            half = max(1, (half + 1) // 2)
        layers.append(spectral_norm(nn.Conv3d(channels[-1], channels[-1], 3, padding=1)))
        self.layers = nn.ModuleList(layers)
        self.depth = half
        self.join = spectral_norm(nn.Linear(channels[-1] * half * REGIONS**2, 4 * width))
        self.judge = spectral_norm(nn.Linear(4 * width, 1))
        self.classify = spectral_norm(nn.Linear(4 * width, network.classes)) if network.classes else None
        lines = [torch.linspace(-1, 1, side // 2) for side in shape]
        places = torch.stack(torch.meshgrid(*lines, indexing="ij"))
        self.register_buffer("places", places, persistent=False)

    def forward(self, x: Tensor, axis: int, starts: Sequence[int]) -> Judgement:
        """Judge sub-volumes (B, 1, T, P, Q) along `axis`, from planes starts (B,) of A on."""
        # With the background at 0, the convolutions' zero padding goes on with it instead of drawing an edge.
        bands = to_bands((x + 1).movedim(2, 2 + axis)).movedim(2 + axis, 2)
        x = arranged(torch.cat([bands, self._places(bands, axis, starts)], dim=1))
        for layer in self.layers:
            x = F.leaky_relu_(layer(x), SLOPE)
        x = F.adaptive_avg_pool3d(x, (self.depth, REGIONS, REGIONS)).flatten(1)
        x = F.leaky_relu(self.join(x), SLOPE)
        return Judgement(GAIN * self.judge(x).squeeze(1), self.classify(x) if self.classify else None)

    def _places(self, bands: Tensor, axis: int, starts: Sequence[int]) -> Tensor:
        """Where each voxel lies along superior, anterior and right, from -1 to 1: (B, 3, T/2, P/2, Q/2)."""
        whole = self.places.movedim(1 + axis, 1)
        first = [A_STRIDE // 2 * start for start in starts]
        return torch.stack([whole[:, start : start + bands.shape[2]] for start in first]).to(bands)
