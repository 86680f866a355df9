"""Stands in for qSlicerLayoutManager: no windows, but the real slice logics and view node behind them."""

import slicer
from PySide6.QtCore import Property, QObject, Signal

from .scene import SLICES


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


class LayoutManager(QObject):
    """The four-up layout; the layout number is remembered and set on the real layout node where there is one."""

    layoutChanged = Signal(int)

    def __init__(self, parts):
        super().__init__()
        self._parts = parts
        self._layout = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
        self._slices = {name: SliceWidget(parts.slice_logic(name)) for name in SLICES}
        self._three_d = ThreeDWidget(parts.view_node)

    def setLayout(self, number):
        self._layout = number
        self.layoutChanged.emit(number)

    layout = Property(int, lambda self: self._layout, setLayout)
    threeDViewCount = Property(int, lambda self: 1)
    tableViewCount = Property(int, lambda self: 0)
    plotViewCount = Property(int, lambda self: 0)

    def sliceViewNames(self):
        return tuple(SLICES)

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
