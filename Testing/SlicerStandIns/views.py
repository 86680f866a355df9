"""Pictures of what a user would see: Slicer's slice logics and displayable managers, drawn without a screen.

Real: the slice images, overlays, segmentations, volume rendering, box and labels of the 3D view. Drawn here, to look
like Slicer: the bars over the views, the orientation letters, and the application's window around them.
"""

from pathlib import Path

import slicer

from . import start
from .application_picture import compose_application, compose_four_up, grab_panel, pane_size
from .render import SliceView, ThreeDView
from .scene import SLICES
from .volume_rendering import show_volume

__all__ = ["compose_application", "grab_panel", "render_four_up", "render_slice", "render_three_d"]


def render_four_up(
    path,
    volume_node,
    *,
    window_level=None,
    size=(1200, 900),
    title=None,
    segmentation=None,
    volume_rendering_preset=None,
) -> Path:
    """Draws red, 3D, green and yellow views of the volume, as Slicer's four-up layout, into a PNG file."""
    prepare_volume(volume_node, window_level)
    pane = pane_size(size)
    pictures = {name: render_slice(name, volume_node, pane) for name in SLICES}
    pictures["3D"] = render_three_d(volume_node, pane, segmentation, volume_rendering_preset)
    offsets = {name: _logic(name).GetSliceOffset() for name in SLICES}
    compose_four_up(pictures, offsets, size, title or volume_node.GetName()).save(str(path))
    return Path(path)


def prepare_volume(volume_node, window_level=None) -> None:
    """Makes the volume the background of every slice view, with the window and level that are wanted."""
    if volume_node.GetDisplayNode() is None:
        volume_node.CreateDefaultDisplayNodes()
    if window_level is not None:
        display = volume_node.GetDisplayNode()
        display.AutoWindowLevelOff()
        display.SetWindowLevel(*window_level)
    slicer.util.setSliceViewerLayers(background=volume_node, foreground=None, label=None)


def render_slice(name: str, volume_node, size):
    """The middle slice of the volume in one of the slice views, as an array of (height, width, 3).

    In the view's anatomical orientation: Slicer turns the views when it loads an oblique volume.
    """
    logic = _logic(name)
    logic.GetSliceNode().SetOrientation(SLICES[name][0])
    logic.GetSliceNode().SetDimensions(*size, 1)
    logic.FitSliceToBackground(*size)
    logic.SetSliceOffset(_middle(volume_node, logic.GetSliceNode()))
    return SliceView(logic, size).picture()


def render_three_d(volume_node, size, segmentation=None, preset=None):
    """The volume rendered, or the segmentation's surfaces in its place, as an array of (height, width, 3)."""
    display = None if segmentation is not None else show_volume(volume_node, preset)
    if segmentation is not None:
        segmentation.CreateClosedSurfaceRepresentation()
    try:
        return ThreeDView(start().app._parts.view_node, size).picture(volume_node)
    finally:
        if display is not None:
            display.SetVisibility(False)


def _logic(name: str):
    return start().app._parts.slice_logic(name)


def _middle(volume_node, slice_node) -> float:
    """Where the volume's centre lies along the normal of the slice."""
    bounds = [0.0] * 6
    volume_node.GetRASBounds(bounds)
    matrix = slice_node.GetSliceToRAS()
    return sum(matrix.GetElement(axis, 2) * (bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3))
