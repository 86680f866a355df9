"""The features that sets of volumes are compared by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from .medicalnet import MedicalNet
from .random3d import Random3D
from .statistics import Statistics

Extractor = Callable[[Sequence[np.ndarray]], np.ndarray]
"""From N volumes (D, H, W) to features (N, ...)."""


def make_extractors(medicalnet: Path | None = None) -> dict[str, Extractor]:
    """Extractors by the name that their metrics have; MedicalNet where there is a file of its weights.

    Raises:
        InputError: the file isn't one of MedicalNet's ResNet-50.
    """
    extractors: dict[str, Extractor] = {"random3d": Random3D(), "statistics": Statistics()}
    return extractors if medicalnet is None else {**extractors, "medicalnet": MedicalNet(medicalnet)}
