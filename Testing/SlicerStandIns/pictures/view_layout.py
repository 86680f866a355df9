"""Where the views of a layout stand, from the description that Slicer's own layout node has of it."""

import itertools
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

import qt
import slicer

SLICE, THREE_D, PLOT, TABLE = "vtkMRMLSliceNode", "vtkMRMLViewNode", "vtkMRMLPlotViewNode", "vtkMRMLTableViewNode"


@dataclass(frozen=True)
class Pane:
    """One view: the class of its node, its singleton tag, and the rectangle with its bar."""

    kind: str
    tag: str
    rect: object


def panes_of(layout: int, size) -> list[Pane]:
    """The views of a layout of Slicer by its number, in a window of this size."""
    node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
    description = node.GetLayoutDescription(layout)
    if not description:
        raise ValueError(f"Slicer has no layout {layout}: take one of slicer.vtkMRMLLayoutNode.SlicerLayout...")
    return list(_panes(ElementTree.fromstring(description), qt.QRect(0, 0, *size)))


def _panes(element, rect):
    if element.tag == "view":
        yield Pane(element.get("class"), element.get("singletontag"), rect)
        return
    items = element.findall("item")
    across = element.get("type", "horizontal") == "horizontal"
    weights = [float(item.get("splitSize", 1)) for item in items]
    for item, part in zip(items, _divide(rect, weights, across), strict=True):
        yield from _panes(item[0], part)


def _divide(rect, weights, across: bool):
    length = rect.width() if across else rect.height()
    edges = [round(length * sum(weights[:index]) / sum(weights)) for index in range(len(weights) + 1)]
    for start, end in itertools.pairwise(edges):
        if across:
            yield qt.QRect(rect.left() + start, rect.top(), end - start, rect.height())
        else:
            yield qt.QRect(rect.left(), rect.top() + start, rect.width(), end - start)


def node_of(pane: Pane):
    """The pane's view node; one of its class where the layout has not been shown yet."""
    return slicer.mrmlScene.GetSingletonNode(pane.tag, pane.kind) or getattr(slicer, pane.kind)()
