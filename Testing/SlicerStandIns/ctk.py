"""Stands in for Slicer's `ctk` module: the widgets that the panel uses, with CTK's names, properties and signals.

Looks and timing are approximate; properties not listed here are refused, as PythonQt would.
"""

from PySide6.QtCore import Property, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QMessageBox, QStyle, QStyleOptionComboBox, QStylePainter

from .ctk_collapsible import ctkCollapsibleButton  # noqa: F401
from .ctk_group_box import ctkCollapsibleGroupBox  # noqa: F401
from .ctk_path_line_edit import ctkPathLineEdit  # noqa: F401
from .ctk_slider_widget import ctkSliderWidget  # noqa: F401


class ctkComboBox(QComboBox):
    """A combo box with a text for when nothing is chosen."""

    defaultText = Property(str, lambda self: self.placeholderText, lambda self, text: self.setPlaceholderText(text))


class _CheckableModel(QStandardItemModel):
    """A list whose entries can be ticked.

    Its items are never asked for: PySide6 remembers those of C++ beyond their end, and takes what comes to lie at
    their place in memory for them.
    """

    def flags(self, index):
        return super().flags(index) | Qt.ItemIsUserCheckable


class ctkCheckableComboBox(QComboBox):
    """A combo box whose items have check marks."""

    checkedIndexesChanged = Signal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setModel(_CheckableModel(self))
        self.model().rowsInserted.connect(self._uncheck)
        self.model().dataChanged.connect(self._on_data)

    def _uncheck(self, parent, first, last):
        for row in range(first, last + 1):
            self.setCheckState(self.model().index(row, 0), Qt.Unchecked)

    def _on_data(self, first, last, roles):
        if Qt.CheckStateRole in roles:
            self.checkedIndexesChanged.emit()

    def paintEvent(self, event):
        """Shows the checked items instead of the current one."""
        checked = [self.itemText(index.row()) for index in self.checkedIndexes()]
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = ", ".join(checked) or "None"
        painter.drawComplexControl(QStyle.CC_ComboBox, option)
        painter.drawControl(QStyle.CE_ComboBoxLabel, option)

    def checkableModel(self):
        return self.model()

    def checkedIndexes(self):
        indexes = (self.model().index(row, 0) for row in range(self.count))
        return tuple(index for index in indexes if self.checkState(index) == Qt.Checked)

    def checkState(self, index):
        return Qt.CheckState(self.model().data(index, Qt.CheckStateRole) or 0)

    def setCheckState(self, index, state):
        self.model().setData(index, Qt.CheckState(state), Qt.CheckStateRole)

    def allChecked(self):
        return self.count > 0 and len(self.checkedIndexes()) == self.count

    def noneChecked(self):
        return not self.checkedIndexes()


class ctkDoubleSpinBox(QDoubleSpinBox):
    """A QDoubleSpinBox here; CTK's adds nothing that the panel uses."""


class ctkMessageBox(QMessageBox):
    """Every pop-up of slicer.util; CTK's adds a box to tick that makes it not come again."""

    dontShowAgainSettingsKey = Property(str, lambda self: "", lambda self, key: None)
