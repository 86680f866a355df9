"""Volumes in Slicer's views: slices at once, and in 3D with a preset that suits the modality."""

import slicer

from . import comparison_layout
from .nodes import isSynthetic

CT_PRESET, MR_PRESET = "CT-Chest-Contrast-Enhanced", "MR-Default"
MR_RANGE = (0.0, 220.0)
"""Intensities that the preset for MRI was made for: others are stretched to them."""


def showInSlices(node):
    """Make a volume the background of all slice views, whole and in the middle; a comparison keeps its own."""
    for logic in _sliceLogics():
        if not comparison_layout.hasView(logic.GetSliceNode()):
            logic.GetSliceCompositeNode().SetBackgroundVolumeID(node.GetID())
            logic.FitSliceToBackground()


def _sliceLogics():
    """The logic of each slice view; none where Slicer has no main window."""
    logics = slicer.app.applicationLogic().GetSliceLogics()
    return [logics.GetItemAsObject(index) for index in range(logics.GetNumberOfItems())] if logics else []


def showInThreeD(node):
    """Render a synthetic volume; the one rendered before is hidden."""
    logic = slicer.modules.volumerendering.logic()
    for other in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
        shown = logic.GetFirstVolumeRenderingDisplayNode(other)
        if shown is not None and isSynthetic(other):
            shown.SetVisibility(False)
    display = logic.GetFirstVolumeRenderingDisplayNode(node) or logic.CreateDefaultVolumeRenderingNodes(node)
    isCT = node.GetAttribute("CRFGANSynth.Units") == "HU"
    preset = logic.GetPresetByName(CT_PRESET if isCT else MR_PRESET)
    if preset is not None:
        display.GetVolumePropertyNode().Copy(preset)
        if not isCT:
            _stretch(display.GetVolumePropertyNode(), node)
    display.SetVisibility(True)
    layout = slicer.app.layoutManager()
    if layout is not None and layout.threeDViewCount > 0:
        layout.threeDWidget(0).threeDView().resetFocalPoint()


def _stretch(propertyNode, node):
    """Move a preset's transfer functions from the range that it was made for to the volume's own."""
    low, high = node.GetImageData().GetScalarRange()
    scale = max(high - low, 1e-6) / (MR_RANGE[1] - MR_RANGE[0])
    for function in (propertyNode.GetScalarOpacity(), propertyNode.GetColor()):
        points = []
        for index in range(function.GetSize()):
            value = [0.0] * (4 if function.IsA("vtkPiecewiseFunction") else 6)
            function.GetNodeValue(index, value)
            points.append([low + (value[0] - MR_RANGE[0]) * scale, *value[1:]])
        function.RemoveAllPoints()
        for point in points:
            if function.IsA("vtkPiecewiseFunction"):
                function.AddPoint(*point)
            else:
                function.AddRGBPoint(*point)
