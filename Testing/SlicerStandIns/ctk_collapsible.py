"""Stands in for CTK's collapsible button, the sections of a module's panel; part of `ctk`."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOptionButton

from .collapsing import Collapsing, collapsed_property

ARROW = 16


class ctkCollapsibleButton(Collapsing, QAbstractButton):
    """A section of the panel: a header that hides its children when it is collapsed."""

    contentsCollapsed = Signal(bool)
    collapsed = collapsed_property()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Preferred)
        self.setContentsMargins(0, self._header_height(), 0, 0)
        self._start_expanded()

    def _apply(self, expanded):
        super()._apply(expanded)
        self.contentsCollapsed.emit(not expanded)

    def _header_height(self) -> int:
        return self.fontMetrics().height() + 10

    def showEvent(self, event):
        super().showEvent(event)
        self._hide_children_while_collapsed()

    def hitButton(self, position):
        return position.y() < self._header_height()

    def sizeHint(self):
        header = QSize(self.fontMetrics().horizontalAdvance(self.text) + 2 * ARROW, self._header_height())
        inner = self.layout()
        if self._is_collapsed() or inner is None:
            return header
        return inner.totalSizeHint().expandedTo(header)

    def minimumSizeHint(self):
        inner = self.layout()
        if self._is_collapsed() or inner is None:
            return QSize(ARROW, self._header_height())
        return inner.totalMinimumSize()

    def paintEvent(self, event):
        painter = QPainter(self)
        header = QRect(0, 0, self.width, self._header_height())
        button = QStyleOptionButton()
        button.initFrom(self)
        button.rect = header
        self.style().drawControl(QStyle.CE_PushButtonBevel, button, painter, self)
        button.rect = QRect(6, (header.height() - 10) // 2, 10, 10)
        arrow = QStyle.PE_IndicatorArrowRight if self._is_collapsed() else QStyle.PE_IndicatorArrowDown
        self.style().drawPrimitive(arrow, button, painter, self)
        painter.drawText(header.adjusted(ARROW + 8, 0, 0, 0), Qt.AlignVCenter | Qt.AlignLeft, self.text)
