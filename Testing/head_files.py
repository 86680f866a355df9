"""Head phantoms as files, for tests that begin where a user's volumes lie."""

from collections.abc import Iterable
from pathlib import Path

from crfgan.phantoms import make_head
from crfgan.volumes.writing import write_volume


def write_heads(folder: Path, seeds: Iterable[int]) -> Path:
    """Write a head of 32^3 voxels for each seed, head_<seed>.nrrd; returns the folder."""
    for seed in seeds:
        write_volume(make_head(seed, (32, 32, 32)).image, folder / f"head_{seed}.nrrd", {})
    return folder
