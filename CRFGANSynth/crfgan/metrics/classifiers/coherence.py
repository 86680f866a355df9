"""A classifier of whether the parts of a volume belong together, trained on the real volumes themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ..features.pooling import block_mean
from .mixing import mixed_batch

SIDE = 32
"""Longer sides are averaged down to about this."""
FEWEST_VOLUMES = 12
STEPS = 1200
BATCH_PAIRS = 8
LEARNING_RATE = 1e-3
CHANNELS = 16
SLOPE = 0.2
DROPOUT = 0.3
TEST_PAIRS = 64
"""Pairs that the accuracy is measured on, four volumes each."""
PREDICTED_AT_ONCE = 32


class CoherenceClassifier:
    """Tells whole volumes from ones put together of two; the trivial signs of that are hidden (mixing.py).

    Blurred volumes can be coherent and sharp ones not. All depends on the real set: compare what it says of synthetic
    volumes with what it says of real ones that it wasn't trained on.
    """

    def __init__(self, network: nn.Module):
        self.network = network.eval()
        self.accuracy = math.nan
        """Share of held-out volumes, half of them mixed, that are told rightly: 0.5 is guessing."""
        self.real_share = math.nan
        """Share of held-out real volumes, just as they are, that are called whole: the bar for synthetic ones."""

    @classmethod
    def fit(
        cls,
        volumes: Sequence[np.ndarray],
        held_out: Sequence[np.ndarray],
        seed: int,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> CoherenceClassifier:
        """A classifier trained on real volumes (D, H, W) in [-1, 1].

        Args:
            held_out: real volumes to test it on.
            progress: told how many of all steps are done.

        Raises:
            InputError: fewer than 12 volumes, or fewer than 2 held out.
        """
        _require_enough(volumes, held_out)
        rng, shrunk = np.random.default_rng(seed), _shrunk(volumes)
        # First weights and dropout draw from the global generator: on a copy, it is as before afterwards.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = _network(shrunk.shape[2:])
            _train(network, shrunk, rng, progress)
        classifier = cls(network)
        mixed, whole = mixed_batch(_shrunk(held_out), TEST_PAIRS, rng)
        classifier.accuracy = float(((classifier._predict(mixed) > 0) == (whole > 0.5)).float().mean())
        classifier.real_share = classifier.share(held_out)
        return classifier

    def logits(self, volumes: Sequence[np.ndarray]) -> np.ndarray:
        """Logits (N,) of being whole of volumes (D, H, W) in [-1, 1] on the grid of those it was trained on."""
        return self._predict(_shrunk(volumes)).double().numpy()

    def share(self, volumes: Sequence[np.ndarray]) -> float:
        """Share of the volumes that it calls whole."""
        return float((self.logits(volumes) > 0).mean())

    @torch.inference_mode()
    def _predict(self, x: Tensor) -> Tensor:
        return torch.cat([self.network(batch).squeeze(1) for batch in x.split(PREDICTED_AT_ONCE)])


def _require_enough(volumes: Sequence[np.ndarray], held_out: Sequence[np.ndarray]) -> None:
    if len(volumes) < FEWEST_VOLUMES:
        raise InputError(
            f"`volumes` must be at least {FEWEST_VOLUMES} to train a judge of coherence, got {len(volumes)}. "
            "Leave this measure out, or add real volumes."
        )
    if len(held_out) < 2:
        raise InputError(f"`held_out` must be at least 2 volumes, got {len(held_out)}. Hold out more.")


def _shrunk(volumes: Sequence[np.ndarray]) -> Tensor:
    """Volumes (N, 1, D, H, W) at about 32 voxels a side."""
    block = [max(1, round(n / SIDE)) for n in volumes[0].shape]
    return torch.from_numpy(np.stack([block_mean(volume, block) for volume in volumes]))[:, None]


def _network(shape: Sequence[int]) -> nn.Sequential:
    """(B, 1, D, H, W) -> logits (B, 1): four convolutions of stride 2 and a linear layer."""
    channels = [1, *(CHANNELS << level for level in range(4))]
    layers = []
    for inputs, outputs in pairwise(channels):
        layers += [nn.Conv3d(inputs, outputs, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
    places = math.prod(n // 16 for n in shape)
    network = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(DROPOUT), nn.Linear(channels[-1] * places, 1))
    for layer in network:
        if isinstance(layer, nn.Conv3d | nn.Linear):
            # With PyTorch's own weights it sees nothing in the first few hundred steps.
            nn.init.kaiming_normal_(layer.weight, SLOPE)
            nn.init.zeros_(layer.bias)
    return network


def _train(network: nn.Module, volumes: Tensor, rng: np.random.Generator, progress: Callable[[int, int], None]) -> None:
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=STEPS, pct_start=0.1)
    for step in range(STEPS):
        mixed, whole = mixed_batch(volumes, BATCH_PAIRS, rng)
        loss = F.binary_cross_entropy_with_logits(network(mixed).squeeze(1), whole)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        progress(step + 1, STEPS)
