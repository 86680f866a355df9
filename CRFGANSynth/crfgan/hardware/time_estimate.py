"""Time that a training step or a synthesis takes: the operations of its convolutions, and a trial of the device."""

from __future__ import annotations

import math
import time
from functools import cache

import torch
from torch import nn

from ..config import Config, Network
from ..networks.layers.bands import BANDS
from ..networks.layers.memory_format import arranged
from ..networks.prior.prior_generator import FINE, HALO, SENT
from ..networks.shapes import (
    A_STRIDE,
    SLABS,
    Shape,
    a_shape,
    anchor_volumes,
    encoded_volumes,
    largest_face,
    slab_planes,
    subvolume_planes,
)
from .layer_counts import count_blocks

OVERHEAD = 1.6
"""Time of a step or a synthesis over that of its convolutions alone."""


def step_seconds(config: Config, device: torch.device, at_a_time: int) -> float:
    """Seconds of a training step with the generator pass of so many volumes in memory at a time."""
    # The generator's pass is made twice where it doesn't fit as a whole.
    again = 1 if at_a_time == config.training.batch_size else 4 / 3
    return OVERHEAD * again * step_operations(config) / measure_speed(device)


def synthesis_seconds(network: Network, shape: Shape, device: torch.device) -> float:
    """Seconds of the synthesis of one volume."""
    return OVERHEAD * synthesis_operations(network, shape) / measure_speed(device)


def step_operations(config: Config) -> float:
    """Multiplications and additions of the convolutions of a training step."""
    return (_operations_with_prior if config.network.prior else _published_operations)(config)


def _published_operations(config: Config) -> float:
    shape, network, batch = config.preprocessing.shape, config.network, config.training.batch_size
    half, voxels = network.width // 2, math.prod(shape)
    grown = sum(block.multiplications for block in count_blocks(shape, network))
    share = (slab_planes(shape) + 2) / slab_planes(shape) / SLABS
    rendered = share * (voxels / 8 * network.width * half * 8 + voxels * half * 8)
    encoded = voxels / 8 * (half * 64 + half * half * 27) + voxels / 64 * half * network.width * 64
    with_crf = encoded_volumes(batch) * (network.crf != "none")
    # Forward once and backward twice; E^H also reads whole volumes, forward alone.
    return 2 * (3 * batch * (grown + rendered) + with_crf * (encoded * (1.2 + 3 * share) + 2 * rendered))


def _operations_with_prior(config: Config) -> float:
    shape, network, batch = config.preprocessing.shape, config.network, config.training.batch_size
    planes, face = subvolume_planes(shape, network), largest_face(shape)
    made = _features_with_prior(network, shape) + _rendering_with_prior(network, (planes + 2 * HALO // A_STRIDE) * face)
    # D's layers each have an eighth of the places of the one before.
    judged = planes * face * 27 * network.width * (11 + 2 * network.width / 8 + 8 * network.width / 64)
    # Forward once and backward twice; D sees real, synthesized, and for G synthesized ones again.
    return 2 * 3 * ((batch + anchor_volumes(batch)) * made + 3 * batch * judged)


def _features_with_prior(network: Network, shape: Shape) -> float:
    """Multiplications of G^A for one volume."""
    joined = 2 * 27 * network.width**2 * math.prod(a_shape(shape))
    return sum(block.multiplications for block in count_blocks(shape, network)) + joined


def _rendering_with_prior(network: Network, voxels_of_a: float) -> float:
    """Multiplications of G^H for so many voxels of A."""
    half = network.width // 2
    halved = 8 * network.width * half + 27 * half * (half + BANDS) + 27 * half * SENT
    return 8 * voxels_of_a * halved + 64 * voxels_of_a * 27 * FINE * (SENT + 2)


def synthesis_operations(network: Network, shape: Shape) -> float:
    """Multiplications and additions of the convolutions that synthesize a volume."""
    if network.prior:
        return 2 * (
            _features_with_prior(network, shape) + 1.5 * _rendering_with_prior(network, math.prod(a_shape(shape)))
        )
    *below, last = (block.multiplications for block in count_blocks(shape, network))
    half, voxels = network.width // 2, math.prod(shape)
    return 2 * (sum(below) + 2.5 * last + 1.5 * voxels / 8 * network.width * half * 8 + voxels * half * 8)


@cache
def measure_speed(device: torch.device) -> float:
    """Operations a second of a convolution such as the networks', in a trial of less than a second."""
    x = arranged(torch.randn(1, 64, 32, 32, 32, device=device))
    conv = nn.Conv3d(64, 64, 3, padding=1).to(device).requires_grad_(False)
    best = math.inf
    for _ in range(4):
        begin = time.perf_counter()
        conv(x).sum().item()
        best = min(best, time.perf_counter() - begin)
    return 2 * 27 * 64 * 64 * 32**3 / best
