"""Stands in for qSlicerLayoutManager: no windows, but the real layout, slice logics and view nodes behind them."""

import slicer
import vtk
from PySide6.QtCore import Property, QObject, Signal

from .mrml.scene import SLICES


class SliceWidget(QObject):
    """Stands in for qMRMLSliceWidget: what module code asks of one."""

    def __init__(self, logic):
        super().__init__()
        self._logic = logic

    def sliceLogic(self):
        return self._logic

    def mrmlSliceNode(self):
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self):
        return self._logic.GetSliceCompositeNode()

    def fitSliceToBackground(self):
        self._logic.FitSliceToBackground()


class ThreeDWidget(QObject):
    """Stands in for qMRMLThreeDWidget and its qMRMLThreeDView at once."""

    def __init__(self, view_node):
        super().__init__()
        self._view_node = view_node

    def threeDView(self):
        return self

    def mrmlViewNode(self):
        return self._view_node

    def resetFocalPoint(self):
        """Nothing is shown, so nothing moves."""

    def resetCamera(self):
        """Nothing is shown, so nothing moves."""


class PlotWidget(QObject):
    """Stands in for qMRMLPlotWidget and its qMRMLPlotView at once; views.render_plot draws what it would show."""

    def __init__(self, view_node):
        super().__init__()
        self._view_node = view_node

    def plotView(self):
        return self

    def mrmlPlotViewNode(self):
        return self._view_node

    def fitToContent(self):
        """Nothing is shown, so nothing moves."""


class LayoutManager(QObject):
    """The views of the layout that the real layout node has."""

    layoutChanged = Signal(int)

    def __init__(self, parts):
        super().__init__()
        self._parts = parts
        self._node = parts.layout_logic.GetLayoutNode()
        self._shown = self._node.GetViewArrangement()
        self._node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._node_modified)
        self._slices = {name: SliceWidget(parts.slice_logic(name)) for name in SLICES}
        self._three_d = ThreeDWidget(parts.view_node)

    def _node_modified(self, caller, event):
        if self._node.GetViewArrangement() != self._shown:
            self._shown = self._node.GetViewArrangement()
            self._make_slice_widgets()
            self.layoutChanged.emit(self._shown)

    def _make_slice_widgets(self):
        """A slice view for each slice node that the layout logic has made."""
        for node in self._view_nodes("vtkMRMLSliceNode"):
            if node.GetLayoutName() not in self._slices:
                logic = self._parts.add_slice_logic()
                logic.SetSliceNode(node)
                self._slices[node.GetLayoutName()] = SliceWidget(logic)

    def _reset(self):
        """The layout at Slicer's start, in which no plot view and no other slice view has been made yet."""
        self.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        for name in set(self._slices) - set(SLICES):
            self._parts.remove_slice_logic(self._slices.pop(name).sliceLogic())
        for node in self._view_nodes("vtkMRMLPlotViewNode") + self._view_nodes("vtkMRMLTableViewNode"):
            self._parts.scene.RemoveNode(node)

    def _view_nodes(self, class_name):
        return slicer.util.getNodesByClass(class_name)

    def layoutLogic(self):
        return self._parts.layout_logic

    def setLayout(self, number):
        self._node.SetViewArrangement(number)

    layout = Property(int, lambda self: self._node.GetViewArrangement(), setLayout)
    threeDViewCount = Property(int, lambda self: 1)
    tableViewCount = Property(int, lambda self: len(self._view_nodes("vtkMRMLTableViewNode")))
    plotViewCount = Property(int, lambda self: len(self._view_nodes("vtkMRMLPlotViewNode")))

    def plotWidget(self, index):
        nodes = self._view_nodes("vtkMRMLPlotViewNode")
        return PlotWidget(nodes[index]) if 0 <= index < len(nodes) else None

    def sliceViewNames(self):
        return tuple(self._slices)

    def sliceWidget(self, name):
        return self._slices.get(name)

    def threeDWidget(self, index):
        return self._three_d if index == 0 else None

    def mrmlSliceLogics(self):
        return self._parts.slice_logics

    def resetSliceViews(self):
        for each in self._slices.values():
            each.fitSliceToBackground()

    def resetThreeDViews(self):
        self._three_d.resetFocalPoint()
