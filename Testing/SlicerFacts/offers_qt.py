"""What a stand-in for a Qt class offers that the class, in PythonQt, has not."""

import inspect

from PySide6.QtCore import Property, Signal

from . import returns
from .signatures import cpp_default, cpp_parameters, returned, signal_types, takes

PACKAGE = "SlicerStandIns"
PREFIXES = ("ctk", "qMRML", "qSlicer")
# Stand-ins of another name; where one stands in for several, any of them may have what it offers.
STANDS_FOR = {
    "SlicerApplication": ("qSlicerApplication",),
    "ModuleManager": ("qSlicerModuleManager", "qSlicerModuleFactoryManager"),
    "ExtensionsManagerModel": ("qSlicerExtensionsManagerModel",),
    "CommandOptions": ("qSlicerCommandOptions",),
    "CoreIOManager": ("qSlicerIOManager",),
    "LayoutManager": ("qSlicerLayoutManager",),
    "SliceWidget": ("qMRMLSliceWidget",),
    "ThreeDWidget": ("qMRMLThreeDWidget", "qMRMLThreeDView"),
    "PlotWidget": ("qMRMLPlotWidget", "qMRMLPlotView"),
    "LogicModule": ("qSlicerLoadableModule",),
}
LISTS = ("QStringList", "QList", "QModelIndexList")
AS_PYTHON = {"double": ("double", "float"), "int": ("int", "uint")}  # and PyObject for any pointer


def stands_for(cls) -> tuple:
    """The names of the classes that it stands in for; none for what is the harness's own."""
    return STANDS_FOR.get(cls.__name__) or ((cls.__name__,) if cls.__name__.startswith(PREFIXES) else ())


def problems(facts, cls):
    """Sentences about one stand-in."""
    real = stands_for(cls)
    unknown = [each for each in real if each not in facts.classes]
    if unknown:
        yield f"{cls.__name__}: Slicer has no class {unknown[0]}"
        return
    if cls.__name__ in real:
        yield from _constructor(facts, cls)
    for name, value in _offered(facts, cls):
        member = next(filter(None, (facts.member(each, name) for each in real)), None)
        for sentence in _member(facts, name, value, member, real):
            yield f"{cls.__name__}.{name}: {sentence}"


def _offered(facts, cls):
    """Every public attribute but those of Slicer's own bases, which are told of there, and of what Qt calls."""
    inherited = next(each for each in cls.__mro__ if not each.__module__.startswith(PACKAGE))
    told = {base for real in stands_for(cls) for base in facts.lineage(real)} - {cls.__name__}
    for owner in cls.__mro__:
        if not owner.__module__.startswith(PACKAGE) or owner.__name__ in told:
            continue
        for name, value in vars(owner).items():
            overrides = inspect.isfunction(value) and hasattr(inherited, name)
            if not name.startswith("_") and name != "staticMetaObject" and not overrides:
                yield name, value


def _member(facts, name, value, member, real):
    if member is None:
        yield f"{' and '.join(real)} has it not{facts.out_of_reach(real[0], name)}"
    elif isinstance(value, Signal):
        yield from _signal(name, value, member)
    elif isinstance(value, Property):
        yield from _property(value, member)
    elif inspect.isfunction(value):
        yield from _method(value, member)
    elif member.kind != "enumeration value":
        yield f"a value here, a {member.kind} in {member.owner}"
    elif member.value not in (None, value):
        yield f"is {value} here, {member.value} in {member.owner}"


def _signal(name, value, member):
    """Its overloads, from the text that PySide6 has for a signal: `name(types); name(types)`."""
    if member.kind != "signal":
        yield f"a signal here, a {member.kind} in {member.owner}"
        return
    for types in (signal_types(each) for each in str(value).split("; ")):
        if not any(_alike(types, signal_types(text)) for text in member.texts):
            yield f"is {name}({','.join(types)}) here; {member.owner} has {', '.join(member.texts)}"


def _alike(mine: list, real: list) -> bool:
    return len(mine) == len(real) and all(
        own == other or own in AS_PYTHON.get(other, ()) or (own == "PyObject" and other.endswith("*"))
        for own, other in zip(mine, real, strict=True)
    )


def _property(value, member):
    if member.kind != "property":
        yield f"a property here, a {member.kind} in {member.owner}: there it must be called"
        return
    if value.fset is not None and not member.writable:
        yield f"can be set here, is read-only in {member.owner}"
    if member.type.startswith(LISTS) and not returns.are_tuples(value.fget):
        yield f"is not surely a tuple here; a {member.type} is one in PythonQt"


def _method(function, member):
    if member.kind not in ("method", "signal"):
        yield f"a method here, a {member.kind} in {member.owner}: calling it fails there"
        return
    extra = [number for number in _counts(function) if member.texts and not takes(member.texts, number)]
    if extra:
        numbers = " or ".join(map(str, extra))
        yield f"takes {numbers} arguments here; {member.owner} has {'; '.join(dict.fromkeys(member.texts))}"
    yield from _result(function, member)
    mine = inspect.signature(function).parameters
    for text in member.texts:
        for name, default in filter(None, map(cpp_default, cpp_parameters(text))):
            if name in mine and mine[name].default not in (default, inspect.Parameter.empty):
                yield f"default {name}={mine[name].default!r} here, {default!r} in {member.owner}"


def _result(function, member):
    types = {returned(text) for text in member.texts}
    if types == {"void"} and returns.values(function):
        yield f"returns something here, nothing in {member.owner}"
    if types and all(each.startswith(LISTS) for each in types) and not returns.are_tuples(function):
        yield f"is not surely a tuple here; a {min(types)} is one in PythonQt"


def _counts(function, given: int = 1) -> range:
    """With how many arguments it can be called, beside the one that a method is given."""
    places = list(inspect.signature(function).parameters.values())[given:]
    return range(sum(each.default is each.empty for each in places), len(places) + 1)


def _constructor(facts, cls):
    known = facts.classes[cls.__name__].get("constructors", ())
    if not known:
        yield f"{cls.__name__} can be made here; in Slicer it has no constructor in Python"
    elif "__init__" in vars(cls):
        extra = [number for number in _counts(cls.__init__) if not takes(known, number)]
        if extra:
            yield f"{cls.__name__}() takes {' or '.join(map(str, extra))} arguments here; in Slicer {'; '.join(known)}"


def pop_ups(facts, qt_classes):
    """The functions that the stand-ins have put in the place of Qt's own."""
    for cls in qt_classes:
        for name, value in vars(cls).items():
            function = getattr(value, "__func__", value)
            if not inspect.isfunction(function) or function.__module__.split(".")[0] != PACKAGE or name.startswith("_"):
                continue
            if function.__module__.endswith(".pythonqt") or cls.__name__ not in facts.classes:
                continue
            member = facts.member(cls.__name__, name)
            numbers = _counts(function, given=0 if isinstance(value, staticmethod) else 1)
            extra = [number for number in numbers if member is None or not takes(member.texts, number)]
            if extra:
                yield f"{cls.__name__}.{name} takes {' or '.join(map(str, extra))} arguments here, not in PythonQt"
