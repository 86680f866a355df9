"""What a user sets in the panel and a scene keeps."""

import enum
from pathlib import Path
from typing import Annotated

from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import Maximum, Minimum, WithinRange, parameterNodeWrapper

LARGEST_SEED = 999999
NO_TRUNCATION = 3.0
"""Limit of a latent's components from which on truncation is left out."""


class Preset(enum.Enum):
    """Voxels along each side of what is trained."""

    TINY = "tiny-32"
    SMALL = "small-64"
    STANDARD = "standard-128"
    FULL = "full-256"

    def label(self):
        """What the list shows."""
        side = self.value.rpartition("-")[2]
        return f"{side} x {side} x {side}"


class Modality(enum.Enum):
    """Which intensities are learned."""

    AUTO = "auto"
    MRI = "brain-mri"
    LUNG_CT = "lung-ct"
    CT = "ct"

    def label(self):
        """What the list shows."""
        return {
            Modality.AUTO: _("Recognise"),
            Modality.MRI: _("MRI, or any arbitrary units"),
            Modality.LUNG_CT: _("CT, lung and soft tissue"),
            Modality.CT: _("CT, own window"),
        }[self]


@parameterNodeWrapper
class CRFGANSynthParameterNode:
    """All that a user sets in the panel; saved with the scene."""

    model: Path
    className: str = ""
    count: Annotated[int, WithinRange(1, 1000)] = 1
    seed: Annotated[int, WithinRange(0, LARGEST_SEED)] = 0
    truncation: Annotated[float, WithinRange(0.2, NO_TRUNCATION)] = NO_TRUNCATION
    referenceVolume: vtkMRMLScalarVolumeNode

    inputVolumes: list[vtkMRMLScalarVolumeNode]
    dataFolder: Path
    leftOut: list[str]
    """Names of volumes in the folder that aren't trained on."""
    include: list[str]
    """Words by which the user insists on what would be left out (crfgan/data/vetting/words.py)."""
    preset: Preset = Preset.SMALL
    modality: Modality = Modality.AUTO
    windowLow: Annotated[float, Minimum(-4000), Maximum(4000)] = -160.0
    windowHigh: Annotated[float, Minimum(-4000), Maximum(4000)] = 240.0
    iterations: Annotated[int, WithinRange(0, 1000000)] = 0
    """Training steps; 0 for as many as suit the size."""
    evaluateEvery: Annotated[int, WithinRange(0, 100000)] = 0
    """Steps between two evaluations on held-out volumes; 0 for none."""
    trainingSeed: Annotated[int, WithinRange(0, LARGEST_SEED)] = 0
    runName: str = ""
    showLive: bool = True
    comparedReal: list[vtkMRMLScalarVolumeNode]
    comparedSynthetic: list[vtkMRMLScalarVolumeNode]

    run: Path
    """The run that was started last from this scene."""
