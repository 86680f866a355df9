"""How a parameter and a widget follow each other: the pairs that Slicer's wrapper connects, no others.

Part of the stand-in for slicer.parameterNodeWrapper. As in Slicer, ranges come from the annotations and replace those
of the .ui file, and a combo box is filled anew from the choices or the enumeration.
"""

import enum
import pathlib
from dataclasses import dataclass

import ctk
import qt
import slicer

from ..parameter_validators import Choice, Decimals, Maximum, Minimum, SingleStep, WithinRange
from .parameter_types import node_classes

INT_BOUNDS = (-(2**31), 2**31 - 1)
FLOAT_BOUNDS = (float("-inf"), float("inf"))


@dataclass
class Connection:
    """One widget bound to one parameter."""

    widget: object
    signal: object
    read: object
    write: object
    changed: object = None

    def follow(self, callback):
        self.changed = lambda *_: callback()
        self.signal.connect(self.changed)

    def stop(self):
        self.signal.disconnect(self.changed)


def connection_for(widget, kind, annotations) -> Connection:
    """Binds the widget to values of this type, or raises RuntimeError as Slicer does."""
    for accepts, make in CONNECTORS:
        if accepts(widget, kind):
            return make(widget, kind, annotations)
    raise RuntimeError(f"Unable to create GUI connector from datatype '{kind}' to widget type '{type(widget)}'")


def _first(annotations, kind):
    return next((each for each in annotations if isinstance(each, kind)), None)


def _property_connection(widget, name, signal) -> Connection:
    return Connection(
        widget, getattr(widget, signal), lambda: getattr(widget, name), lambda value: setattr(widget, name, value)
    )


def _checkable(widget, kind, annotations):
    widget.checkable = True
    return _property_connection(widget, "checked", "toggled")


def _ranged(widget, kind, annotations):
    step, decimals = _first(annotations, SingleStep), _first(annotations, Decimals)
    if decimals is not None:
        widget.decimals = decimals.value
    if step is not None:
        widget.singleStep = step.value
    widget.minimum, widget.maximum = _bounds(widget, kind, annotations)
    return _property_connection(widget, "value", "valueChanged")


def _bounds(widget, kind, annotations):
    within = _first(annotations, WithinRange)
    if within:
        return within.minimum, within.maximum
    low, high = _first(annotations, Minimum), _first(annotations, Maximum)
    if type(widget) in (qt.QSlider, ctk.ctkSliderWidget) and not (low and high):
        raise RuntimeError(f"A {widget.className()} needs a parameter with WithinRange, or Minimum and Maximum")
    free = INT_BOUNDS if kind is int else FLOAT_BOUNDS
    return (low.minimum if low else free[0]), (high.maximum if high else free[1])


def _text(widget, kind, annotations):
    return _property_connection(widget, "text", "textChanged")


def _plain_text(widget, kind, annotations):
    return Connection(widget, widget.textChanged, widget.toPlainText, widget.setPlainText)


def _choices(widget, kind, annotations):
    choice = _first(annotations, Choice)
    if choice is None:
        raise RuntimeError("A QComboBox needs a parameter annotated with Choice, or an Enum")
    return _listed(widget, [(str(each), each) for each in choice.choices])


def _enumeration(widget, kind, annotations):
    label = getattr(kind, "label", lambda each: each.name)
    return _listed(widget, [(label(each), each) for each in kind])


def _listed(widget, entries) -> Connection:
    widget.clear()
    for label, _ in entries:
        widget.addItem(label)
    values = [value for _, value in entries]

    def write(value):
        widget.currentIndex = values.index(value)

    return Connection(widget, widget.currentIndexChanged, lambda: values[widget.currentIndex], write)


def _path(widget, kind, annotations):
    def write(value):
        widget.currentPath = str(value)

    return Connection(widget, widget.currentPathChanged, lambda: kind(widget.currentPath), write)


def _node(widget, kind, annotations):
    widget.nodeTypes = [each.__name__ for each in node_classes(kind)]
    return Connection(widget, widget.currentNodeChanged, widget.currentNode, widget.setCurrentNode)


def _pair(widget_classes, accepts_kind):
    return lambda widget, kind: type(widget) in widget_classes and accepts_kind(kind)


def _is_a(base):
    return lambda kind: isinstance(kind, type) and issubclass(kind, base)


CONNECTORS = (
    (_pair((qt.QCheckBox, qt.QPushButton), lambda kind: kind is bool), _checkable),
    (_pair((qt.QSpinBox, qt.QSlider), lambda kind: kind is int), _ranged),
    (_pair((qt.QDoubleSpinBox, ctk.ctkSliderWidget), lambda kind: kind is float), _ranged),
    (_pair((qt.QComboBox,), lambda kind: kind in (int, float, str, bool)), _choices),
    (_pair((qt.QComboBox,), _is_a(enum.Enum)), _enumeration),
    (_pair((qt.QLineEdit,), lambda kind: kind is str), _text),
    (_pair((qt.QTextEdit,), lambda kind: kind is str), _plain_text),
    (_pair((ctk.ctkPathLineEdit,), _is_a(pathlib.PurePath)), _path),
    (_pair((slicer.qMRMLNodeComboBox,), node_classes), _node),
)
