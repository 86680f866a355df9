"""What is known of the training volumes before anything is learned: layouts, their principal components, their detail.

Shapes: N volumes, Z latent, D H W = superior, anterior, right; d h w the same at a quarter of the resolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ...metrics.features.pooling import block_mean
from ...networks.layers.bands import BANDS, to_bands
from ...networks.prior_generator import Prior
from ...networks.shapes import A_STRIDE

SMALLEST_DEVIATION = 0.01
"""Of a band: where volumes have next to no detail, what little there is isn't made as loud as their layout."""


class Known(NamedTuple):
    """What a look at each volume gives."""

    layouts: Tensor
    """(N, d, h, w): the volumes at a quarter of the resolution, means over blocks of 4^3 voxels."""
    deviations: Tensor
    """(8,) standard deviations of the Haar bands, each around its mean."""


def survey(volumes: Sequence[np.ndarray]) -> Known:
    """Look at volumes (D, H, W), each of them once."""
    layouts, squares, sums, count = [], torch.zeros(BANDS).double(), torch.zeros(BANDS).double(), 0
    for volume in map(np.asarray, volumes):
        layouts.append(block_mean(volume, (A_STRIDE,) * 3))
        bands = to_bands(torch.from_numpy(volume + 1)[None, None]).flatten(2).double()
        squares, sums, count = squares + bands.square().sum((0, 2)), sums + bands.sum((0, 2)), count + bands.shape[2]
    variances = (squares / count - (sums / count) ** 2).clamp_min(0)
    deviations = variances.sqrt().clamp_min(SMALLEST_DEVIATION).float()
    return Known(torch.from_numpy(np.stack(layouts)), deviations)


def fit_prior(prior: Prior, of_volumes: Tensor) -> None:
    """Put mean and principal components of layouts (N, d, h, w) into a prior, each component a standard deviation long.

    At most half as many are kept as there are volumes: no single volume can be put together from them. They
    come of the matrix of the volumes' products (N, N), which is small whatever the resolution.
    """
    mean = of_volumes.mean(0)
    centred = (of_volumes - mean).flatten(1)
    count = len(of_volumes)
    values, vectors = torch.linalg.eigh((centred @ centred.T).double())
    kept = min(len(prior.components), max(1, count // 2))
    values, vectors = values.flip(0)[:kept], vectors.flip(1)[:, :kept]
    # Which way a component points is a matter of the library: the largest weight is made positive.
    vectors = vectors * vectors.gather(0, vectors.abs().argmax(0)[None]).sign()
    found = int((values > 1e-6 * values[0].clamp_min(1e-12)).sum())
    scale = 1 / max(count - 1, 1) ** 0.5
    components = (vectors[:, :found].T.to(centred) @ centred) * scale
    prior.mean.copy_(mean[None])
    prior.components.zero_()
    prior.components[:found] = components.view(found, *of_volumes.shape[1:])
