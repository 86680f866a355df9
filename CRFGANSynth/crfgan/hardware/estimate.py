"""What a training step or a synthesis takes, before it is begun: memory from the shapes of all maps, time from a trial.

Memory is counted from what the step keeps: weights and their averages, the maps of the generator's pass, their
gradients. What libraries and the allocator take on top was measured (docs/benchmarks.md) and stands in the constants
below.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import torch
from torch import nn

from ..config import PRESETS, Config, Network
from ..errors import InputError
from ..networks.crf import build_crf
from ..networks.discriminator import Discriminator
from ..networks.generator import Generator
from ..networks.half_encoder import HalfEncoder
from ..networks.layers.memory_format import arranged
from ..networks.shapes import SLABS, Shape, a_shape, encoded_volumes, slab_planes
from ..networks.streaming import best_chunk, rendered_plane_bytes
from .memory import format_size, free_memory

NUMBER = 4
"""Bytes of a float32."""
PROGRAM = {"cpu": 400 * 2**20, "cuda": 0, "mps": 400 * 2**20}
"""What Python, torch and the other libraries take in the machine's memory, which isn't a GPU's."""
COPIES = 10
"""Times that the weights of the largest convolution are copied in a step, to be rearranged for the processor."""
PACKED = 0.75
"""Share of the maps of a pass that is there at the moment when most memory is held."""
CHUNKS = 7.5
"""Maps of a chunk's size that synthesis holds at a time."""
SYNTHESIS_WORK = 80 * 2**20
"""Work space of the generator's small maps in synthesis."""
SMALLEST_CHUNK = 2**20
STEP_OVERHEAD = 1.6
"""Time of a step over that of its convolutions alone."""


@dataclass(frozen=True)
class Estimate:
    """What one step of training, or one volume, takes."""

    memory: int
    """Bytes, the program's own among them."""
    seconds: float
    volumes_at_a_time: int = 0
    """Volumes of a batch whose generator pass is in memory at a time."""


@cache
def _parameters(shape: Shape, network: Network) -> tuple[int, int, int]:
    """Numbers in the generator, in its largest parameter, and in the other networks."""
    with torch.device("meta"):
        generator = Generator(shape, network)
        others: list[nn.Module | None] = [Discriminator(shape, network), HalfEncoder(network)]
        others.append(build_crf(shape, network))
    sizes = [p.numel() for p in generator.parameters()]
    return sum(sizes), max(sizes), sum(p.numel() for module in others if module for p in module.parameters())


@cache
def _blocks(shape: Shape, network: Network) -> tuple[tuple[int, int, int], ...]:
    """Of each block of G^A: voxels of its map, channels in and out, with the multiplications of a voxel and channel."""
    with torch.device("meta"):
        generator = Generator(shape, network)
    found, before = [], generator.seed_shape[1:]
    for size, conv in zip(generator.sizes, generator.convs, strict=True):
        taps = math.prod(2 if now > was else 3 for now, was in zip(size, before, strict=True))
        found.append((math.prod(size), conv.out_channels, conv.in_channels * taps))
        before = size
    return tuple(found)


