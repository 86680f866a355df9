"""Stands in for `slicer.modules` and for the module objects of the application."""

import importlib.util
import os
import sys

import slicer
from PySide6.QtCore import Property, QObject
from PySide6.QtWidgets import QVBoxLayout

from .qmrml import qSlicerWidget
from .qt.string_lists import string_list


class Modules:
    """`slicer.modules`: every module by its name in lower case; a scripted widget as `<Name>Widget`."""


class LogicModule(QObject):
    """A C++ module of which only the logic is here."""

    def __init__(self, name, logic):
        super().__init__()
        self._name, self._logic = name, logic

    name = Property(str, lambda self: self._name)
    title = Property(str, lambda self: self._name)

    def logic(self):
        return self._logic

    def widgetRepresentation(self):
        return None


def _described(kind, name, default):
    """A property of the module object that the module's own class sets."""

    def write(self, value):
        self._described[name] = value

    return Property(kind, lambda self: self._described.get(name, default), write)


class _Lists:
    """What of a module's description is a list of texts."""

    categories = string_list("_categories")
    dependencies = string_list("_dependencies")
    contributors = string_list("_contributors")


class qSlicerScriptedLoadableModule(QObject, _Lists):
    """A scripted module: its file, the description its class gives of it, its one widget."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._path = self._name = ""
        self._described = {}
        self._categories, self._dependencies, self._contributors = [], [], []
        self._widget = self._python = self._source = None

    name = Property(str, lambda self: self._name)
    path = Property(str, lambda self: self._path)
    title = _described(str, "title", "")
    helpText = _described(str, "helpText", "")
    acknowledgementText = _described(str, "acknowledgementText", "")
    icon = _described("QVariant", "icon", None)
    hidden = _described(bool, "hidden", False)
    index = _described(int, "index", -1)

    def _load(self, path):
        """Reads the file and makes the module's class, with its folder at the end of sys.path as in Slicer."""
        self._path = os.path.abspath(path)
        folder, file_name = os.path.split(self._path)
        self._name = os.path.splitext(file_name)[0]
        if folder not in sys.path:
            sys.path.append(folder)
        spec = importlib.util.spec_from_file_location(self._name, self._path)
        source = importlib.util.module_from_spec(spec)
        sys.modules[self._name] = source
        spec.loader.exec_module(source)
        self._source = source
        self._python = getattr(source, self._name)(self)
        register(self)

    def _make_widget(self, parent):
        widget = getattr(self._source, f"{self._name}Widget")(parent)
        setattr(slicer.modules, f"{self._name}Widget", widget)
        return widget

    def logic(self):
        return None

    def widgetRepresentation(self):
        if self._widget is None:
            self._widget = self.createNewWidgetRepresentation()
        return self._widget

    def createNewWidgetRepresentation(self):
        widget = qSlicerScriptedLoadableModuleWidget()
        widget._build(self)
        return widget


class qSlicerScriptedLoadableModuleWidget(qSlicerWidget):
    """The panel of a scripted module as the application holds it; `self()` is the Python widget inside."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._module = self._python = None
        self._entered = False
        QVBoxLayout(self).setContentsMargins(0, 0, 0, 0)

    isEntered = Property(bool, lambda self: self._entered)
    moduleName = Property(str, lambda self: self._module.name)

    def module(self):
        return self._module

    def self(self):
        return self._python

    def _build(self, module):
        """What Slicer does when a user first opens the module: make the widget, set it up."""
        self._module = module
        self.setObjectName(f"{module.name}ModuleWidget")
        self._python = module._make_widget(self)
        self.setMRMLScene(slicer.mrmlScene)
        self._python.setup()

    def enter(self):
        """What happens when a user selects the module."""
        self._entered = True
        if hasattr(self._python, "enter"):
            self._python.enter()

    def exit(self):
        """What happens when a user selects another module."""
        self._entered = False
        if hasattr(self._python, "exit"):
            self._python.exit()

    def reload(self):
        """The end of slicer.util.reloadScriptedModule: a new widget from what it put in sys.modules, entered."""
        self._module._source = sys.modules[self._module.name]
        self._build(self._module)
        if hasattr(self._python, "enter"):
            self._python.enter()


def register(module) -> None:
    """Makes the module known where Slicer's code looks for it."""
    setattr(slicer.modules, module.name.lower(), module)
    slicer.app.moduleManager()._modules[module.name] = module


def unregister(module) -> None:
    """The module is gone from where Slicer's code looks for it."""
    delattr(slicer.modules, module.name.lower())
    del slicer.app.moduleManager()._modules[module.name]


def make_registry(logics: dict) -> None:
    """`slicer.modules` with the C++ modules whose logics are here."""
    slicer.modules = Modules()
    slicer.qSlicerScriptedLoadableModule = qSlicerScriptedLoadableModule
    slicer.qSlicerScriptedLoadableModuleWidget = qSlicerScriptedLoadableModuleWidget
    for name, logic in logics.items():
        register(LogicModule(name, logic))
