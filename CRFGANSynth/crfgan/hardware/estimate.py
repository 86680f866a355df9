"""What a training step or a synthesis takes, told before it is begun: memory and time together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from ..config import PRESETS, Config
from ..networks.shapes import format_shape
from .memory import format_size
from .memory_estimate import synthesis_memory, training_memory
from .memory_fit import fit_to_memory, memory_limit, most_at_a_time
from .time_estimate import step_seconds, synthesis_seconds


@dataclass(frozen=True)
class Estimate:
    """What one step of training, or one volume, takes."""

    memory: int
    """Bytes, the program's own among them."""
    seconds: float
    volumes_at_a_time: int = 0
    """Volumes of a batch whose generator pass is in memory at a time."""


def estimate_training(config: Config, device: torch.device, budget: int | None) -> Estimate:
    """Memory and time of a training step as it would be done in a memory budget, or in the device's free memory.

    Raises:
        InputError: it doesn't fit; the message says what would.
    """
    config = fit_to_memory(config, device.type, budget)
    at_a_time = config.training.volumes_at_a_time or config.training.batch_size
    memory = training_memory(config, device.type, at_a_time)
    return Estimate(memory, step_seconds(config, device, at_a_time), at_a_time)


def estimate_synthesis(config: Config, device: torch.device) -> Estimate:
    """Memory and time of the synthesis of one volume."""
    network, shape = config.network, config.preprocessing.shape
    return Estimate(synthesis_memory(network, shape, device=device.type), synthesis_seconds(network, shape, device))


def estimate_presets(settings: Mapping[str, object], device: torch.device, budget: int | None) -> dict[str, dict]:
    """What a training step of each preset takes with some settings replaced, by the preset's name.

    Each has `shape` (D, H, W), `memory` in bytes, `fits`: whether the budget, or the device's free memory, is enough
    for it, `seconds` a step, `iterations`, and `volumes_at_a_time` of a batch.

    Raises:
        InputError: a setting is illegal.
    """
    limit, found = memory_limit(device.type, budget), {}
    for name, preset in PRESETS.items():
        config = preset.override(**settings)
        at_a_time, memory = most_at_a_time(config, device.type, limit)
        found[name] = {
            "shape": config.preprocessing.shape,
            "memory": memory,
            "fits": memory <= limit,
            "seconds": step_seconds(config, device, at_a_time),
            "iterations": config.training.iterations,
            "volumes_at_a_time": at_a_time,
        }
    return found


def describe_estimates(config: Config, device: str, step: Estimate, volume: Estimate) -> str:
    """Both in words, one fact a line."""
    shape, network, training = format_shape(config.preprocessing.shape), config.network, config.training
    at_a_time = "" if step.volumes_at_a_time == training.batch_size else f", {step.volumes_at_a_time} at a time"
    total = format_time(step.seconds * training.iterations)
    facts = {
        "Shape": f"{shape}, width {network.width}, latent {network.latent}",
        "Device": device,
        "Training": f"{format_size(step.memory)} with a batch of {training.batch_size}{at_a_time}",
        "A step": f"about {step.seconds:.2g} s; {training.iterations} steps about {total}",
        "A new volume": f"{format_size(volume.memory)}, about {volume.seconds:.2g} s",
    }
    return "\n".join(f"{name + ':':<14}{fact}" for name, fact in facts.items())


def format_time(seconds: float) -> str:
    """Seconds as hours or minutes."""
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{max(1, round(seconds / 60))} min"