def training_memory(config: Config, device: str, at_a_time: int) -> int:
    """Bytes of a training step with the generator pass of so many volumes in memory at a time."""
    shape, network, batch = config.preprocessing.shape, config.network, config.training.batch_size
    generator, largest, others = _parameters(shape, network)
    voxels, plane = math.prod(shape), math.prod(a_shape(shape)[1:])
    a = network.width * math.prod(a_shape(shape))
    slab, planes = voxels // SLABS, slab_planes(shape)
    with_crf = network.crf != "none"
    encoded = encoded_volumes(batch) * with_crf

    # Weights, second moments, and the generator's average; of gradients one, and all where they add up.
    kept = 3 * generator + 2 * others + largest + (0 if at_a_time >= batch else generator)
    drawn = 2 * (encoded * voxels + batch * slab)
    # A convolution's map and what follows its normalisation; in G^H at half the resolution, in D on the slab.
    maps = sum(2 * size * channels for size, channels, _ in _blocks(shape, network))
    rendered = plane * ((planes + 2) * network.width + 2 * (2 * planes + 2) * 4 * network.width // 2)
    judged = batch * slab * 8
    values = batch * a * with_crf * (1 if at_a_time >= batch else 2)
    backward = 2 * at_a_time * a
    total = kept + PACKED * (drawn + at_a_time * (maps + rendered) + judged + values + backward)
    return int(NUMBER * (total + COPIES * 27 * (8 * network.width) ** 2) + PROGRAM[device])


def synthesis_memory(network: Network, shape: Shape, chunk: int | None = None, device: str = "cpu") -> int:
    """Bytes that the synthesis of one volume takes."""
    chunk = _best_chunk(network, shape) if chunk is None else chunk
    *_, (voxels, channels, _), _ = _blocks(shape, network)
    fixed = _parameters(shape, network)[0] + math.prod(shape) + 2 * voxels * channels
    return int(NUMBER * fixed + CHUNKS * chunk + SYNTHESIS_WORK + PROGRAM[device])


def _best_chunk(network: Network, shape: Shape) -> int:
    return best_chunk(rendered_plane_bytes(shape, network.width // 2))


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
            f"The memory budget must be at least {need} for volumes of {_sides(shape)}, got {format_size(budget)}. "
            "Give more memory, or use a smaller model."
        )
    return chunk


def _sides(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def _ways(config: Config) -> Iterator[int]:
    """Volumes at a time, from the whole batch down to one."""
    size = config.training.batch_size
    while size > 1:
        yield size
        size = math.ceil(size / 2)
    yield 1


def _room(device: str, budget: int | None) -> int:
    return free_memory(device) if budget is None else budget


def _best_way(config: Config, device: str, room: int) -> tuple[int, int]:
    """As many volumes at a time as there is room for, and their bytes; one where not even that fits."""
    for at_a_time in _ways(config):
        memory = training_memory(config, device, at_a_time)
        if memory <= room:
            break
    return at_a_time, memory


def fit_to_memory(config: Config, device: str, budget: int | None) -> Config:
    """The configuration with as much of a batch in memory at a time as a budget, or the device's free memory, allows.

    Raises:
        InputError: not one volume fits; it says what would.
    """
    room = _room(device, budget)
    at_a_time, memory = _best_way(config, device, room)
    if memory <= room:
        whole = at_a_time == config.training.batch_size
        return config.override(volumes_at_a_time=0 if whole else at_a_time)
    where = "the device has free" if budget is None else "the memory budget allows"
    raise InputError(
        f"Training at {_sides(config.preprocessing.shape)} with width {config.network.width} needs "
        f"{format_size(memory)} of memory, got {format_size(room)}, which is what {where}. "
        + _what_fits(config, device, room)
    )


def _smaller(config: Config) -> Iterator[tuple[str, str, Config]]:
    """Smaller choices, the nearest of each kind first: kind, words, configuration."""
    shape, network = config.preprocessing.shape, config.network
    latent = min(128, network.latent)
    yield "batch", "batch size 1", config.override(batch_size=1)
    yield "latent", f"latent {latent}", config.override(latent=latent)
    for width in range(network.width - 16, 0, -16):
        yield "width", f"width {width} and latent {latent}", config.override(width=width, latent=latent)
    for side in range(max(shape) - 32, 0, -32):
        smaller = tuple(min(n, side) for n in shape)
        yield "shape", f"shape {_sides(smaller)}", config.override(shape=smaller)
    yield "preset", "the preset tiny-32", PRESETS["tiny-32"]


def _what_fits(config: Config, device: str, room: int) -> str:
    found: dict[str, str] = {}
    for kind, words, smaller in _smaller(config):
        memory = training_memory(smaller, device, 1)
        if memory <= room and smaller != config:
            found.setdefault(kind, f"{words} ({format_size(memory)})")
    if not found:
        return "No smaller setting fits either: free some memory."
    # The smallest preset is for those whom nothing else helps.
    nearest = [choice for kind, choice in found.items() if kind != "preset"] or list(found.values())
    return f"What fits: {', or '.join(nearest)}."


def step_operations(config: Config) -> float:
    """Multiplications and additions of the convolutions of a training step."""
    shape, network, batch = config.preprocessing.shape, config.network, config.training.batch_size
    half, voxels = network.width // 2, math.prod(shape)
    grown = sum(size * channels * taps for size, channels, taps in _blocks(shape, network))
    share = (slab_planes(shape) + 2) / slab_planes(shape) / SLABS
    rendered = share * (voxels / 8 * network.width * half * 8 + voxels * half * 8)
    encoded = voxels / 8 * (half * 64 + half * half * 27) + voxels / 64 * half * network.width * 64
    with_crf = encoded_volumes(batch) * (network.crf != "none")
    # Forward once and backward twice; E^H also reads whole volumes, forward alone.
    return 2 * (3 * batch * (grown + rendered) + with_crf * (encoded * (1.2 + 3 * share) + 2 * rendered))


def volume_operations(network: Network, shape: Shape) -> float:
    """Multiplications and additions of the convolutions that synthesize a volume."""
    *below, last = (size * channels * taps for size, channels, taps in _blocks(shape, network))
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


def _step_seconds(config: Config, device: torch.device, at_a_time: int) -> float:
    # The generator's pass is made twice where it doesn't fit as a whole.
    again = 1 if at_a_time == config.training.batch_size else 4 / 3
    return STEP_OVERHEAD * again * step_operations(config) / measure_speed(device)


def estimate_training(config: Config, device: torch.device, budget: int | None) -> Estimate:
    """Memory and time of a training step as it would be done in a memory budget, or in the device's free memory.

    Raises:
        InputError: it doesn't fit; the message says what would.
    """
    config = fit_to_memory(config, device.type, budget)
    at_a_time = config.training.volumes_at_a_time or config.training.batch_size
    return Estimate(
        training_memory(config, device.type, at_a_time), _step_seconds(config, device, at_a_time), at_a_time
    )


def estimate_presets(settings: Mapping[str, object], device: torch.device, budget: int | None) -> dict[str, dict]:
    """What a training step of each preset takes with some settings replaced, by the preset's name.

    Each has `shape` (D, H, W), `memory` in bytes, `fits`: whether the budget, or the device's free memory, is enough
    for it, `seconds` a step, `iterations`, and `volumes_at_a_time` of a batch.

    Raises:
        InputError: a setting is illegal.
    """
    room, found = _room(device.type, budget), {}
    for name, preset in PRESETS.items():
        config = preset.override(**settings)
        at_a_time, memory = _best_way(config, device.type, room)
        found[name] = {
            "shape": config.preprocessing.shape,
            "memory": memory,
            "fits": memory <= room,
            "seconds": _step_seconds(config, device, at_a_time),
            "iterations": config.training.iterations,
            "volumes_at_a_time": at_a_time,
        }
    return found


def estimate_synthesis(config: Config, device: torch.device) -> Estimate:
    """Memory and time of the synthesis of one volume."""
    network, shape = config.network, config.preprocessing.shape
    seconds = STEP_OVERHEAD * volume_operations(network, shape) / measure_speed(device)
    return Estimate(synthesis_memory(network, shape, device=device.type), seconds)


def describe_estimates(config: Config, device: str, step: Estimate, volume: Estimate) -> str:
    """Both in words, one fact a line."""
    training, total = config.training, step.seconds * config.training.iterations
    at_a_time = "" if step.volumes_at_a_time == training.batch_size else f", {step.volumes_at_a_time} at a time"
    facts = {
        "Shape": f"{_sides(config.preprocessing.shape)}, width {config.network.width}, latent {config.network.latent}",
        "Device": device,
        "Training": f"{format_size(step.memory)} with a batch of {training.batch_size}{at_a_time}",
        "A step": f"about {step.seconds:.2g} s; {training.iterations} steps about {format_time(total)}",
        "A new volume": f"{format_size(volume.memory)}, about {volume.seconds:.2g} s",
    }
    return "\n".join(f"{name + ':':<14}{fact}" for name, fact in facts.items())


def format_time(seconds: float) -> str:
    """Seconds as hours or minutes."""
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{max(1, round(seconds / 60))} min"
