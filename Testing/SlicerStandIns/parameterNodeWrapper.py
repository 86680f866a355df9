"""Stands in for slicer.parameterNodeWrapper: typed attributes kept on a vtkMRMLScriptedModuleNode.

Faithful: types, validation, what is kept on the node, defaults written at construction, connectGui by
SlicerParameterName. Not here: parameter packs, createGui, prefixes, typing.Any, caching.
"""

import typing

import slicer
import vtk

from .parameter_validators import (
    Choice,
    Decimals,
    Default,
    Exclude,
    Maximum,
    Minimum,
    NotNone,
    SingleStep,
    Validator,
    WithinRange,
)
from .parameters.parameter_gui import connection_for
from .parameters.parameter_types import serializer_for, write

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Exclude",
    "Maximum",
    "Minimum",
    "NotNone",
    "SingleStep",
    "Validator",
    "WithinRange",
    "isParameterNodeWrapper",
    "parameterNodeWrapper",
]


class Parameter:
    """One annotated attribute of the class: a data descriptor over the parameter node."""

    def __init__(self, name, annotation, default):
        arguments = typing.get_args(annotation) if typing.get_origin(annotation) is typing.Annotated else (annotation,)
        self.name = name
        self.kind, self.annotations = arguments[0], arguments[1:]
        self.serializer = serializer_for(self.kind)
        given = next((each.value for each in self.annotations if isinstance(each, Default)), None)
        fallback = given if given is not None else self.serializer.default()
        self.default = fallback if default is None else default

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        self.write_default(instance)
        return self.serializer.read(instance.parameterNode, self.name)

    def __set__(self, instance, value):
        for validator in self.annotations:
            if isinstance(validator, Validator):
                validator.validate(value)
        write(self.serializer, instance.parameterNode, self.name, value)

    def write_default(self, instance):
        if not self.serializer.is_in(instance.parameterNode, self.name):
            self.__set__(instance, self.default)


class ParameterNodeMethods:
    """What the decorator adds to the class."""

    _is_parameter_node_wrapper = True

    def __init__(self, parameterNode, prefix=None):
        self.parameterNode = parameterNode
        self._connections = {}
        self._next_tag = 0
        self._updating = False
        with slicer.util.NodeModify(parameterNode):
            for parameter in self.allParameters.values():
                parameter.write_default(self)

    def dataType(self, membername):
        return self._parameter(membername).kind

    def default(self, paramName):
        return Default(self._parameter(paramName).default)

    def getValue(self, name):
        self._parameter(name)
        return getattr(self, name)

    def setValue(self, name, value):
        self._parameter(name)
        setattr(self, name, value)

    def _parameter(self, name) -> Parameter:
        if name not in self.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}. Found {sorted(self.allParameters)}")
        return self.allParameters[name]

    def connectGui(self, gui):
        """Binds every widget whose dynamic property SlicerParameterName names a parameter; returns a tag."""
        widgets = gui.findChildren(qt_widget()) if hasattr(gui, "findChildren") else vars(gui).values()
        named = {widget.property("SlicerParameterName"): widget for widget in widgets}
        return self.connectParametersToGui({name: widget for name, widget in named.items() if name})

    def connectParametersToGui(self, mapping):
        parameters = {name: self._parameter(name) for name in mapping}
        connections = {
            name: connection_for(widget, parameters[name].kind, parameters[name].annotations)
            for name, widget in mapping.items()
        }
        for name, connection in connections.items():
            connection.write(self.getValue(name))
            connection.follow(self._writer(name, connection))
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, self._update_gui)
        tag, self._next_tag = self._next_tag, self._next_tag + 1
        self._connections[tag] = (connections, observer)
        return tag

    def disconnectGui(self, guiTag):
        connections, observer = self._connections.pop(guiTag, ({}, None))
        for connection in connections.values():
            connection.stop()
        if observer is not None:
            self.RemoveObserver(observer)

    def _writer(self, name, connection):
        def write():
            if not self._updating:
                self.setValue(name, connection.read())

        return write

    def _update_gui(self, caller=None, event=None):
        if self._updating:
            return
        self._updating = True
        try:
            for connections, _ in list(self._connections.values()):
                for name, connection in connections.items():
                    connection.write(self.getValue(name))
        finally:
            self._updating = False

    def StartModify(self):
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified):
        return self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event, callback, priority=0.0):
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag):
        self.parameterNode.RemoveObserver(tag)

    def Modified(self):
        self.parameterNode.Modified()


def qt_widget():
    import qt

    return qt.QWidget


def parameterNodeWrapper(classtype=None):
    """Class decorator, with or without parentheses: annotated attributes become parameters."""
    if classtype is None:
        return parameterNodeWrapper
    hints = typing.get_type_hints(classtype, include_extras=True)
    classtype.allParameters = {
        name: Parameter(name, annotation, getattr(classtype, name, None)) for name, annotation in hints.items()
    }
    for name, parameter in classtype.allParameters.items():
        setattr(classtype, name, parameter)
    for name, member in vars(ParameterNodeMethods).items():
        if name not in ("__module__", "__dict__", "__weakref__", "__doc__", "__qualname__"):
            setattr(classtype, name, member)
    return classtype


def isParameterNodeWrapper(classOrObj):
    return getattr(classOrObj, "_is_parameter_node_wrapper", False)
