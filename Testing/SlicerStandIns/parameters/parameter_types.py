"""How a parameter's Python value is kept on a vtkMRMLScriptedModuleNode.

Part of the stand-in for slicer.parameterNodeWrapper. Names and texts on the node are those that Slicer writes, so a
scene saved here has its parameters there. Each kind of value can
`check`, `write`, `read` and `remove`, and knows whether it `is_in` the node, and its `default`.
"""

import enum
import pathlib
import types
import typing

import slicer

from ..observed_values import ObservedDict, ObservedList


class Text:
    """A value that is the node's text parameter of that name."""

    def __init__(self, kind, default, accepts=None, write=str, read=None):
        self.kind, self._default = kind, default
        self.accepts, self.to_text, self.from_text = accepts or kind, write, read or kind

    def default(self):
        return self._default

    def check(self, name, value):
        if value is None:
            raise ValueError(f"Value of '{name}' must not be None")
        if not isinstance(value, self.accepts):
            raise TypeError(f"Value of '{name}' must be of type {self.kind}, is {type(value)} {value!r}")

    def is_in(self, node, name) -> bool:
        return node.HasParameter(name)

    def write(self, node, name, value):
        node.SetParameter(name, self.to_text(value))

    def read(self, node, name):
        return self.from_text(node.GetParameter(name))

    def remove(self, node, name):
        node.UnsetParameter(name)


class Nothing(Text):
    """None, where it is one of the types of a union."""

    def __init__(self):
        super().__init__(type(None), None, write=lambda value: "True", read=lambda text: None)

    def check(self, name, value):
        if value is not None:
            raise TypeError(f"Value of '{name}' must be None, is {value!r}")


class Node:
    """A MRML node: a reference of the parameter node, and an empty text that says that one was set."""

    def __init__(self, kinds):
        self.kinds = kinds

    def default(self):
        return None

    def check(self, name, value):
        if value is not None and not isinstance(value, self.kinds):
            raise TypeError(f"Value of '{name}' must be of type {self.kinds}, is {type(value)}")

    def is_in(self, node, name) -> bool:
        return node.HasParameter(name)

    def write(self, node, name, value):
        node.SetParameter(name, "")
        node.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, node, name):
        return node.GetNodeReference(name)

    def remove(self, node, name):
        node.UnsetParameter(name)
        node.RemoveNodeReferenceIDs(name)


class List:
    """`name.len` values, each under `name.<index>`; a node that has left the scene stays in the list as None."""

    def __init__(self, item):
        self.item = item

    def default(self):
        return []

    def check(self, name, values):
        for index, value in enumerate(values):
            self.item.check(f"{name}.{index}", value)

    def is_in(self, node, name) -> bool:
        return node.HasParameter(f"{name}.len")

    def length(self, node, name) -> int:
        return int(node.GetParameter(f"{name}.len")) if self.is_in(node, name) else 0

    def write(self, node, name, values):
        before = self.length(node, name)
        for index, value in enumerate(values):
            self.item.write(node, f"{name}.{index}", value)
        node.SetParameter(f"{name}.len", str(len(values)))
        for index in range(len(values), before):
            self.item.remove(node, f"{name}.{index}")

    def values(self, node, name) -> list:
        return [self.item.read(node, f"{name}.{index}") for index in range(self.length(node, name))]

    def read(self, node, name):
        return ObservedList(self.values(node, name), lambda values: write(self, node, name, values))

    def remove(self, node, name):
        for index in range(self.length(node, name)):
            self.item.remove(node, f"{name}.{index}")
        node.UnsetParameter(f"{name}.len")


class Tuple:
    """Values of fixed number and types, each under `name.<index>`."""

    def __init__(self, items):
        self.items = items

    def default(self):
        return tuple(item.default() for item in self.items)

    def check(self, name, values):
        if len(values) != len(self.items):
            raise ValueError(f"Value of '{name}' must have {len(self.items)} parts, has {len(values)}")
        for index, (item, value) in enumerate(zip(self.items, values, strict=True)):
            item.check(f"{name}.{index}", value)

    def is_in(self, node, name) -> bool:
        return self.items[0].is_in(node, f"{name}.0")

    def write(self, node, name, values):
        for index, (item, value) in enumerate(zip(self.items, values, strict=True)):
            item.write(node, f"{name}.{index}", value)

    def read(self, node, name):
        return tuple(item.read(node, f"{name}.{index}") for index, item in enumerate(self.items))

    def remove(self, node, name):
        for index, item in enumerate(self.items):
            item.remove(node, f"{name}.{index}")


