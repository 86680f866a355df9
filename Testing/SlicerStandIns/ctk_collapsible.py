"""Stands in for CTK's collapsible button, the sections of a module's panel; part of `ctk`."""

from PySide6.QtCore import Property, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

ARROW = 16


class ctkCollapsibleButton(QAbstractButton):
    """A section of the panel: a header that hides its children when it is collapsed."""

    contentsCollapsed = Signal(bool)

    def __init__(self, title="", parent=None):
        if isinstance(title, QWidget):
            title, parent = "", title
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self._hidden_children = []
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Preferred)
        self.setContentsMargins(0, self._header_height(), 0, 0)
        self.toggled.connect(self._apply)

    def _header_height(self) -> int:
        return self.fontMetrics().height() + 10

    def _is_collapsed(self) -> bool:
        return not self.isChecked()

    def setCollapsed(self, collapsed):
        self.setChecked(not collapsed)

    collapsed = Property(bool, _is_collapsed, setCollapsed)

    def _apply(self, expanded):
        if expanded:
            self._show_children()
        else:
            self._hide_children()
        self.updateGeometry()
        self.contentsCollapsed.emit(not expanded)

    def _show_children(self):
        for child in self._hidden_children:
            child.show()
        self._hidden_children = []

    def _hide_children(self):
        for child in self.findChildren(QWidget, options=Qt.FindDirectChildrenOnly):
            if not (child.testAttribute(Qt.WA_WState_ExplicitShowHide) and child.isHidden()):
                self._hidden_children.append(child)
                child.hide()

    def showEvent(self, event):
        super().showEvent(event)
        if self._is_collapsed():
            self._hide_children()

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
