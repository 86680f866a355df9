"""Shows a volume in the 3D view with Slicer's volume rendering logic."""

import slicer

from . import start
from .presets import PRESETS, fill_property, suited_to


def show_volume(volume_node, preset=None):
    """Makes only this volume visible in 3D, with the preset or the one that suits it; returns its display node."""
    logic = start().app._parts.logics["VolumeRendering"]
    for other in slicer.util.getNodesByClass("vtkMRMLVolumeRenderingDisplayNode"):
        other.SetVisibility(False)
    display = logic.GetFirstVolumeRenderingDisplayNode(volume_node)
    if display is None:
        display = logic.CreateDefaultVolumeRenderingNodes(volume_node)
    if preset is not None or not _is_set(display):
        name = preset or suited_to(volume_node)
        fill_property(display.GetVolumePropertyNode(), name if name in PRESETS else "MR-Default", _window(volume_node))
    display.SetVisibility(True)
    return display


def _is_set(display) -> bool:
    """Whether the module has chosen the transfer functions itself."""
    return display.GetVolumePropertyNode().GetAttribute("Preset") is not None


def _window(volume_node):
    shown = volume_node.GetDisplayNode()
    return shown.GetWindowLevelMin(), shown.GetWindowLevelMax()
