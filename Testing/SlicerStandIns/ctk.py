"""Stands in for Slicer's `ctk` module: the widgets that the panel uses, with CTK's names, properties and signals.

Looks and timing are approximate; properties not listed here are refused, as PythonQt would.
"""

from PySide6.QtCore import Property, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
)

from .ctk_collapsible import ctkCollapsibleButton  # noqa: F401
from .ctk_group_box import ctkCollapsibleGroupBox  # noqa: F401


class ctkSliderWidget(QWidget):
    """A slider and a spin box that hold one float between minimum and maximum."""

    valueChanged = Signal(float)
    valueChanging = Signal(float)
    rangeChanged = Signal(float, float)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._slider = QSlider(Qt.Horizontal, self)
        self._spin = QDoubleSpinBox(self)
        self._spin.setRange(0.0, 99.0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider)
        layout.addWidget(self._spin)
        self._spin.valueChanged.connect(self._value_changed)
        self._slider.valueChanged.connect(self._slider_moved)
        self._fit_slider()

    def _steps(self) -> int:
        return max(1, round((self._spin.maximum - self._spin.minimum) / (self._spin.singleStep or 1.0)))

    def _fit_slider(self):
        self._slider.blockSignals(True)
        self._slider.setRange(0, self._steps())
        self._slider.setValue(round((self._spin.value - self._spin.minimum) / (self._spin.singleStep or 1.0)))
        self._slider.blockSignals(False)

    def _value_changed(self, value):
        self._fit_slider()
        self.valueChanging.emit(value)
        self.valueChanged.emit(value)

    def _slider_moved(self, position):
        self._spin.setValue(self._spin.minimum + position * self._spin.singleStep)

    def _range_changed(self):
        self._fit_slider()
        self.rangeChanged.emit(self._spin.minimum, self._spin.maximum)

    def setValue(self, value):
        self._spin.setValue(value)

    def setMinimum(self, minimum):
        self._spin.setMinimum(minimum)
        self._range_changed()

    def setMaximum(self, maximum):
        self._spin.setMaximum(maximum)
        self._range_changed()

    def setRange(self, minimum, maximum):
        self._spin.setRange(minimum, maximum)
        self._range_changed()

    def setSingleStep(self, step):
        self._spin.setSingleStep(step)
        self._fit_slider()

    def setDecimals(self, decimals):
        self._spin.setDecimals(decimals)

    def setSuffix(self, suffix):
        self._spin.setSuffix(suffix)

    def setPrefix(self, prefix):
        self._spin.setPrefix(prefix)

    value = Property(float, lambda self: self._spin.value, setValue)
    minimum = Property(float, lambda self: self._spin.minimum, setMinimum)
    maximum = Property(float, lambda self: self._spin.maximum, setMaximum)
    singleStep = Property(float, lambda self: self._spin.singleStep, setSingleStep)
    pageStep = Property(
        float, lambda self: self._slider.pageStep, lambda self, step: self._slider.setPageStep(int(step))
    )
    decimals = Property(int, lambda self: self._spin.decimals, setDecimals)
    suffix = Property(str, lambda self: self._spin.suffix, setSuffix)
    prefix = Property(str, lambda self: self._spin.prefix, setPrefix)


class ctkPathLineEdit(QWidget):
    """A line for a path, with a button that browses."""

    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)

    Dirs, Files, Drives, NoSymLinks, Executable, Hidden, Writable, Readable = (
        0x001, 0x002, 0x004, 0x008, 0x040, 0x100, 0x020, 0x010,
    )  # fmt: skip

    def __init__(self, parent=None):
        super().__init__(parent)
        self._state = {"filters": self.Files | self.Dirs, "nameFilters": [], "settingKey": "", "label": ""}
        self._line = QLineEdit(self)
        self._browse = QToolButton(self)
        self._browse.setText("...")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line)
        layout.addWidget(self._browse)
        self._line.textChanged.connect(self.currentPathChanged)
        self._browse.clicked.connect(self.browse)

    def browse(self):
        if self._state["filters"] & self.Files:
            chosen = QFileDialog.getOpenFileName(self, self._state["label"], self._line.text)
        else:
            chosen = QFileDialog.getExistingDirectory(self, self._state["label"], self._line.text)
        if chosen:
            self.setCurrentPath(chosen)

    def setCurrentPath(self, path):
        self._line.setText(path)

    def addCurrentPathToHistory(self):
        """CTK keeps the path in the settings; nothing here asks for it."""

    def _state_property(kind, key):
        def read(self):
            return self._state[key]

        def write(self, value):
            self._state[key] = value

        return Property(kind, read, write)

    filters = _state_property(int, "filters")
    nameFilters = _state_property("QStringList", "nameFilters")
    settingKey = _state_property(str, "settingKey")
    label = _state_property(str, "label")
    currentPath = Property(str, lambda self: self._line.text, setCurrentPath)
    showBrowseButton = Property(
        bool, lambda self: not self._browse.isHidden(), lambda self, shown: self._browse.setVisible(shown)
    )


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
        indexes = [self.model().index(row, 0) for row in range(self.count)]
        return [index for index in indexes if self.checkState(index) == Qt.Checked]

    def checkState(self, index):
        return Qt.CheckState(self.model().data(index, Qt.CheckStateRole) or 0)

    def setCheckState(self, index, state):
        self.model().setData(index, Qt.CheckState(state), Qt.CheckStateRole)

    def allChecked(self):
        return self.count > 0 and len(self.checkedIndexes()) == self.count

    def noneChecked(self):
        return not self.checkedIndexes()


class ctkSpinBox(QSpinBox):
    """A QSpinBox here; CTK's adds nothing that the panel uses."""


class ctkDoubleSpinBox(QDoubleSpinBox):
    """A QDoubleSpinBox here; CTK's adds nothing that the panel uses."""


class ctkMessageBox(QMessageBox):
    """Every pop-up of slicer.util; CTK's adds a box to tick that makes it not come again."""

    dontShowAgainSettingsKey = Property(str, lambda self: "", lambda self, key: None)
