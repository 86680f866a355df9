"""What is known of the training volumes before anything is learned: layouts, their principal components, their detail.

Shapes: N volumes, Z latent, D H W = superior, anterior, right; d h w the same at a quarter of the resolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...metrics.features.pooling import block_mean
from ...networks.layers.bands import BANDS, to_bands
from ...networks.prior_generator import Prior
from ...networks.shapes import A_STRIDE

SMALLEST_DEVIATION = 0.01
"""Of a band: where volumes have next to no detail, what little there is isn't made as loud as their layout."""


def layouts(volumes: Sequence[np.ndarray]) -> Tensor:
    """Volumes (D, H, W) at a quarter of the resolution, (N, d, h, w): means over blocks of 4^3 voxels."""
    return torch.from_numpy(np.stack([block_mean(np.asarray(volume), (A_STRIDE,) * 3) for volume in volumes]))


def band_deviations(volumes: Sequence[np.ndarray]) -> Tensor:
    """Standard deviation (8,) of the Haar bands of volumes (D, H, W), each around its mean."""
    squares, sums, count = torch.zeros(BANDS, dtype=torch.float64), torch.zeros(BANDS, dtype=torch.float64), 0
    for volume in volumes:
        bands = to_bands(torch.from_numpy(np.asarray(volume) + 1)[None, None]).flatten(2).double()
        squares, sums, count = squares + bands.square().sum((0, 2)), sums + bands.sum((0, 2)), count + bands.shape[2]
    return (squares / count - (sums / count) ** 2).clamp_min(0).sqrt().clamp_min(SMALLEST_DEVIATION).float()


def fit_prior(prior: Prior, of_volumes: Tensor, most: int) -> None:
    """Put mean and principal components of layouts (N, d, h, w) into a prior, each component a standard deviation long.

    At most `most` are kept, and half as many as there are volumes: no single volume can be put together from them. They
    come of the matrix of the volumes' products (N, N), which is small whatever the resolution.
    """
    mean = of_volumes.mean(0)
    centred = (of_volumes - mean).flatten(1)
    count = len(of_volumes)
    values, vectors = torch.linalg.eigh((centred @ centred.T).double())
    kept = min(most, len(prior.components), max(1, count // 2))
    values, vectors = values.flip(0)[:kept], vectors.flip(1)[:, :kept]
    # Which way a component points is a matter of the library: the largest weight is made positive.
    vectors = vectors * vectors.gather(0, vectors.abs().argmax(0)[None]).sign()
    found = int((values > 1e-6 * values[0].clamp_min(1e-12)).sum())
    scale = 1 / max(count - 1, 1) ** 0.5
    components = (vectors[:, :found].T.to(centred) @ centred) * scale
    prior.mean.copy_(mean[None])
    prior.components.zero_()
    prior.components[:found] = components.view(found, *of_volumes.shape[1:])
