"""Segmentations of volumes by presets or from label maps, and what can be measured of them."""

from dataclasses import dataclass

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _

from .nodes import volumeFromNode
from .scene.derived_nodes import fillTable, nodeOfRole, putBeside

TISSUE, STRUCTURE = "SCT^85756007^Tissue", "SCT^123037004^Anatomical Structure"


@dataclass(frozen=True)
class Look:
    """How the segment of a preset appears in Slicer."""

    name: str
    color: tuple
    """Red, green, blue from 0 to 255, as Slicer's anatomy list has it."""
    category: str
    type: str
    """Both as `scheme^code^meaning`."""

    @property
    def terminology(self):
        """The entry in the form in which Slicer stores it with a segment."""
        context = "Segmentation category and type - 3D Slicer General Anatomy list"
        return f"{context}~{self.category}~{self.type}~^^~Anatomic codes - DICOM master list~^^~^^"


def looks():
    """The looks by the presets' names; a function, so that names are in the user's language."""
    return {
        "lung": Look(_("Lung"), (197, 165, 145), STRUCTURE, "SCT^39607008^Lung"),
        "bone": Look(_("Bone"), (241, 214, 145), TISSUE, "SCT^272673000^Bone"),
        "body": Look(_("Body"), (177, 122, 101), STRUCTURE, "SCT^38266002^Entire body"),
        "brain": Look(_("Brain"), (250, 250, 225), STRUCTURE, "SCT^12738006^Brain"),
        "head": Look(_("Head"), (177, 122, 101), STRUCTURE, "SCT^69536005^Head"),
    }


def segmentNode(volumeNode, presetName, segmentationNode=None):
    """Segment one structure of a volume; returns its vtkMRMLSegmentationNode, which is the one given if there is one.

    A segment of the same preset in it is replaced.

    Raises:
        crfgan.errors.InputError: no preset has this name, or the volume doesn't show what it looks for.
    """
    from crfgan.segmentation.presets import segment

    mask = segment(volumeFromNode(volumeNode), presetName)
    look = looks()[presetName]
    node = _segmentationOf(volumeNode, segmentationNode)
    _setSegment(node, volumeNode, presetName, look.name, mask)
    made = node.GetSegmentation().GetSegment(presetName)
    made.SetColor(*(part / 255 for part in look.color))
    made.SetTag(made.GetTerminologyEntryTagName(), look.terminology)
    node.CreateClosedSurfaceRepresentation()
    return node


def fromLabelMap(volumeNode, labelMap, names):
    """A new segmentation of a volume from a map of its labels.

    Args:
        labelMap: path of a file, or array (K, J, I), on the voxels of the volume.
        names: dictionary from the label's value to the segment's name; other labels are left out.

    Raises:
        crfgan.errors.InputError: the label map isn't on the voxels of the volume.
    """
    labels = labelMap if isinstance(labelMap, np.ndarray) else _readLabels(labelMap, volumeNode)
    _checkShape(labels, volumeNode)
    node = _segmentationOf(volumeNode, None)
    for value, name in names.items():
        if (labels == value).any():
            _setSegment(node, volumeNode, f"label_{value}", name, np.uint8(labels == value))
    node.CreateClosedSurfaceRepresentation()
    return node


def volumesTable(segmentationNodes):
    """The sizes of all segments in ml, in a vtkMRMLTableNode that the next call fills anew."""
    rows = [
        (node.GetName(), name, round(ml, 2)) for node in segmentationNodes for name, ml in _millilitres(node).items()
    ]
    table = nodeOfRole("vtkMRMLTableNode", "segment volumes", _("Segment volumes"))
    fillTable(table, [_("Segmentation"), _("Segment"), _("Volume (ml)")], rows)
    return table


def diceOf(segmentationA, segmentationB):
    """The Dice coefficient of each pair of segments of one name, by name, on the voxels that A was made on."""
    from crfgan.segmentation.presets import dice

    other = _segmentIDs(segmentationB)
    reference = _referenceOf(segmentationA)
    return {
        name: dice(_mask(segmentationA, identifier, reference), _mask(segmentationB, other[name], reference))
        for name, identifier in _segmentIDs(segmentationA).items()
        if name in other
    }


def _segmentationOf(volumeNode, segmentationNode):
    """A segmentation on the voxels of the volume, and under its transform."""
    node = segmentationNode
    if node is None:
        name = _("{volume} segmentation").format(volume=volumeNode.GetName())
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    putBeside(node, volumeNode)
    return node


def _setSegment(node, volumeNode, identifier, name, mask):
    segmentation = node.GetSegmentation()
    if segmentation.GetSegment(identifier) is None:
        segmentation.AddEmptySegment(identifier, name)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, identifier, volumeNode)


def _readLabels(path, volumeNode):
    labelNode = slicer.util.loadLabelVolume(str(path), {"show": False})
    try:
        _checkPlace(labelNode, volumeNode)
        return slicer.util.arrayFromVolume(labelNode).copy()
    finally:
        slicer.mrmlScene.RemoveNode(labelNode)


def _checkPlace(labelNode, volumeNode):
    from crfgan.errors import InputError

    found, wanted = (_ijkToRAS(node) for node in (labelNode, volumeNode))
    if not np.allclose(found, wanted, atol=1e-3):
        raise InputError(
            _("{labels} must have the geometry of {volume}, got another one. Resample it to the volume first.").format(
                labels=labelNode.GetName(), volume=volumeNode.GetName()
            )
        )


def _checkShape(labels, volumeNode):
    from crfgan.errors import InputError

    wanted = volumeNode.GetImageData().GetDimensions()[::-1]
    if labels.shape != wanted:
        raise InputError(
            _("The label map must have the voxels of {volume}, {wanted}, got {found}. Choose another one.").format(
                volume=volumeNode.GetName(), wanted=wanted, found=labels.shape
            )
        )


def _ijkToRAS(node):
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def _segmentIDs(node):
    """The segments' identifiers by their names."""
    segmentation = node.GetSegmentation()
    return {segmentation.GetSegment(each).GetName(): each for each in segmentation.GetSegmentIDs()}


def _referenceOf(node):
    return node.GetNodeReference(slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole())


def _mask(node, identifier, reference):
    return slicer.util.arrayFromSegmentBinaryLabelmap(node, identifier, reference)


def _millilitres(node):
    """Sizes by the segments' names, from their own voxels, which outlive the volume."""
    from crfgan.segmentation.presets import volume_ml

    sizes = {}
    for name, identifier in _segmentIDs(node).items():
        voxels = slicer.util.arrayFromSegmentInternalBinaryLabelmap(node, identifier)
        value = node.GetSegmentation().GetSegment(identifier).GetLabelValue()
        spacing = node.GetBinaryLabelmapInternalRepresentation(identifier).GetSpacing()
        sizes[name] = volume_ml(voxels == value, spacing)
    return sizes
