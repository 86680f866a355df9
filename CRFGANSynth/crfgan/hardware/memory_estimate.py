"""Memory that a training step or a synthesis takes, from the shapes of all maps.

It is counted from what the step keeps: weights and their averages, the maps of the generator's pass, their gradients.
What libraries and the allocator take on top was measured (docs/benchmarks.md) and stands in the constants below.
"""

from __future__ import annotations

import math

from ..config import Config, Network
from ..errors import InputError
from ..networks.prior.prior_generator import EDGE, FINE, HALO
from ..networks.shapes import (
    SLABS,
    Shape,
    a_shape,
    anchor_volumes,
    encoded_volumes,
    format_shape,
    largest_face,
    slab_planes,
    subvolume_planes,
)
from ..networks.streaming import best_chunk, rendered_plane_bytes
from .layer_counts import count_blocks, count_parameters
from .memory import format_size

NUMBER = 4
"""Bytes of a float32."""
PROGRAM = {"cpu": 400 * 2**20, "cuda": 0, "mps": 400 * 2**20}
"""What Python, torch and the other libraries take in the machine's memory, which isn't a GPU's."""
COPIES = 10
"""Times that the weights of the largest convolution are copied in a step, to be rearranged for the processor."""
PACKED = 0.75
"""Share of the maps of a pass that is there at the moment when most memory is held."""
A_MAPS, HALF_MAPS, FINE_MAPS, VOXEL_MAPS = 22, 14, 6, 24
"""With a prior, maps of the size of A, of half the resolution and of the sub-volume that a step holds, a volume."""
CHUNKS = 7.5
"""Maps of a chunk's size that synthesis holds at a time."""
SYNTHESIS_WORK = 80 * 2**20
"""Work space of the generator's small maps in synthesis."""
SMALLEST_CHUNK = 2**20


def training_memory(config: Config, device: str, at_a_time: int) -> int:
    """Bytes of a training step with the generator pass of so many volumes in memory at a time."""
    maps = _maps_with_prior(config, at_a_time) if config.network.prior else PACKED * _maps(config, at_a_time)
    total = _kept(config, at_a_time) + maps
    return int(NUMBER * (total + COPIES * 27 * (8 * config.network.width) ** 2) + PROGRAM[device])


def _kept(config: Config, at_a_time: int) -> int:
    """Numbers that are there all the time: weights, second moments, and the generator's average."""
    generator, largest, others, known = count_parameters(config.preprocessing.shape, config.network)
    # Of gradients one, and all where they add up.
    gradients = largest + (0 if at_a_time >= config.training.batch_size else generator)
    return 3 * generator + 2 * others + gradients + 2 * known


def _maps(config: Config, at_a_time: int) -> int:
    """Numbers in the maps of a step."""
    shape, network, batch = config.preprocessing.shape, config.network, config.training.batch_size
    voxels, a = math.prod(shape), network.width * math.prod(a_shape(shape))
    slab, with_crf = voxels // SLABS, network.crf != "none"
    drawn = 2 * (encoded_volumes(batch) * with_crf * voxels + batch * slab)
    judged = batch * slab * 8
    values = batch * a * with_crf * (1 if at_a_time >= batch else 2)
    backward = 2 * at_a_time * a
    return drawn + at_a_time * _generator_maps(shape, network) + judged + values + backward


def _maps_with_prior(config: Config, at_a_time: int) -> int:
    """The same with a prior: nothing is made twice, so that all maps of the generator are there at once."""
    shape, network, batch = config.preprocessing.shape, config.network, config.training.batch_size
    planes, face = subvolume_planes(shape, network), largest_face(shape)
    a = network.width * math.prod(a_shape(shape))
    half = network.width // 2 * (2 * planes + HALO) * 4 * face
    subvolume = 64 * planes * face
    volumes = at_a_time + min(at_a_time, anchor_volumes(batch))
    fine = FINE * (subvolume + 2 * EDGE * 16 * face)
    return volumes * (A_MAPS * a + HALF_MAPS * half + FINE_MAPS * fine) + batch * VOXEL_MAPS * subvolume


def _generator_maps(shape: Shape, network: Network) -> int:
    """Numbers in the maps of the generator's pass of a volume: a convolution's and what follows its normalisation."""
    planes, plane = slab_planes(shape), math.prod(a_shape(shape)[1:])
    # G^H renders a slab, in its first layer at half the resolution.
    rendered = plane * ((planes + 2) * network.width + 2 * (2 * planes + 2) * 4 * network.width // 2)
    return sum(2 * block.numbers for block in count_blocks(shape, network)) + rendered


def synthesis_memory(network: Network, shape: Shape, chunk: int | None = None, device: str = "cpu") -> int:
    """Bytes that the synthesis of one volume takes."""
    chunk = _best_chunk(network, shape) if chunk is None else chunk
    *_, last_whole, _ = count_blocks(shape, network)
    counted = count_parameters(shape, network)
    fixed = counted.generator + counted.known + math.prod(shape) + 2 * last_whole.numbers
    return int(NUMBER * fixed + CHUNKS * chunk + SYNTHESIS_WORK + PROGRAM[device])


def synthesis_chunk(network: Network, shape: Shape, budget: int) -> int:
    """Bytes of the maps that synthesis may make at a time within a memory budget.

    Raises:
        InputError: the budget is too small for this model.
    """
    best = _best_chunk(network, shape)
    chunk = min(best, int(best - (synthesis_memory(network, shape) - budget) / CHUNKS))
    if chunk < SMALLEST_CHUNK:
        need = format_size(synthesis_memory(network, shape, SMALLEST_CHUNK))
        raise InputError(
            f"The memory budget must be at least {need} for volumes of {format_shape(shape)}, "
            f"got {format_size(budget)}. Give more memory, or use a smaller model."
        )
    return chunk


def _best_chunk(network: Network, shape: Shape) -> int:
    return best_chunk(rendered_plane_bytes(shape, network.width // 2))
