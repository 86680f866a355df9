"""The features that sets of volumes are compared by."""

from __future__ import annotations

from pathlib import Path

from ..metrics.features.medicalnet import MedicalNet
from ..metrics.features.random3d import Random3D
from ..metrics.features.statistics import Statistics
from .measure import Extractor


def make_extractors(medicalnet: Path | None = None) -> dict[str, Extractor]:
    """Extractors by the name that their metrics have; MedicalNet where there is a file of its weights.

    Raises:
        InputError: the file isn't one of MedicalNet's ResNet-50.
    """
    found: dict[str, Extractor] = {"random3d": Random3D(), "statistics": Statistics()}
    return found if medicalnet is None else {**found, "medicalnet": MedicalNet(medicalnet)}
