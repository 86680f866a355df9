"""Stands in for `slicer.modules` and for the module objects of the application."""

import importlib.util
import os
import sys

import slicer
from PySide6.QtCore import Property, QObject
from PySide6.QtWidgets import QVBoxLayout

from .qmrml import qSlicerWidget


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


class qSlicerScriptedLoadableModule(QObject):
    """A scripted module: its file, the description its class gives of it, its one widget."""

    def __init__(self, path):
        super().__init__()
        self._path = os.path.abspath(path)
        self._name = os.path.splitext(os.path.basename(path))[0]
        self._described = {}
        self._widget = None
        self._entered = False
        self._python = None
        self._source = None

    name = Property(str, lambda self: self._name)
    path = Property(str, lambda self: self._path)
    title = _described(str, "title", "")
    categories = _described("QVariant", "categories", [])
    dependencies = _described("QVariant", "dependencies", [])
    contributors = _described("QVariant", "contributors", [])
    helpText = _described(str, "helpText", "")
    acknowledgementText = _described(str, "acknowledgementText", "")
    icon = _described("QVariant", "icon", None)
    hidden = _described(bool, "hidden", False)
    index = _described(int, "index", -1)
    associatedNodeTypes = _described("QVariant", "associatedNodeTypes", [])

    def load(self):
        """Reads the file and makes the module's class, with its folder at the end of sys.path as in Slicer."""
        folder = os.path.dirname(self._path)
        if folder not in sys.path:
            sys.path.append(folder)
        spec = importlib.util.spec_from_file_location(self._name, self._path)
        source = importlib.util.module_from_spec(spec)
        sys.modules[self._name] = source
        spec.loader.exec_module(source)
        self._source = source
        self._python = getattr(source, self._name)(self)
        register(self)
        return self

    def read_source_again(self):
        """After slicer.util.reloadScriptedModule has run the file again: use what it put in sys.modules."""
        self._source = sys.modules[self._name]

    def make_widget(self, parent):
        widget = getattr(self._source, f"{self._name}Widget")(parent)
        setattr(slicer.modules, f"{self._name}Widget", widget)
        return widget

    def self(self):
        return self._python

    def logic(self):
        return None

    def widgetRepresentation(self):
        if self._widget is None:
            self._widget = qSlicerScriptedLoadableModuleWidget(self)
            self._widget.build()
        return self._widget

    def createNewWidgetRepresentation(self):
        widget = qSlicerScriptedLoadableModuleWidget(self)
        widget.build()
        return widget

    def enter(self):
        """What happens when a user selects the module."""
        self._entered = True
        widget = self.widgetRepresentation().self()
        if hasattr(widget, "enter"):
            widget.enter()

    def exit(self):
        """What happens when a user selects another module."""
        widget = self.widgetRepresentation().self()
        if self._entered and hasattr(widget, "exit"):
            widget.exit()
        self._entered = False

    def unload(self):
        """What happens when the application ends: exit(), then cleanup() through the module manager's signal."""
        if self._widget is None:
            return
        try:
            self.exit()
            slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(self._name)
        finally:  # one panel that is broken must not break those after it
            self._widget.delete()
            self._widget, self._entered = None, False


class qSlicerScriptedLoadableModuleWidget(qSlicerWidget):
    """The panel of a scripted module as the application holds it; `self()` is the Python widget inside."""

    def __init__(self, module, parent=None):
        super().__init__(parent)
        self._module = module
        self._python = None
        self.setObjectName(f"{module.name}ModuleWidget")
        QVBoxLayout(self).setContentsMargins(0, 0, 0, 0)

    def self(self):
        return self._python

    isEntered = Property(bool, lambda self: self._module._entered)

    def build(self):
        """What Slicer does when a user first opens the module: make the widget, set it up."""
        self._python = self._module.make_widget(self)
        self.setMRMLScene(slicer.mrmlScene)
        self._python.setup()
        return self._python

    def reload(self):
        """The end of slicer.util.reloadScriptedModule: a new widget from the new source, entered."""
        self._module.read_source_again()
        self.build()
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
