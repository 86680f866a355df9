"""Stands in for `slicer.app`: a real QApplication with the parts of qSlicerApplication that modules ask for.

There is a main window, hidden, with a status bar; `_remove_main_window` takes it away, and the layout manager with it.
"""

import atexit
import os
import shutil
import sys
import tempfile

import slicer
from PySide6.QtCore import Property, QObject, QSettings, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox

from .core_io import CoreIOManager
from .layout import LayoutManager
from .mrml.scene import SceneParts
from .packages.extensions import ExtensionsManagerModel


class ModuleManager(QObject):
    """Stands in for qSlicerModuleManager: the modules by name, and the signal sent before one goes."""

    moduleAboutToBeUnloaded = Signal(str)
    moduleLoaded = Signal(str)

    def __init__(self):
        super().__init__()
        self._modules = {}

    def module(self, name):
        return self._modules.get(name)

    def loadedModuleNames(self):
        return tuple(self._modules)

    def modulesNames(self):
        return tuple(self._modules)

    def factoryManager(self):
        return self


class CommandOptions(QObject):
    """Stands in for qSlicerCommandOptions."""

    runPythonAndExit = Property(bool, lambda self: False, lambda self, value: None)


class SlicerApplication(QApplication):
    """The application object; `_testing` makes testingEnabled() true, `_restarts` counts restart requests."""

    startupCompleted = Signal()

    def __init__(self):
        super().__init__(["Slicer"])
        self.setOrganizationName("NA-MIC")
        self.setApplicationName("Slicer")
        self.setApplicationVersion("5.12.3")
        self._testing, self._restarts = False, 0
        self._temporary = tempfile.mkdtemp(prefix="SlicerStandIns-")
        atexit.register(shutil.rmtree, self._temporary, ignore_errors=True)
        QSettings.setDefaultFormat(QSettings.IniFormat)
        QSettings.setPath(QSettings.IniFormat, QSettings.UserScope, self._temporary)
        self._parts = SceneParts(self._temporary)
        self._io = CoreIOManager(self._parts)
        self._layout = LayoutManager(self._parts)
        self._modules = ModuleManager()
        self._extensions = ExtensionsManagerModel()
        self._options = CommandOptions()
        self._add_main_window()

    def _add_main_window(self):
        self._window = QMainWindow()
        self._window.setObjectName("qSlicerMainWindow")
        self._window.statusBar()

    def _remove_main_window(self):
        """As `Slicer --no-main-window`, where there are no views either."""
        self._window.delete()
        self._window = None

    def _set_temporary(self, path):
        self._temporary = path

    temporaryPath = Property(str, lambda self: self._temporary, _set_temporary)
    slicerHome = Property(str, lambda self: self._temporary)
    extensionsInstallPath = Property(str, lambda self: os.path.join(self._temporary, "Extensions"))
    slicerUserSettingsFilePath = Property(str, lambda self: self.userSettings().fileName())
    slicerRevisionUserSettingsFilePath = Property(str, lambda self: self.userSettings().fileName())
    startupWorkingPath = Property(str, lambda self: os.getcwd())
    documentationBaseUrl = Property(str, lambda self: "https://slicer.readthedocs.io/en/latest/")
    majorVersion = Property(int, lambda self: 5)
    minorVersion = Property(int, lambda self: 12)
    platform = Property(str, lambda self: "linux-amd64")

    def mrmlScene(self):
        return self._parts.scene

    def applicationLogic(self):
        return self._parts.application_logic

    def layoutManager(self):
        return self._layout if self._window is not None else None

    def coreIOManager(self):
        return self._io

    ioManager = coreIOManager

    def moduleManager(self):
        return self._modules

    def extensionsManagerModel(self):
        return self._extensions

    def commandOptions(self):
        return self._options

    def settings(self):
        return QSettings()

    def userSettings(self):
        return QSettings()

    revisionUserSettings = userSettings

    def testingEnabled(self):
        return self._testing

    def translate(self, context, text):
        return text

    def pythonConsole(self):
        return None

    def restart(self):
        self._restarts += 1

    def confirmRestart(self, reason=""):
        box = QMessageBox(QMessageBox.Question, "", reason or "Are you sure you want to restart?", parent=self._window)
        box.setStandardButtons(QMessageBox.Ok | QMessageBox.Cancel)
        if box.exec() == QMessageBox.Ok:
            self.restart()

    def moduleDocumentationUrl(self, name):
        return f"{self.documentationBaseUrl}user_guide/modules/{name.lower()}.html"

    def setRenderPaused(self, paused):
        """Nothing draws by itself here."""

    def pauseRender(self):
        """Nothing draws by itself here."""

    def resumeRender(self):
        """Nothing draws by itself here."""


def _print_qt_message(kind, context, message):
    """Qt's own warnings, without the one that its offscreen plug-in gives for every window."""
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr)


def make_application():
    """Makes the one application and puts it where Slicer has it."""
    qInstallMessageHandler(_print_qt_message)
    slicer.app = SlicerApplication()
    return slicer.app
