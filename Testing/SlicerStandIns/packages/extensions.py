"""Stands in for qSlicerExtensionsManagerModel: asks and restarts as Slicer does, downloads nothing."""

import slicer
from PySide6.QtCore import Property, QObject, Signal
from PySide6.QtWidgets import QMessageBox


class ExtensionsManagerModel(QObject):
    """Tests set `_installed` and `_can_install`, and read `_requests`."""

    extensionInstalled = Signal(str)

    def __init__(self):
        super().__init__()
        self._reset()

    def _reset(self):
        self._installed, self._requests, self._can_install = [], [], True
        self._interactive = True

    def setInteractive(self, value):
        self._interactive = value

    interactive = Property(bool, lambda self: self._interactive, setInteractive)

    def isExtensionInstalled(self, extensionName):
        return extensionName in self._installed

    def updateExtensionsMetadataFromServer(self, force=False, waitForCompletion=False):
        return self._can_install

    def installExtensionFromServer(self, extensionName, restart=True, update=False):
        """Where nobody is asked, `restart` ends the application at once, unsaved scene and all; never under tests."""
        if self.isExtensionInstalled(extensionName):
            return not update or self._can_install
        if not self._agrees(True, "Install extension ?", f"Do you want to install '{extensionName}' now?"):
            return False
        self._requests.append(extensionName)
        if not self._can_install:
            return False
        self._installed.append(extensionName)
        self.extensionInstalled.emit(extensionName)
        text = f"Extension {extensionName} has been installed from server."
        if restart and self._agrees(False, "Restart slicer ?", f"{text}Slicer must be restarted. Restart now ?"):
            slicer.app.restart()
        return True

    def _agrees(self, while_testing: bool, title: str, text: str) -> bool:
        if slicer.app.testingEnabled():
            return while_testing
        return not self._interactive or QMessageBox.question(None, title, text) == QMessageBox.Yes
