"""PythonQt's grammar on PySide6's classes, as strict as PythonQt.

Stands in for PythonQt, the binding that Slicer uses. Faithful in these:
- a Qt property is an attribute and wins over the method of the same name: `label.text = "x"`; `label.text()` fails;
- setters stay callable; `name` is objectName; `className()` and `delete()` exist;
- `button.connect("clicked(bool)", f)` and `button.clicked.connect(f)`; an unknown signal is refused;
- a new attribute on a C++ object is refused; on an instance of a Python subclass it is allowed.
Not faithful: a connected bound method does not keep its object alive (in PythonQt it does); an int for an
enumeration is taken by properties, not by every method.
"""

import re

import shiboken6
from PySide6 import QtCore
from PySide6.QtWidgets import QListWidget

STAND_INS = __package__.partition(".")[0]
CPP_MODULES = ("PySide6", STAND_INS)
_connect, _disconnect = QtCore.QObject.connect, QtCore.QObject.disconnect


class QtProperty:
    """A property of Qt as an attribute; seen from the class it is still the method of that name."""

    def __init__(self, cls, meta):
        self.name = meta.name()
        self.is_enum = meta.isEnumType()
        self.writable = meta.isWritable()
        title = self.name[0].upper() + self.name[1:]
        self.method = getattr(cls, self.name, None)
        self.reader = getattr(cls, f"is{title}", None) or self.method
        self.writer = getattr(cls, f"set{title}", None)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self.method
        return _bound(self.reader, instance)() if self.reader else instance.property(self.name)

    def __set__(self, instance, value):
        if not self.writable:
            raise AttributeError(f"Property '{self.name}' of {type(instance).__name__} is not writable")
        if self.writer and not self.is_enum:
            _bound(self.writer, instance)(value)
        else:
            instance.setProperty(self.name, int(value) if self.is_enum else value)


def _bound(method, instance):
    """A method of the instance; a static one (QCoreApplication has such properties) stays as it is."""
    return method.__get__(instance) if hasattr(method, "__get__") else method


def apply(*modules) -> None:
    """Gives every QObject class of the modules PythonQt's grammar, once per process."""
    if isinstance(QtCore.QObject.__dict__.get("name"), property):
        return
    members = (getattr(module, name) for module in modules for name in dir(module))  # PySide6 makes them when asked
    classes = [each for each in members if _is_qobject_class(each)]
    for cls in sorted(classes, key=lambda each: len(each.__mro__)):
        _add_properties(cls)
        _make_strict(cls)
    root = QtCore.QObject
    root.name = property(lambda self: self.objectName, lambda self, value: self.setObjectName(value))
    root.className = lambda self: self.metaObject().className()
    root.delete = _delete


def _delete(self) -> None:
    for view in self.findChildren(QListWidget):
        # Items that C++ made and deletes: PySide6 would take whatever comes to lie at their place in memory for them.
        view.clear()
    shiboken6.delete(self)


def _is_qobject_class(candidate) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, QtCore.QObject)


def _add_properties(cls) -> None:
    meta = cls.staticMetaObject
    for index in range(meta.propertyOffset(), meta.propertyCount()):
        setattr(cls, meta.property(index).name(), QtProperty(cls, meta.property(index)))


def _make_strict(cls) -> None:
    """On each class: PySide6's classes keep these two slots for themselves rather than inherit them."""
    if cls is QtCore.QObject or "__getattribute__" in vars(cls):
        cls.__getattribute__ = _python_qt_get(cls.__getattribute__)
    cls.__setattr__ = _python_qt_set


def _python_qt_get(original):
    """PySide6 answers `connect` from C++ before it looks at the class, so it can't be replaced there."""

    def get(self, name):
        if name == "connect":
            return _Connector(self, _connect)
        if name == "disconnect":
            return _Connector(self, _disconnect)
        return original(self, name)

    return get


def _python_qt_set(self, name, value):
    """A signal comes here too: PySide6 keeps the ones it has bound on the instance."""
    descriptor = _class_attribute(type(self), name)
    if hasattr(type(descriptor), "__set__"):
        descriptor.__set__(self, value)
    elif isinstance(descriptor, QtCore.Property):
        if not self.setProperty(name, _plain(value)):
            raise ValueError(f"Property '{name}' of {type(self).__name__} does not accept {value!r}")
    elif isinstance(value, QtCore.SignalInstance) or _takes_new_attributes(type(self), name):
        self.__dict__[name] = value
    else:
        raise AttributeError(
            f"{type(self).__name__} has no property '{name}': PythonQt takes no new attributes on C++ objects"
        )


def _plain(value):
    """An enumeration of VTK is an int of its own kind, of which Qt would make -1."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _class_attribute(cls, name: str):
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)


def _takes_new_attributes(cls, name: str) -> bool:
    """Python subclasses do; so do the stand-ins, but only for what they keep to themselves."""
    package = cls.__module__.split(".")[0]
    return package not in CPP_MODULES or (package == STAND_INS and name.startswith("_"))


class _Connector:
    """`object.connect(signal, callable)`: the signal by its C++ signature, which must exist."""

    def __init__(self, sender, call):
        self.sender = sender
        self.call = call

    def __call__(self, *arguments):
        if len(arguments) != 2 or not isinstance(arguments[0], str) or arguments[0][:1].isdigit():
            return self.call(*arguments) if _is_static(arguments) else self.call(self.sender, *arguments)
        signature, receiver = arguments
        return self.call(self.sender, QtCore.SIGNAL(existing_signal(self.sender, signature)), receiver)


def _is_static(arguments) -> bool:
    return bool(arguments) and isinstance(arguments[0], QtCore.QObject)


def existing_signal(sender, signature: str) -> str:
    """The signature as the sender's meta-object spells it; MRML objects travel through Qt as Python's own."""
    as_python = re.sub(r"\bvtk\w+\s*\*", "PyObject", signature)
    normalized = QtCore.QMetaObject.normalizedSignature(as_python).data().decode()
    if sender.metaObject().indexOfSignal(normalized) < 0:
        raise ValueError(f"QObject::connect() signal '{signature}' does not exist on {sender.className()}")
    return normalized
