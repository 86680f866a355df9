"""How a parameter's Python value is kept on a vtkMRMLScriptedModuleNode, and which values it may have.

Part of the stand-in for slicer.parameterNodeWrapper. The text that is stored is this stand-in's own; a scene saved
here and read in Slicer keeps its nodes, not necessarily every parameter.
"""

import collections.abc
import enum
import json
import pathlib
import typing

import slicer


class Validator:
    """Refuses a value by raising ValueError."""

    def validate(self, value) -> None:
        raise NotImplementedError


class WithinRange(Validator):
    def __init__(self, minimum, maximum):
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value):
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value must be within range [{self.minimum}, {self.maximum}], is {value}")


class Minimum(Validator):
    def __init__(self, minimum):
        self.minimum = minimum

    def validate(self, value):
        if value < self.minimum:
            raise ValueError(f"Value must be at least {self.minimum}, is {value}")


class Maximum(Validator):
    def __init__(self, maximum):
        self.maximum = maximum

    def validate(self, value):
        if value > self.maximum:
            raise ValueError(f"Value must be at most {self.maximum}, is {value}")


class Choice(Validator):
    def __init__(self, choices):
        self.choices = choices

    def validate(self, value):
        if value not in self.choices:
            raise ValueError(f"Value must be one of {self.choices}, is {value}")


class Exclude(Validator):
    def __init__(self, excludedValues):
        self.excludedValues = excludedValues

    def validate(self, value):
        if value in self.excludedValues:
            raise ValueError(f"Value must not be one of {self.excludedValues}, is {value}")


class NotNone(Validator):
    def validate(self, value):
        if value is None:
            raise ValueError("Value must not be None")


class Default:
    """Annotation that gives a parameter's default."""

    def __init__(self, value):
        self.value = value


class Decimals:
    """Annotation for the decimals of the connected spin box or slider."""

    def __init__(self, value):
        self.value = value


class SingleStep:
    """Annotation for the step of the connected spin box or slider."""

    def __init__(self, value):
        self.value = value


class Text:
    """Keeps a value as the node's text parameter of that name."""

    def __init__(self, kind, accepts, write, read, default):
        self.kind, self.accepts, self.to_text, self.from_text, self.default = kind, accepts, write, read, default

    def is_in(self, node, name) -> bool:
        return bool(node.GetParameterNames()) and name in node.GetParameterNames()

    def write(self, node, name, value):
        if not self.accepts(value):
            raise TypeError(f"Value of '{name}' must be of type {self.kind}, is {type(value)} {value!r}")
        node.SetParameter(name, self.to_text(value))

    def read(self, node, name):
        return self.from_text(node.GetParameter(name))


class Node:
    """Keeps a MRML node as a reference of the parameter node."""

    default = None

    def __init__(self, kinds):
        self.kinds = kinds

    def is_in(self, node, name) -> bool:
        return True

    def write(self, node, name, value):
        if value is not None and not isinstance(value, self.kinds):
            raise TypeError(f"Value of '{name}' must be of type {self.kinds}, is {type(value)}")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node, name):
        return node.GetNodeReference(name)


class NodeList:
    """Keeps a list of MRML nodes as the references of one role; a node that leaves the scene leaves the list."""

    def __init__(self, kinds):
        self.item = Node(kinds)

    @property
    def default(self):
        return []

    def is_in(self, node, name) -> bool:
        return True

    def write(self, node, name, values):
        if not all(isinstance(value, self.item.kinds) for value in values):
            raise TypeError(f"Values of '{name}' must be of type {self.item.kinds}, are {values}")
        was_modified = node.StartModify()
        identifiers = [value.GetID() for value in values]
        node.RemoveNodeReferenceIDs(name)
        for identifier in identifiers:
            node.AddNodeReferenceID(name, identifier)
        node.EndModify(was_modified)

    def read(self, node, name):
        references = (node.GetNthNodeReference(name, index) for index in range(node.GetNumberOfNodeReferences(name)))
        return ObservedList([each for each in references if each], lambda values: self.write(node, name, values))


class ObservedList(collections.abc.MutableSequence):
    """A list that writes itself back to the parameter node when it is changed in place."""

    def __init__(self, values, write):
        self._values, self._write = list(values), write

    def __getitem__(self, index):
        return self._values[index]

    def __len__(self):
        return len(self._values)

    def __eq__(self, other):
        return self._values == list(other)

    def __repr__(self):
        return repr(self._values)

    def __setitem__(self, index, value):
        self._values[index] = value
        self._write(self._values)

    def __delitem__(self, index):
        del self._values[index]
        self._write(self._values)

    def insert(self, index, value):
        self._values.insert(index, value)
        self._write(self._values)


class TextList(Text):
    """Keeps a list of texts or numbers as one text parameter."""

    def __init__(self, item):
        super().__init__(list, lambda values: all(map(item.accepts, values)), None, None, ())
        self.to_text = lambda values: json.dumps([item.to_text(value) for value in values])
        self.item = item

    def read(self, node, name):
        values = [self.item.from_text(text) for text in json.loads(node.GetParameter(name))]
        return ObservedList(values, lambda changed: self.write(node, name, changed))


def serializer_for(kind):
    """What keeps values of this type; raises where Slicer's wrapper has none either."""
    if typing.get_origin(kind) is list:
        item = serializer_for(typing.get_args(kind)[0])
        return NodeList(item.kinds) if isinstance(item, Node) else TextList(item)
    if node_classes(kind):
        return Node(node_classes(kind))
    if kind is bool:
        return Text(bool, lambda value: isinstance(value, bool), str, lambda text: text == "True", False)
    if kind is int:
        return Text(int, lambda value: isinstance(value, int), lambda value: str(int(value)), int, 0)
    if kind is float:
        return Text(float, lambda value: isinstance(value, int | float), lambda value: repr(float(value)), float, 0.0)
    if kind is str:
        return Text(str, lambda value: isinstance(value, str), str, str, "")
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        first = next(iter(kind))
        return Text(kind, lambda value: isinstance(value, kind), lambda value: value.name, kind.__getitem__, first)
    if isinstance(kind, type) and issubclass(kind, pathlib.PurePath):
        return Text(kind, lambda value: isinstance(value, pathlib.PurePath), str, kind, kind())
    raise TypeError(f"parameterNodeWrapper keeps no values of type {kind}")


def node_classes(kind) -> tuple:
    """The MRML classes that an annotation names, alone or in a union; empty for any other type."""
    kinds = tuple(each for each in typing.get_args(kind) if each is not type(None)) or (kind,)
    is_node = all(isinstance(each, type) and issubclass(each, slicer.vtkMRMLNode) for each in kinds)
    return kinds if is_node else ()
