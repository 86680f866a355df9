"""Shows a volume in the 3D view with Slicer's volume rendering logic."""

import contextlib

import slicer

from .. import start
from ..mrml.presets import PRESETS, fill_property, suited_to


@contextlib.contextmanager
def volume_shown(volume_node, preset=None):
    """Only this volume visible in 3D, for a while.

    With the preset; without one as the module has set it up, or else with the preset that suits the volume.
    """
    before = [(each, each.GetVisibility()) for each in _displays()]
    display = _display_of(volume_node, preset)
    for other in _displays():
        other.SetVisibility(other is display)
    try:
        yield
    finally:
        display.SetVisibility(False)
        for each, visible in before:
            each.SetVisibility(visible)


def _displays():
    return slicer.util.getNodesByClass("vtkMRMLVolumeRenderingDisplayNode")


def _display_of(volume_node, preset):
    logic = start().app._parts.logics["VolumeRendering"]
    display = logic.GetFirstVolumeRenderingDisplayNode(volume_node)
    is_new = display is None
    if is_new:
        display = logic.CreateDefaultVolumeRenderingNodes(volume_node)
    if is_new or preset is not None:
        name = preset or suited_to(volume_node)
        fill_property(display.GetVolumePropertyNode(), name if name in PRESETS else "MR-Default", _window(volume_node))
    return display


def _window(volume_node):
    shown = volume_node.GetDisplayNode()
    return shown.GetWindowLevelMin(), shown.GetWindowLevelMax()
