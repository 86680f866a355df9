"""The real hippocampi of the shared folder; tests that need them are skipped by name where it is absent."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F

FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "hippocampus_t1.npz"
needs_hippocampi = pytest.mark.skipif(not FILE.exists(), reason="needs shared/data/hippocampus_t1.npz")


class Hippocampi(NamedTuple):
    """Crops that fill a cube, their padding taken away."""

    volumes: np.ndarray
    """(N, D, H, W), float32 in [-1, 1]."""
    subjects: np.ndarray
    """A number that both sides of one subject share, (N,)."""
    held_out: np.ndarray
    """Which are for validation, (N,)."""


@cache
def hippocampi(side: int = 32) -> Hippocampi:
    """All 261 crops at side^3 voxels."""
    volumes, subjects, held_out = [], [], []
    with np.load(FILE) as data:
        for part in ("train", "val"):
            images, shapes = data[f"{part}_images"], data[f"{part}_shape"]
            volumes += [_filling(image, shape, side) for image, shape in zip(images, shapes, strict=True)]
            subjects += list(data[f"{part}_pair"])
            held_out += [part == "val"] * len(images)
    return Hippocampi(np.stack(volumes), np.array(subjects), np.array(held_out))


def half(subjects: np.ndarray, seed: int) -> np.ndarray:
    """Which crops are in the first half of a draw; both sides of a subject are in one."""
    drawn = np.random.default_rng(seed).permutation(np.unique(subjects))
    return np.isin(subjects, drawn[: len(drawn) // 2])


def _filling(image: np.ndarray, shape: np.ndarray, side: int) -> np.ndarray:
    starts = (np.array(image.shape) - shape) // 2
    crop = image[tuple(slice(start, start + n) for start, n in zip(starts, shape, strict=True))]
    crop = torch.from_numpy(crop.astype(np.float32) / 127.5 - 1)[None, None]
    return F.interpolate(crop, (side,) * 3, mode="trilinear", align_corners=True)[0, 0].numpy()
