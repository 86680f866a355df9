"""Copies of volumes with a transform applied to their voxels, which Slicer calls hardening.

A transform that isn't linear, as Slicer's DICOM module makes for a tilted or irregular series, can't be written into a
file's geometry: such volumes are used by their hardened copies.
"""

import slicer
from slicer.i18n import tr as _

from ..nodes import ATTRIBUTE, isUnderNonLinear
from .derived_nodes import putBeside

ORIGINAL = ATTRIBUTE + "HardenedFrom"
"""Reference of a copy to the volume that it was made of; kept with the scene."""


def hardenedCopies(nodes):
    """The nodes, with copies in the place of those under a transform that isn't linear; a copy is made once.

    The originals stay as they are.
    """
    return [(hardenedCopyOf(node) or _harden(node)) if isUnderNonLinear(node) else node for node in nodes]


def hardenedCopyOf(node):
    """The scene's hardened copy of a volume; None where there is none."""
    copies = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    return next((each for each in copies if each.GetNodeReferenceID(ORIGINAL) == node.GetID()), None)


def _harden(node):
    name = _("{name} hardened").format(name=node.GetName())
    copy = slicer.vtkSlicerVolumesLogic.CloneVolume(slicer.mrmlScene, node, name)
    copy.HardenTransform()
    copy.SetNodeReferenceID(ORIGINAL, node.GetID())
    putBeside(copy, node)
    return copy
