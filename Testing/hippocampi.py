"""The real hippocampi of the shared folder; tests that need them are skipped by name where it is absent."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from crfgan.config import Preprocessing
from crfgan.preprocessing import choose_grid, preprocess, survey
from crfgan.volume import Volume

FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "hippocampus_t1.npz"
needs_hippocampi = pytest.mark.skipif(not FILE.exists(), reason="needs shared/data/hippocampus_t1.npz")


@cache
def hippocampi(fit: str = "fill", side: int = 32) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All crops on one grid (N, D, H, W), the subject of each, and which are for validation."""
    data, volumes, pairs, validation = np.load(FILE), [], [], []
    for part in ("train", "val"):
        for array, shape in zip(data[f"{part}_images"], data[f"{part}_shape"], strict=True):
            volumes.append(Volume(_unpadded(array, shape), np.eye(4), part))
        pairs += list(data[f"{part}_pair"])
        validation += [part == "val"] * len(data[f"{part}_pair"])
    settings = Preprocessing(shape=(side,) * 3, fit=fit)
    surveys = [survey(volume, settings) for volume in volumes]
    grid = choose_grid(surveys, settings)
    arrays = [preprocess(volume, found, grid) for volume, found in zip(volumes, surveys, strict=True)]
    return np.stack(arrays), np.array(pairs), np.array(validation)


def halves(pairs: np.ndarray, seed: int) -> np.ndarray:
    """Which crops are in the first half of a draw; both sides of a subject are in one."""
    subjects = np.random.default_rng(seed).permutation(np.unique(pairs))
    return np.isin(pairs, subjects[: len(subjects) // 2])


def _unpadded(array: np.ndarray, shape: np.ndarray) -> np.ndarray:
    starts = [(n - int(m)) // 2 for n, m in zip(array.shape, shape, strict=True)]
    return array[tuple(slice(start, start + int(m)) for start, m in zip(starts, shape, strict=True))]
