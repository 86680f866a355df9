"""All chance of a run, as a function of seed and place: nothing to store, so a resumed run draws the same numbers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .errors import InputError

TIGHTEST = 0.01
"""Smallest limit of `truncate`: beyond it all volumes are the same."""
LOOSEST = 3.0
"""Largest limit of `truncate`: one component in 370 lies beyond it anyway."""

# One number for each purpose keeps their streams apart.
_ORDER, _STEP, _SAMPLE, _WEIGHTS, _ANCHOR = range(5)


def weights_seed(seed: int) -> int:
    """Seed of the networks' first weights."""
    return int(np.random.SeedSequence([_WEIGHTS, seed]).generate_state(1)[0])


def step_generator(seed: int, step: int) -> torch.Generator:
    """The generator of everything drawn in one training step: latents, places, augmentation."""
    state = np.random.SeedSequence([_STEP, seed, step]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state))


def batch_indices(seed: int, step: int, batch_size: int, count: int) -> list[int]:
    """Indices of the volumes of step `step`: each epoch is a permutation of its own, batches run across epochs."""
    places = range(step * batch_size, (step + 1) * batch_size)
    epochs = {place // count for place in places}
    orders = {e: np.random.default_rng([_ORDER, seed, e]).permutation(count) for e in epochs}
    return [int(orders[place // count][place % count]) for place in places]


def anchor_noise(seed: int, index: int, length: int) -> Tensor:
    """What a training volume's latent (length,) has where there are no components: noise that is always its own."""
    rng = np.random.default_rng([_ANCHOR, seed, index])
    return torch.from_numpy(rng.standard_normal(length, dtype=np.float32))


def sample_latent(seed: int, index: int, length: int, classes: int) -> tuple[Tensor, int]:
    """Latent (1, length) and class of sample `index` of `seed`, the same whatever else is sampled and wherever."""
    rng = np.random.default_rng([_SAMPLE, seed, index])
    latent = torch.from_numpy(rng.standard_normal(length, dtype=np.float32))[None]
    return latent, int(rng.integers(max(classes, 1)))


def truncate(latent: Tensor, limit: float) -> Tensor:
    """A normal latent (B, Z) as one that follows the normal distribution truncated to [-limit, limit].

    The truncation trick of Brock et al., ICLR 2019: what is nearer to the middle is more typical and less various.
    Each component goes to the same quantile of the truncated distribution instead of being drawn again until it lies
    inside, so that a seed keeps its volume and changes it steadily with the limit.

    Raises:
        InputError: the limit isn't from 0.01 to 3.
    """
    if not TIGHTEST <= limit <= LOOSEST:
        raise InputError(
            f"The truncation must be from {TIGHTEST:g} to {LOOSEST:g}, got {limit:g}. "
            "Smaller numbers give more typical volumes; leave it out for all their variety."
        )
    low, high = torch.special.ndtr(torch.tensor([-limit, limit], dtype=torch.float64))
    quantile = low + torch.special.ndtr(latent.double()) * (high - low)
    return torch.special.ndtri(quantile).clamp(-limit, limit).to(latent.dtype)
