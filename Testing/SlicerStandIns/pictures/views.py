"""Pictures of what a user would see: Slicer's slice logics and displayable managers, drawn without a screen.

Real: the slice images, overlays, segmentations, volume rendering, box and labels of the 3D view, the places of the
views. Drawn here, to look like Slicer: the bars over the views, the orientation letters, plots, the window around them.
"""

import contextlib
import tempfile
from pathlib import Path

import slicer

from .. import start
from ..mrml.scene import SLICES
from .application_picture import compose_application
from .panel_picture import grab_panel
from .plot_picture import plot_pixels, render_plot
from .render import SliceView, ThreeDView
from .table_picture import table_pixels
from .view_layout import PLOT, SLICE, TABLE, THREE_D, node_of, panes_of
from .views_picture import compose_views, image_of, picture_size
from .volume_rendering import volume_shown

__all__ = [
    "compose_application",
    "grab_panel",
    "render_application",
    "render_four_up",
    "render_layout",
    "render_plot",
    "render_slice",
    "render_three_d",
]


def render_four_up(path, volume_node, **options) -> Path:
    """Red, 3D, green and yellow views of the volume, into a PNG file; the options are those of render_layout."""
    return render_layout(path, volume_node, layout=slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView, **options)


def render_layout(
    path,
    volume_node,
    *,
    layout=None,
    chart=None,
    window_level=None,
    size=(1200, 900),
    title=None,
    segmentation=None,
    volume_rendering_preset=None,
    scale: int = 1,
) -> Path:
    """The views of one of Slicer's layouts, the current one unless told, into a PNG file.

    volume_node: None leaves every slice view with what it shows, and where it stands (without 3D views)
    chart: for the plot view; None: the one that the plot view node has
    segmentation: its surfaces are in the 3D view in place of the volume rendered
    volume_rendering_preset: None: as the module has set it up, or else what suits the volume
    scale: 2 draws twice the pixels, as a screen of high density does
    """
    if volume_node is not None:
        prepare_volume(volume_node, window_level)
    panes = panes_of(start().app.layoutManager().layout if layout is None else layout, size)
    draw = {
        SLICE: lambda pane, pixels: render_slice(pane.tag, volume_node, pixels),
        THREE_D: lambda pane, pixels: render_three_d(volume_node, pixels, segmentation, volume_rendering_preset),
        PLOT: lambda pane, pixels: plot_pixels(chart or _chart_of(pane), picture_size(pane), scale),
        TABLE: lambda pane, pixels: table_pixels(node_of(pane).GetTableNode(), picture_size(pane), scale),
    }
    images = []
    for pane in panes:
        if pane.kind not in draw:
            raise NotImplementedError(f"No stand-in draws {pane.kind}: add it to views.py")
        pixels = tuple(scale * length for length in picture_size(pane))
        images.append(image_of(draw[pane.kind](pane, pixels), scale))
    slices = {pane.tag: _caption(pane.tag, title) for pane in panes if pane.kind == SLICE}
    compose_views(panes, images, slices, size, scale).save(str(path))
    return Path(path)


def render_application(
    path,
    widget,
    volume_node,
    *,
    panel_width: int = 400,
    size=(1600, 950),
    title="3D Slicer",
    module="",
    status="",
    theme="light",
    scale: int = 1,
    **options,
) -> Path:
    """Panel and views in one window, higher than asked for where the panel needs it; options as for render_layout."""
    with tempfile.TemporaryDirectory() as folder:
        panel, views = Path(folder, "panel.png"), Path(folder, "views.png")
        grab_panel(widget, panel, width=panel_width, theme=theme, scale=scale)
        width, height = _size_of(panel, scale)
        if height < size[1]:
            height = size[1]
            grab_panel(widget, panel, width=panel_width, height=height, theme=theme, scale=scale)
        render_layout(views, volume_node, size=(size[0] - width, height), scale=scale, **options)
        window = {"title": title, "module": module, "status": status, "theme": theme, "scale": scale}
        return compose_application(path, panel, views, **window)


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
    Without a volume what the view shows, as after a change of its size.
    """
    logic = _logic(name)
    if volume_node is None:
        logic.ResizeSliceNode(*size)
        return SliceView(logic, size).picture()
    if name in SLICES:
        logic.GetSliceNode().SetOrientation(SLICES[name][0])
    logic.GetSliceNode().SetDimensions(*size, 1)
    logic.FitSliceToBackground(*size)
    logic.SetSliceOffset(_middle(volume_node, logic.GetSliceNode()))
    return SliceView(logic, size).picture()


def render_three_d(volume_node, size, segmentation=None, preset=None):
    """The volume rendered, or the segmentation's surfaces in its place, as an array of (height, width, 3)."""
    if segmentation is not None:
        segmentation.CreateClosedSurfaceRepresentation()
    shown = volume_shown(volume_node, preset) if segmentation is None else contextlib.nullcontext()
    with shown:
        return ThreeDView(start().app._parts.view_node, size).picture(volume_node)


def _logic(name: str):
    return start().app._parts.slice_logic(name)


def _caption(name: str, title):
    """Where a slice view stands, and the title, or else the name of its background."""
    logic = _logic(name)
    volume = slicer.mrmlScene.GetNodeByID(logic.GetSliceCompositeNode().GetBackgroundVolumeID() or "")
    return logic.GetSliceOffset(), title or (volume.GetName() if volume else "")


def _chart_of(pane):
    """The chart that the plot view shows, or None."""
    return slicer.mrmlScene.GetNodeByID(node_of(pane).GetPlotChartNodeID() or "")


def _size_of(picture: Path, scale: int) -> tuple[int, int]:
    import qt

    pixels = qt.QPixmap(str(picture))
    return pixels.width() // scale, pixels.height() // scale


def _middle(volume_node, slice_node) -> float:
    """Where the volume's centre lies along the normal of the slice."""
    bounds = [0.0] * 6
    volume_node.GetRASBounds(bounds)
    matrix = slice_node.GetSliceToRAS()
    return sum(matrix.GetElement(axis, 2) * (bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3))
