"""Sizes that follow from the training shape: one rule for every network and every shape."""

from __future__ import annotations

import math

from ..config import Network

A_STRIDE = 4
"""Voxels of the volume along each axis behind one voxel of A."""
SLABS = 8
"""The volume is this many sub-volumes (slabs) deep."""

Shape = tuple[int, int, int]


def format_shape(shape: Shape) -> str:
    """For a person, such as `64 x 96 x 96`."""
    return " x ".join(map(str, shape))


def a_shape(shape: Shape) -> Shape:
    """Spatial shape of the intermediate representation A of a volume of `shape` (D, H, W)."""
    return tuple(n // A_STRIDE for n in shape)


def slab_planes(shape: Shape) -> int:
    """Depth of a slab in planes of A."""
    return shape[0] // A_STRIDE // SLABS


def subvolume_planes(shape: Shape, network: Network) -> int:
    """Thickness of the sub-volumes that D sees, in planes of A: as a slab, or of the shortest side's parts."""
    return max(1, min(shape) // A_STRIDE // network.subvolumes) if network.prior else slab_planes(shape)


def largest_face(shape: Shape) -> int:
    """Places of A in a plane across its shortest side: what a sub-volume has, at most, for each of its planes."""
    return math.prod(sorted(a_shape(shape))[1:])


def encoded_volumes(batch: int) -> int:
    """How many of a batch's real volumes E^H learns from and encodes for the CRF: all would cost what G costs."""
    return math.ceil(batch / 2)


def anchor_volumes(batch: int) -> int:
    """How many of a batch's real volumes are anchors, which the generator is to make of their own scores."""
    return math.ceil(batch / 4)


def growth(shape: Shape) -> list[Shape]:
    """Spatial shapes from the seed of G^A (at most 4 along each axis) up to A, doubling from one to the next.

    An axis with fewer doublings than the longest one starts to grow later. Sides that aren't a power of two are
    rounded up on the way and cropped to the shape given here.
    """
    doublings = [math.ceil(math.log2(n / 16)) for n in shape]
    steps = max(doublings)
    return [
        tuple(math.ceil(n / 2 ** min(steps - step, k)) for n, k in zip(a_shape(shape), doublings, strict=True))
        for step in range(steps + 1)
    ]


def halvings(shape: Shape) -> list[int]:
    """For each axis, how many halvings bring it to the size it has at 32 voxels, rounded down."""
    return [int(math.log2(n / 32)) for n in shape]
