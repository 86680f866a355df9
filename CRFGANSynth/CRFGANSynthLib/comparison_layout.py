"""The layout in which volumes stand side by side: a column for each, a row for each orientation, and plots and a table.

Its views have names of their own, so that whatever the views of other layouts show stays as it is.
"""

import slicer
from slicer.i18n import tr as _

from .nodes import ATTRIBUTE

NAME = "CRFGANSynth"
TWO_COLUMNS, THREE_COLUMNS = 26102, 26103
"""Numbers of the layouts: Slicer's own are below 1000, and its documentation's example is 501."""
ORIENTATIONS = ("Axial", "Coronal", "Sagittal")
COLORS = {"Axial": "#F34A33", "Coronal": "#6EB04B", "Sagittal": "#EDD54C"}
GROUP = 26
"""View group: linked views follow those of their group alone."""
PLOTS = ("Histogram", "Spectrum")
BEFORE = ATTRIBUTE + "LayoutBefore"
"""Attribute of the layout node: the layout to go back to, which several comparisons in a row share."""


def canBeShown():
    """Whether there are views at all: Slicer may run without its main window."""
    return slicer.app.layoutManager() is not None


def noViews():
    """What a user is told where there are none."""
    return _("Volumes can be seen side by side only in Slicer's main window. Start Slicer with it.")


def register():
    """Tell Slicer of both layouts."""
    if not canBeShown():
        return
    for number, columns in ((TWO_COLUMNS, 2), (THREE_COLUMNS, 3)):
        if not _layoutNode().IsLayoutDescription(number):
            _layoutNode().AddLayoutDescription(number, _description(columns))


def show(columns):
    """Change to the layout with two or three columns; the first time Slicer makes its views."""
    register()
    if not isShown():
        _layoutNode().SetAttribute(BEFORE, str(slicer.app.layoutManager().layout))
    slicer.app.layoutManager().setLayout(THREE_COLUMNS if columns == 3 else TWO_COLUMNS)
    # The views have to have their sizes before volumes are fitted into them.
    slicer.app.processEvents()


def leave():
    """Go back to the layout before, unless the user has left already."""
    if isShown():
        # Closing a scene takes the attribute away, and leaves the layout.
        before = _layoutNode().GetAttribute(BEFORE) or slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
        slicer.app.layoutManager().setLayout(int(before))


def isShown():
    """Whether one of the two is what Slicer shows."""
    return canBeShown() and slicer.app.layoutManager().layout in (TWO_COLUMNS, THREE_COLUMNS)


def hasView(sliceNode):
    """Whether a slice node is that of a view in these layouts."""
    return sliceNode.GetLayoutName().startswith(tuple(NAME + orientation for orientation in ORIENTATIONS))


def rows(columns):
    """The slice widgets of each orientation, from the left."""
    manager = slicer.app.layoutManager()
    numbers = range(1, columns + 1)
    return {each: [manager.sliceWidget(f"{NAME}{each}{number}") for number in numbers] for each in ORIENTATIONS}


def plotViewNode(plot):
    """The node of the plot view `Histogram` or `Spectrum`."""
    return slicer.mrmlScene.GetSingletonNode(NAME + plot, "vtkMRMLPlotViewNode")


def tableViewNode():
    """The node of the table view."""
    return slicer.mrmlScene.GetSingletonNode(NAME + "Table", "vtkMRMLTableViewNode")


def _layoutNode():
    return slicer.app.layoutManager().layoutLogic().GetLayoutNode()


def _description(columns):
    slices = "".join(_item(_row(orientation, columns)) for orientation in ORIENTATIONS)
    plots = "".join(_item(_view("vtkMRMLPlotViewNode", plot, viewlabel=plot[0])) for plot in PLOTS)
    table = _item(_view("vtkMRMLTableViewNode", "Table", viewlabel="T"))
    left = _item(_layout("vertical", slices), splitSize=300 * columns)
    right = _item(_layout("vertical", plots + table), splitSize=450)
    return _layout("horizontal", left + right, split="true")


def _row(orientation, columns):
    views = "".join(
        _item(
            _view(
                "vtkMRMLSliceNode",
                f"{orientation}{column}",
                orientation=orientation,
                viewlabel=f"{orientation[0]}{column}",
                viewcolor=COLORS[orientation],
                viewgroup=GROUP,
            )
        )
        for column in range(1, columns + 1)
    )
    return _layout("horizontal", views)


def _view(className, tag, **properties):
    values = "".join(
        f'<property name="{name}" action="default">{value}</property>' for name, value in properties.items()
    )
    return f'<view class="{className}" singletontag="{NAME}{tag}">{values}</view>'


def _layout(direction, items, **attributes):
    return f'<layout type="{direction}"{_written(attributes)}>{items}</layout>'


def _item(content, **attributes):
    return f"<item{_written(attributes)}>{content}</item>"


def _written(attributes):
    return "".join(f' {name}="{value}"' for name, value in attributes.items())
