"""Features of a random 3D network: made from a seed, never trained, so nothing has to be downloaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...errors import InputError

CHANNELS = (8, 16, 16, 16)
"""Of the four levels, each at half the resolution of the one before."""
GAINS = (4.0, 0.7, 0.7, 0.7)
"""Of the filters at each level. Images have little fine detail; with these all levels vary about as much."""
AVERAGE = 2.0
"""Sum of the weights of each level's averaging filter."""
SPREAD = 5.0
"""Weight of the deviations: one stands for a whole volume, beside the means of eight regions."""
REGIONS = 2
"""The means are taken over so many regions along each axis, and so tell layouts apart."""
SLOPE = 0.2
BATCH = 8
SEED = 20250311


class Random3D:
    """Volumes -> rows of features: at each level of the network the regional means and the spread of every channel."""

    name = "random3d-v1"

    def __init__(self):
        # The legacy generator's stream is frozen (NumPy's NEP 19): the features stay the same in years to come.
        rng = np.random.RandomState(SEED)
        self.kernels = [_kernel(rng, *level) for level in zip((1, *CHANNELS), CHANNELS, GAINS, strict=False)]

    @torch.no_grad()
    def __call__(self, volumes: Sequence[np.ndarray]) -> np.ndarray:
        """Volumes (D, H, W) in [-1, 1] -> features (N, F).

        Raises:
            InputError: a side is shorter than 16 voxels.
        """
        rows = []
        for start in range(0, len(volumes), BATCH):
            batch = np.stack([volumes[index] for index in range(start, min(start + BATCH, len(volumes)))])
            if min(batch.shape[1:]) < 2 ** len(CHANNELS):
                raise InputError(
                    f"`volumes` must have at least {2 ** len(CHANNELS)} voxels a side, got {batch.shape[1:]}. "
                    "Use a finer grid."
                )
            rows.append(self._features(torch.from_numpy(batch)[:, None]).numpy())
        return np.concatenate(rows)

    def _features(self, x: Tensor) -> Tensor:
        # Background at 0, so that the padding is background.
        x = x + 1
        features = []
        for kernel in self.kernels:
            x = F.leaky_relu(F.conv3d(x, kernel, stride=2, padding=1), SLOPE)
            deviations = x.std(dim=(2, 3, 4), correction=0)
            features += [F.adaptive_avg_pool3d(x, REGIONS).flatten(1), SPREAD * deviations]
        return torch.cat(features, dim=1)


def _kernel(rng: np.random.RandomState, inputs: int, outputs: int, gain: float) -> Tensor:
    """Orthogonal 3^3 filters (outputs, inputs, 3, 3, 3), the first of which averages.

    Being orthogonal to it the others are blind to plain brightness, which would drown all else in every channel.
    """
    size = inputs * 27
    matrix = rng.standard_normal((size, outputs))
    matrix[:, 0] = 1
    basis, triangle = np.linalg.qr(matrix)
    # QR is unique but for signs, which differ between libraries.
    filters = gain * (basis * np.sign(np.diag(triangle))).T
    filters[0] = AVERAGE / size
    return torch.from_numpy(filters.reshape(outputs, inputs, 3, 3, 3)).float()
