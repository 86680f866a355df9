"""How many numbers the networks of a shape hold, and what the blocks of G^A make: counted without making either."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import torch
from torch import nn

from ..config import Network
from ..networks.build import build_generator, build_networks
from ..networks.shapes import Shape


class Parameters(NamedTuple):
    """Numbers in the weights of the networks."""

    generator: int
    largest: int
    """In the generator's largest weight."""
    others: int
    """In D, E^H and the CRF together."""
    known: int
    """In what the generator holds without having learned it, such as its prior."""


class Block(NamedTuple):
    """The convolution of a block of G^A."""

    voxels: int
    """Of its map."""
    channels: int
    """Of its map."""
    products: int
    """Multiplications for each voxel and channel of its map."""

    @property
    def numbers(self) -> int:
        """In its map."""
        return self.voxels * self.channels

    @property
    def multiplications(self) -> int:
        """For its map."""
        return self.numbers * self.products


@cache
def count_parameters(shape: Shape, network: Network) -> Parameters:
    """Numbers in the networks of a shape."""
    with torch.device("meta"):
        networks = build_networks(shape, network)
    generator, *others = networks.values()
    largest = max(weight.numel() for weight in generator.parameters())
    known = sum(buffer.numel() for buffer in generator.buffers())
    return Parameters(_numbers(generator), largest, sum(_numbers(module) for module in others), known)


def _numbers(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@cache
def count_blocks(shape: Shape, network: Network) -> tuple[Block, ...]:
    """The blocks of G^A, from the smallest map up to A."""
    with torch.device("meta"):
        generator = build_generator(shape, network)
    found, before = [], generator.seed_shape[1:]
    for size, conv in zip(generator.sizes, generator.convs, strict=True):
        # Along an axis that doubles, an output voxel reads two voxels of the small map (see networks/layers).
        taps = math.prod(2 if now > was else 3 for now, was in zip(size, before, strict=True))
        found.append(Block(math.prod(size), conv.out_channels, conv.in_channels * taps))
        before = size
    return tuple(found)
