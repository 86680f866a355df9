"""Whole volumes slab by slab: as large as one likes, in memory that doesn't grow with their depth.

All of G^A but its last block is small and computed at once. The last block normalises by statistics of the whole
volume: a first pass goes through its planes for these, a second one makes each plane of A again and renders it. A is
never in memory as a whole, and what comes out equals `Generator.forward` to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn

from .generator import Generator
from .prior.prior_generator import PriorGenerator
from .shapes import Shape, a_shape
from .windows import windows

CHUNK_BYTES = 24 * 2**20
"""Size of the largest map made at a time, unless the volume's planes are larger."""
CHUNK_PLANES = 4
"""Planes of A rendered at a time, at the least, where memory allows: two more are read each time."""


@dataclass
class _Moments:
    """Mean and sum of squared deviations of the groups (B, G), gathered part by part (Chan et al., 1979)."""

    groups: int
    count: int = 0
    mean: Tensor | float = 0.0
    squares: Tensor | float = 0.0

    def add(self, y: Tensor) -> None:
        """Take in some planes (B, C, n, h, w)."""
        grouped = y.permute(0, 2, 3, 4, 1).unflatten(4, (self.groups, -1))
        variance, mean = torch.var_mean(grouped, dim=(1, 2, 3, 5), correction=0)
        fresh = grouped[0].numel() // self.groups
        variance, mean, total = variance.double(), mean.double(), self.count + fresh
        apart = mean - self.mean
        self.mean = self.mean + apart * (fresh / total)
        self.squares = self.squares + variance * fresh + apart**2 * (self.count * fresh / total)
        self.count = total

    def normalise(self, y: Tensor, norm: nn.GroupNorm) -> Tensor:
        """Group normalisation and ReLU of some planes, in their place."""
        deviation = (self.squares / self.count + norm.eps).sqrt()
        each = y.shape[1] // self.groups
        scale = norm.weight / deviation.to(y.dtype).repeat_interleave(each, 1)
        shift = norm.bias - self.mean.to(y.dtype).repeat_interleave(each, 1) * scale
        shape = (len(y), -1, 1, 1, 1)
        return y.mul_(scale.view(shape)).add_(shift.view(shape)).relu_()


class _LastBlock:
    """Planes of A, made a few at a time from the map that the other blocks left."""

    def __init__(self, generator: Generator, x: Tensor, chunk: int):
        self.conv, self.norm, self.size, self.x = generator.convs[-1], generator.norms[-1], generator.sizes[-1], x
        # Each axis is as it was, or doubled and at most one less.
        self.factor = 2 if self.size[0] > x.shape[2] else 1
        plane = 4 * len(x) * self.conv.out_channels * self.size[1] * self.size[2]
        self.step = max(1, chunk // plane // self.factor)
        self.moments = _Moments(self.norm.num_groups)
        for y in self._convolved():
            self.moments.add(y)
        # Where one part is the whole, it needn't be made again.
        self.whole = [y] if self.step >= x.shape[2] else None

    def _convolved(self) -> Iterator[Tensor]:
        for start in range(0, self.x.shape[2], self.step):
            planes = min(self.step, self.x.shape[2] - start)
            # A plane of the small map more on each side: what they become at the ends is cut off.
            window = windows(self.x, [start - 1] * len(self.x), planes + 2)
            y = self.conv(window, (self.factor * (planes + 2), *self.size[1:]))
            last = min(self.factor * (planes + 1), self.size[0] - self.factor * (start - 1))
            yield y[:, :, self.factor : last]

    def planes(self) -> Iterator[Tensor]:
        """Planes of A (B, C, n, h, w), from the bottom up."""
        for y in self.whole or self._convolved():
            yield self.moments.normalise(y, self.norm)


def best_chunk(plane: int) -> int:
    """Bytes of the maps that are fastest to make at a time, where G^H makes `plane` bytes of a plane of A."""
    return max(CHUNK_BYTES, CHUNK_PLANES * plane)


def rendered_plane_bytes(shape: Shape, channels: int) -> int:
    """Size of what G^H's first layer, of so many channels, makes of a plane of A: eight voxels of each."""
    _, height, width = a_shape(shape)
    return 4 * 8 * channels * height * width


def stream(
    generator: Generator | PriorGenerator, z: Tensor, classes: Tensor | None = None, chunk: int | None = None
) -> Iterator[Tensor]:
    """Voxels (B, 1, n, H, W) in [-1, 1] of whole volumes from latents (B, Z), from the bottom up.

    Args:
        chunk: bytes of the largest map that is made at a time; by default what is fastest.
    """
    if isinstance(generator, PriorGenerator):
        yield from _stream_in_one_pass(generator, z, classes, chunk)
        return
    depth, height, width = a_shape(generator.shape)
    plane = len(z) * rendered_plane_bytes(generator.shape, generator.render1.out_channels)
    chunk = best_chunk(plane) if chunk is None else chunk
    block = _LastBlock(generator, generator.features_below(z, classes), chunk)
    step = max(1, chunk // plane)
    # Planes of A that wait for their upper neighbour; below the first one there is nothing.
    nothing = z.new_zeros(len(z), generator.render1.in_channels, 1, height, width)
    waiting, first = nothing, 0
    for planes in chain(block.planes(), [nothing]):
        waiting = torch.cat([waiting, planes], dim=2)
        ready = waiting.shape[2] - 2
        for start in range(0, ready, step):
            count = min(step, ready - start)
            yield generator.render(waiting[:, :, start : start + count + 2], [first + start - 1] * len(z), depth)
        first, waiting = first + ready, waiting[:, :, ready:]


def _stream_in_one_pass(
    generator: PriorGenerator, z: Tensor, classes: Tensor | None, chunk: int | None
) -> Iterator[Tensor]:
    """As `stream`: nothing is normalised by statistics of the whole, so that one pass is enough."""
    drawing, a = generator.features(z, classes)
    plane = len(z) * rendered_plane_bytes(generator.shape, generator.render1.out_channels)
    step = max(1, (best_chunk(plane) if chunk is None else chunk) // plane)
    for start in range(0, a.shape[2], step):
        planes = min(step, a.shape[2] - start)
        drawn = generator.draw(drawing, 0, [start] * len(z), planes)
        yield generator.render(drawn, a, 0, [start] * len(z), planes).clamp_(-1, 1)


def synthesize_volume(
    generator: Generator | PriorGenerator, z: Tensor, classes: Tensor | None = None, chunk: int | None = None
) -> Tensor:
    """One whole volume (D, H, W) float32 in [-1, 1], on the CPU, from a latent (1, Z)."""
    volume, first = torch.empty(generator.shape), 0
    with torch.inference_mode():
        for slab in stream(generator, z, classes, chunk):
            volume[first : first + slab.shape[2]] = slab[0, 0]
            first += slab.shape[2]
    return volume
