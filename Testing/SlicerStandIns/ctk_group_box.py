"""Stands in for CTK's collapsible group box; part of `ctk`."""

from PySide6.QtCore import Property, QSize
from PySide6.QtWidgets import QGroupBox, QStyle, QStyleOptionGroupBox, QStylePainter

from .collapsing import Collapsing, collapsed_property

INDENT = 6 * " "


class ctkCollapsibleGroupBox(Collapsing, QGroupBox):
    """A frame with a title; its check mark is drawn as an arrow, and unchecked means collapsed."""

    collapsed = collapsed_property()

    def __init__(self, parent=None):
        super().__init__(parent)
        self._collapsed_height = 14
        self._start_expanded()

    def _set_collapsed_height(self, height):
        self._collapsed_height = height
        self.updateGeometry()

    collapsedHeight = Property(int, lambda self: self._collapsed_height, _set_collapsed_height)

    def showEvent(self, event):
        super().showEvent(event)
        self._hide_children_while_collapsed()

    def minimumSizeHint(self):
        return self._title_alone(QGroupBox.minimumSizeHint(self))

    def sizeHint(self):
        return self._title_alone(QGroupBox.sizeHint(self))

    def _title_alone(self, hint):
        """What is left of a size while the box is collapsed."""
        height = max(self._collapsed_height, self.fontMetrics().height() + 4)
        return QSize(hint.width(), height) if self._is_collapsed() else hint

    def paintEvent(self, event):
        option = QStyleOptionGroupBox()
        self.initStyleOption(option)
        arrow = QStyle.PE_IndicatorArrowRight if self._is_collapsed() else QStyle.PE_IndicatorArrowDown
        place = self.style().subControlRect(QStyle.CC_GroupBox, option, QStyle.SC_GroupBoxCheckBox, self)
        frame = QStyle.SC_None if self._is_collapsed() else QStyle.SC_GroupBoxFrame
        option.subControls = QStyle.SC_GroupBoxLabel | frame
        option.text = INDENT + option.text
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.CC_GroupBox, option)
        option.rect = place
        painter.drawPrimitive(arrow, option)
