"""What is known of the training volumes before anything is learned: their mean, their components, their detail.

Shapes: N volumes, K components, D H W = superior, anterior, right; p q r the small grid of the prior.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...networks.layers.bands import BANDS, to_bands
from ...networks.prior.prior import Prior
from .alignment import align, deformed, on_small_grid

SMALLEST_DEVIATION = 0.01
"""Of a band: where volumes have next to no detail, what little there is isn't made as loud as their layout."""


class Known(NamedTuple):
    """What a generator with a prior isn't told by its prior."""

    scores: Tensor
    """(N, K): of each training volume, on deformations and then on appearances; 0 where there is no component."""
    deviations: Tensor
    """(8,) standard deviations of the Haar bands of volumes, each around its mean."""


class Components(NamedTuple):
    """Principal components of rows, each a standard deviation long."""

    mean: Tensor
    """(...)"""
    components: Tensor
    """(K, ...): zeros from the last one that there is."""
    scores: Tensor
    """(N, K), of variance 1."""


def fit_prior(prior: Prior, volumes: Sequence[np.ndarray], tell: Callable[[int, int], None]) -> Known:
    """Align volumes (D, H, W) in [-1, 1], and put what they have in common, and how they differ, into a prior.

    Args:
        tell: called with how much of the alignment is done, and of how much.
    """
    poses, spread, mean, aligned = align(volumes, tell), _Spread(), 0.0, []
    for volume, pose in zip(map(np.asarray, volumes), poses, strict=True):
        spread.add(volume)
        mean = mean + deformed(volume, pose.from_mean) / len(volumes)
        aligned.append(deformed(on_small_grid(volume), pose.from_mean))
    prior.mean.copy_(mean)
    fields = principal(torch.cat([pose.to_mean for pose in poses]), len(prior.fields))
    coarse = F.adaptive_avg_pool3d(torch.stack(aligned)[:, None], prior.appearances.shape[2:])
    looks = principal(coarse, len(prior.appearances))
    prior.mean_field.copy_(fields.mean)
    prior.fields.copy_(fields.components)
    prior.appearances.copy_(looks.components)
    return Known(torch.cat([fields.scores, looks.scores], dim=1), spread.deviations())


def principal(rows: Tensor, room: int) -> Components:
    """The first components of rows (N, ...): as many as there is room for, and at most half as many as there are rows.

    So no single volume can be put together from them. They come of the matrix of the rows' products (N, N), which is
    small whatever the resolution.
    """
    mean = rows.mean(0)
    centred = (rows - mean).flatten(1)
    values, vectors = torch.linalg.eigh((centred @ centred.T).double())
    kept = min(room, max(1, len(rows) // 2))
    values, vectors = values.flip(0)[:kept], vectors.flip(1)[:, :kept]
    found = int((values > 1e-6 * values[0].clamp_min(1e-12)).sum())
    # Which way a component points is a matter of the library: the largest weight is made positive.
    vectors = (vectors * vectors.gather(0, vectors.abs().argmax(0)[None]).sign())[:, :found].to(centred)
    components, scores = rows.new_zeros(room, centred.shape[1]), rows.new_zeros(len(rows), room)
    degrees = max(len(rows) - 1, 1)
    components[:found] = vectors.T @ centred / degrees**0.5
    scores[:, :found] = vectors * degrees**0.5
    return Components(mean, components.view(room, *rows.shape[1:]), scores)


class _Spread:
    """Standard deviations of Haar bands, from volumes that are looked at one by one."""

    def __init__(self):
        self.squares, self.sums, self.count = torch.zeros(BANDS).double(), torch.zeros(BANDS).double(), 0

    def add(self, volume: np.ndarray) -> None:
        bands = to_bands(torch.from_numpy(volume + 1)[None, None]).flatten(2).double()
        self.squares += bands.square().sum((0, 2))
        self.sums += bands.sum((0, 2))
        self.count += bands.shape[2]

    def deviations(self) -> Tensor:
        """(8,)"""
        variances = (self.squares / self.count - (self.sums / self.count) ** 2).clamp_min(0)
        return variances.sqrt().clamp_min(SMALLEST_DEVIATION).float()
