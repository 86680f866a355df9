"""Stands in for CTK's line for a path, with a button that browses; part of `ctk`."""

from PySide6.QtCore import Property, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QWidget


def _kept(kind, name):
    """A property that is only remembered."""

    def read(self):
        return self._state[name]

    def write(self, value):
        self._state[name] = value

    return Property(kind, read, write)


class ctkPathLineEdit(QWidget):
    """An editable list of paths; every text is valid, since no name filters are set here.

    currentPathChanged comes at each keystroke, after the line's own textEdited; editingFinished is the line's.
    """

    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)

    Dirs, Files, Drives, NoSymLinks, Executable, Hidden, Writable, Readable = (
        0x001, 0x002, 0x004, 0x008, 0x040, 0x100, 0x020, 0x010,
    )  # fmt: skip

    def __init__(self, parent=None):
        super().__init__(parent)
        self._state = {"filters": self.Files | self.Dirs, "settingKey": "", "label": ""}
        self._has_valid_input = False
        self._box = QComboBox(self)
        self._box.setEditable(True)
        self._box.setInsertPolicy(QComboBox.NoInsert)
        self._browse = QToolButton(self)
        self._browse.setText("...")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box, 1)
        layout.addWidget(self._browse)
        self.setFocusProxy(self._box.lineEdit())
        self._box.lineEdit().textChanged.connect(self._text_changed)
        self._browse.clicked.connect(self.browse)

    def _text_changed(self, path):
        was_valid, self._has_valid_input = self._has_valid_input, True
        self.currentPathChanged.emit(path)
        if not was_valid:
            self.validInputChanged.emit(True)

    def comboBox(self):
        return self._box

    def browse(self):
        if self._state["filters"] & self.Files:
            chosen = QFileDialog.getOpenFileName(self, self._state["label"], self.currentPath)
        else:
            chosen = QFileDialog.getExistingDirectory(self, self._state["label"], self.currentPath)
        if chosen:
            self.setCurrentPath(chosen)

    def setCurrentPath(self, path):
        self._box.lineEdit().setText(path)

    def addCurrentPathToHistory(self):
        """The newest comes first; CTK keeps the list in the settings, too."""
        path = self.currentPath
        if path:
            self._box.removeItem(self._box.findText(path))
            self._box.insertItem(0, path)
            self._box.setCurrentIndex(0)

    filters = _kept(int, "filters")
    settingKey = _kept(str, "settingKey")
    label = _kept(str, "label")
    currentPath = Property(str, lambda self: self._box.lineEdit().text, setCurrentPath)
    showBrowseButton = Property(
        bool, lambda self: not self._browse.isHidden(), lambda self, shown: self._browse.setVisible(shown)
    )