class Dict(List):
    """A list of pairs of key and value."""

    def __init__(self, key, value):
        super().__init__(Tuple([key, value]))

    def default(self):
        return {}

    def check(self, name, values):
        super().check(name, values.items())

    def write(self, node, name, values):
        super().write(node, name, values.items())

    def read(self, node, name):
        return ObservedDict(dict(self.values(node, name)), lambda values: write(self, node, name, values))


class Union:
    """A value of one of several types, under `name.<index of its type>`."""

    def __init__(self, parts):
        self.parts = parts

    def default(self):
        optional = len(self.parts) == 2 and isinstance(self.parts[1], Nothing)
        return None if optional else self.parts[0].default()

    def check(self, name, value):
        self._index(name, value)

    def _index(self, name, value) -> int:
        """The first type that takes the value; None is never kept as a node that is missing."""
        for index, part in enumerate(self.parts):
            if isinstance(part, Nothing) == (value is None) and _takes(part, name, value):
                return index
        raise TypeError(f"Value of '{name}' is of none of the types of its union: {value!r}")

    def is_in(self, node, name) -> bool:
        return any(part.is_in(node, f"{name}.{index}") for index, part in enumerate(self.parts))

    def write(self, node, name, value):
        index = self._index(name, value)
        self.remove(node, name)
        self.parts[index].write(node, f"{name}.{index}", value)

    def read(self, node, name):
        index = next(index for index, part in enumerate(self.parts) if part.is_in(node, f"{name}.{index}"))
        return self.parts[index].read(node, f"{name}.{index}")

    def remove(self, node, name):
        for index, part in enumerate(self.parts):
            part.remove(node, f"{name}.{index}")


def _takes(serializer, name, value) -> bool:
    try:
        serializer.check(name, value)
    except (TypeError, ValueError):
        return False
    return True


def write(serializer, node, name, value) -> None:
    """Checks the whole value, then writes it; observers hear of it once."""
    serializer.check(name, value)
    with slicer.util.NodeModify(node):
        serializer.write(node, name, value)


SIMPLE = {
    bool: lambda: Text(bool, False, read=lambda text: text == "True"),
    int: lambda: Text(int, 0),
    float: lambda: Text(float, 0.0, accepts=(int, float)),
    str: lambda: Text(str, ""),
    type(None): Nothing,
}
COMPOUND = {
    list: lambda parts: List(parts[0]),
    tuple: Tuple,
    dict: lambda parts: Dict(*parts),
    typing.Union: Union,
}


def serializer_for(kind):
    """What keeps values of this type; raises where Slicer's wrapper has none either."""
    if typing.get_origin(kind) in COMPOUND:
        return COMPOUND[typing.get_origin(kind)]([serializer_for(part) for part in typing.get_args(kind)])
    if isinstance(kind, types.UnionType):
        raise TypeError(f"parameterNodeWrapper knows typing.Optional and typing.Union, not {kind}")
    if kind in SIMPLE:
        return SIMPLE[kind]()
    if node_classes(kind):
        return Node(node_classes(kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return Text(kind, next(iter(kind)), write=lambda value: value.name, read=kind.__getitem__)
    if isinstance(kind, type) and issubclass(kind, pathlib.PurePath):
        return Text(kind, kind())
    raise TypeError(f"parameterNodeWrapper keeps no values of type {kind}")


def node_classes(kind) -> tuple:
    """The MRML classes that an annotation names, alone or in a union; empty for any other type."""
    kinds = tuple(each for each in typing.get_args(kind) if each is not type(None)) or (kind,)
    is_node = all(isinstance(each, type) and issubclass(each, slicer.vtkMRMLNode) for each in kinds)
    return kinds if is_node and typing.get_origin(kind) in (None, typing.Union) else ()
