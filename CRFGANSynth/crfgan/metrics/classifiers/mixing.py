"""Volumes put together of two, and whole ones that only their content tells from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...networks.shapes import SLABS

SHIFT = 2
"""Voxels by which volumes are moved at most, so that fewer of them do."""
CUT_WIDTHS = (0.05, 0.5, 1.0, 2.0)
"""Widths in voxels that a cut can have."""
BLUR = 1.2
"""Largest standard deviation of the blur, voxels: then edges have half their gradient."""
NOISE = 0.06
GAIN = 0.02


def mixed_batch(volumes: Tensor, pairs: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Volumes (4 P, 1, D, H, W), half whole and half mixed, and whether each is whole (4 P,), 1 or 0.

    Of each of P pairs drawn from `volumes` (N, 1, D, H, W) both come whole, and mixed both ways round. Whole ones are
    put together too, of two copies, and every part has a blur, noise and brightness of its own: neither a change at the
    cut nor sharpness gives the mixed ones away.
    """
    first = rng.integers(len(volumes), size=pairs)
    second = (first + rng.integers(1, len(volumes), size=pairs)) % len(volumes)
    one, other = _moved(volumes[first], rng), _moved(volumes[second], rng)
    noise = torch.from_numpy(rng.standard_normal((4 * pairs, *volumes.shape[1:]), dtype=np.float32))
    lower = _degraded(torch.cat([one, other, one, other]), noise, rng)
    upper = _degraded(torch.cat([one, other, other, one]), noise, rng)
    weight = _cut_weights(pairs, volumes.shape[2:], rng).repeat(4, 1, 1, 1, 1)
    whole = torch.tensor([1.0, 1.0, 0.0, 0.0]).repeat_interleave(pairs)
    return torch.lerp(lower, upper, weight), whole


def _cut_weights(count: int, shape: Sequence[int], rng: np.random.Generator) -> Tensor:
    """Weights (B, 1, D, H, W) of the part beyond the cut: at slab boundaries, or as often anywhere along any axis.

    Each part is a quarter of the volume or more.
    """
    weights = torch.empty(count, 1, *shape)
    for weight in weights:
        if rng.random() < 0.5:
            axis, place = 0, rng.integers(SLABS // 4, SLABS - SLABS // 4 + 1) / SLABS
        else:
            axis, place = int(rng.integers(3)), rng.uniform(0.25, 0.75)
        beyond = torch.arange(shape[axis]) + 0.5 - place * shape[axis]
        soft = torch.sigmoid(2 * beyond / rng.choice(CUT_WIDTHS))
        weight[0] = soft.view([-1 if a == axis else 1 for a in range(3)])
    return weights


def _moved(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Each of (B, 1, D, H, W) moved by some voxels along every axis, its faces repeated."""
    padded = F.pad(x, (SHIFT,) * 6, mode="replicate")
    starts = rng.integers(2 * SHIFT + 1, size=(len(x), 3)).tolist()
    d, h, w = x.shape[2:]
    return torch.stack([one[:, k : k + d, j : j + h, i : i + w] for one, (k, j, i) in zip(padded, starts, strict=True)])


def _degraded(x: Tensor, noise: Tensor, rng: np.random.Generator) -> Tensor:
    """Each of (B, 1, D, H, W) with a blur (half of them none), brightness and share of `noise` of its own."""
    x = _blurred(x, torch.from_numpy(np.maximum(rng.uniform(-BLUR, BLUR, len(x)), 0.01).astype(np.float32)))
    gain, sigma = _per_volume(rng.uniform(1 - GAIN, 1 + GAIN, len(x))), _per_volume(rng.uniform(0, NOISE, len(x)))
    return (x + 1) * gain - 1 + sigma * noise


def _blurred(x: Tensor, sigma: Tensor) -> Tensor:
    """Each of (B, 1, D, H, W) smoothed by a Gaussian of its own sigma (B,), as products with matrices."""
    d, h, w = (_gaussian_matrices(n, sigma)[:, None] for n in x.shape[2:])
    along_depth = (d @ x.flatten(3)).view_as(x)
    return h[:, None] @ along_depth @ w[:, None].mT


def _gaussian_matrices(side: int, sigma: Tensor) -> Tensor:
    """Smoothing of lines of `side` voxels by each sigma (B,): (B, side, side), rows of sum 1."""
    places = torch.arange(side)
    squares = (places[:, None] - places[None, :]) ** 2
    return torch.softmax(-squares / (2 * sigma[:, None, None] ** 2), dim=2)


def _per_volume(values: np.ndarray) -> Tensor:
    """One number (B,) for each volume, as (B, 1, 1, 1, 1)."""
    return torch.from_numpy(values.astype(np.float32)).view(-1, 1, 1, 1, 1)
