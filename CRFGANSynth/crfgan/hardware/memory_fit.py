"""As much of a batch at a time as there is memory for, and what would fit where not even one volume does."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..config import PRESETS, Config
from ..errors import InputError
from ..networks.shapes import format_shape
from .memory import format_size, free_memory
from .memory_estimate import training_memory


def fit_to_memory(config: Config, device: str, budget: int | None) -> Config:
    """The configuration with as much of a batch in memory at a time as a budget, or the device's free memory, allows.

    Raises:
        InputError: not one volume fits; it says what would.
    """
    limit = memory_limit(device, budget)
    at_a_time, memory = most_at_a_time(config, device, limit)
    if memory <= limit:
        whole = at_a_time == config.training.batch_size
        return config.override(volumes_at_a_time=0 if whole else at_a_time)
    where = "the device has free" if budget is None else "the memory budget allows"
    raise InputError(
        f"Training at {format_shape(config.preprocessing.shape)} with width {config.network.width} needs "
        f"{format_size(memory)} of memory, got {format_size(limit)}, which is what {where}. "
        + _what_fits(config, device, limit)
    )


def memory_limit(device: str, budget: int | None) -> int:
    """Bytes that may be taken: the budget, or what the device has free where there is none."""
    return free_memory(device) if budget is None else budget


def most_at_a_time(config: Config, device: str, limit: int) -> tuple[int, int]:
    """As many volumes at a time as memory is enough for, and their bytes; one where not even that fits."""
    for at_a_time in _divisions(config.training.batch_size):
        memory = training_memory(config, device, at_a_time)
        if memory <= limit:
            break
    return at_a_time, memory


def _divisions(batch: int) -> Iterator[int]:
    """Volumes at a time, from the whole batch down to one."""
    while batch > 1:
        yield batch
        batch = math.ceil(batch / 2)
    yield 1


def _what_fits(config: Config, device: str, limit: int) -> str:
    found: dict[str, str] = {}
    for kind, words, smaller in _smaller(config):
        memory = training_memory(smaller, device, 1)
        if memory <= limit and smaller != config:
            found.setdefault(kind, f"{words} ({format_size(memory)})")
    if not found:
        return "No smaller setting fits either: free some memory."
    # The smallest preset is for those whom nothing else helps.
    nearest = [choice for kind, choice in found.items() if kind != "preset"] or list(found.values())
    return f"What fits: {', or '.join(nearest)}."


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
        yield "shape", f"shape {format_shape(smaller)}", config.override(shape=smaller)
    yield "preset", "the preset tiny-32", PRESETS["tiny-32"]
