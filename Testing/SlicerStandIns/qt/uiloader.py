"""Stands in for Slicer's QUiLoader: real .ui files, with the ctk and qMRML stand-ins as their custom widgets.

Stricter than Qt, which ignores such mistakes: a connection to a signal or slot that isn't there, a custom class
that has no stand-in, and a property that the custom class lacks all raise.
"""

import xml.etree.ElementTree as ElementTree

from PySide6 import QtCore, QtUiTools

DYNAMIC_PROPERTIES = {"SlicerParameterName"}
_PREFIXES = ("ctk", "qMRML", "qSlicer")


class QUiLoader(QtUiTools.QUiLoader):
    """Loads a .ui file; its connections are made in Python, since stand-ins' signals carry Python objects."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._created, self._errors = [], []

    def createWidget(self, className, parent=None, name=""):
        try:
            return self._create(className, parent, name)
        except Exception as error:  # Qt would swallow it
            self._errors.append(error)
            return super().createWidget("QWidget", parent, name)

    def _create(self, className, parent, name):
        factory = _custom_widgets().get(className)
        if factory is None:
            if className.startswith(_PREFIXES):
                raise RuntimeError(f"No stand-in for {className}: add it to Testing/SlicerStandIns")
            return super().createWidget(className, parent, name)
        widget = factory(parent)
        widget.setObjectName(name)
        self._created.append(widget)
        return widget

    def load(self, device, parent=None):
        form = ElementTree.fromstring(bytes(device.readAll().data()))
        connections = form.find("connections")
        if connections is not None:
            form.remove(connections)
        _resolve_enumerations(form)
        buffer = QtCore.QBuffer()
        buffer.setData(ElementTree.tostring(form))
        buffer.open(QtCore.QIODevice.ReadOnly)
        widget = super().load(buffer, parent)
        if self._errors:
            raise self._errors[0]
        for created in self._created:
            _refuse_unknown_properties(created)
        for connection in connections if connections is not None else ():
            _connect(widget, *(connection.findtext(tag) for tag in ("sender", "signal", "receiver", "slot")))
        return widget


def _custom_widgets() -> dict:
    from .. import ctk, qmrml

    return {name: each for module in (ctk, qmrml) for name, each in vars(module).items() if name.startswith(_PREFIXES)}


def _resolve_enumerations(form) -> None:
    """`<set>ctkPathLineEdit::Dirs</set>` as a number: Qt doesn't know the enumerations of the stand-ins."""
    custom = _custom_widgets()
    for value in (*form.iter("set"), *form.iter("enum")):
        names = [each.split("::") for each in (value.text or "").split("|")]
        if names[0][0] in custom:
            value.text = str(sum(getattr(custom[owner], name) for owner, name in names))
            value.tag = "number"


def _refuse_unknown_properties(widget) -> None:
    unknown = {bytes(each.data()).decode() for each in widget.dynamicPropertyNames()} - DYNAMIC_PROPERTIES
    unknown = {each for each in unknown if not each.startswith("_")}
    if unknown:
        raise RuntimeError(f"{widget.className()} '{widget.name}' has no property {sorted(unknown)}")


def _connect(root, sender: str, signal: str, receiver: str, slot: str) -> None:
    source, target = (
        root if root.name == each else root.findChild(QtCore.QObject, each) for each in (sender, receiver)
    )
    if source is None or target is None:
        raise RuntimeError(f".ui connection {sender} -> {receiver}: no such widget")
    source.connect(signal, getattr(target, slot.partition("(")[0]))
