"""What a stand-in for one of Slicer's Python files offers that the file has not."""

import inspect

from . import returns
from .signatures import python_signature

FILES = {
    "i18n": "slicer.i18n",
    "packaging": "slicer.packaging",
    "testing": "slicer.testing",
    "ScriptedLoadableModule": "slicer.ScriptedLoadableModule",
    "parameterNodeWrapper": "slicer.parameterNodeWrapper",
    "observed_values": "slicer.parameterNodeWrapper.serializers",
    "SampleData": "SampleData",
    "PyTorchUtils": "PyTorchUtils",
}
WRAPPER = "slicer.parameterNodeWrapper.wrapper"
KEEPS = ("observed_values",)  # files whose objects only Slicer's own code makes


def problems(facts, module, real: str):
    """Sentences about a stand-in's public names."""
    for name, value in _public(module):
        if not facts.has(real, name):
            yield f"{real}.{name}: there is none"
        elif isinstance(value, type):
            yield from _class(facts, value, real, name, makes=not module.__name__.endswith(KEEPS))
        elif inspect.isfunction(value) and facts.function(real, name) is not None and not returns.only_raises(value):
            yield from (f"{real}.{name}: {each}" for each in parameters(value, facts.function(real, name)))


def _public(module):
    """What `__all__` names, else what is the file's own."""
    names = getattr(module, "__all__", None)
    for name, value in vars(module).items():
        own = name in names if names else getattr(value, "__module__", None) == module.__name__
        if own and not name.startswith("_"):
            yield name, value


def _class(facts, cls, real, name, makes: bool):
    if facts.python_class(real, name) is None:
        return
    for method, value in _methods(cls):
        found = facts.python_member(real, name, method)
        if method == "__init__" and (not makes or found is None):
            continue
        if found is None:
            yield f"{real}.{name}.{method}(): there is none"
        elif found[1] is not None:
            yield from (f"{real}.{name}.{method}: {each}" for each in _method(value, *found))
    for attribute in returns.kept(cls):
        if facts.python_member(real, name, attribute) is None:
            yield f"{real}.{name}.{attribute}: there is no such attribute"


def _methods(cls):
    """Its methods, and those of bases that are stand-ins as well."""
    package = cls.__module__.partition(".")[0]
    bases = (base for base in reversed(cls.__mro__) if base.__module__.partition(".")[0] == package)
    for name, value in {name: value for base in bases for name, value in vars(base).items()}.items():
        is_function = inspect.isfunction(getattr(value, "__func__", value))
        if is_function and (not name.startswith("_") or name == "__init__"):
            yield name, value


def _method(value, kind, signature):
    if isinstance(value, staticmethod) and kind == "method":
        yield "static here, needs an object in Slicer"
    yield from parameters(getattr(value, "__func__", value), signature, skip=not isinstance(value, staticmethod))


def parameters(function, real: inspect.Signature, skip: bool = False):
    """Sentences about a function's parameters beside Slicer's."""
    kinds = {each.kind for each in real.parameters.values()}
    places = [each.name for each in real.parameters.values() if each.kind is each.POSITIONAL_OR_KEYWORD]
    mine = list(inspect.signature(function).parameters.values())[int(skip) :]
    for place, each in enumerate(mine):
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            if each.kind not in kinds:
                yield f"takes any {each.name} here; Slicer's is {real}"
        elif each.name not in real.parameters:
            if each.VAR_KEYWORD not in kinds:
                yield f"has a parameter {each.name}; Slicer's is {real}"
        else:
            yield from _parameter(each, real.parameters[each.name], place, places)


def _parameter(mine, real, place, places):
    if mine.kind is not mine.KEYWORD_ONLY and mine.name in places and places.index(mine.name) != place:
        yield f"{mine.name} is argument {place + 1} here, {places.index(mine.name) + 1} in Slicer"
    if real.kind is real.KEYWORD_ONLY and mine.kind is not mine.KEYWORD_ONLY:
        yield f"{mine.name} may be positional here, is keyword only in Slicer"
    if mine.default is not mine.empty and real.default is real.empty:
        yield f"{mine.name} may be left out here, not in Slicer"
    elif mine.default is not mine.empty and real.default not in (..., mine.default):
        yield f"default {mine.name}={mine.default!r} here, {real.default!r} in Slicer"


def wrapper_problems(facts, methods):
    """What parameterNodeWrapper adds to a class here, beside what Slicer's adds."""
    added = facts.python[WRAPPER]["added_by_decorator"]["parameterNodeWrapper"]
    for name, value in _methods(methods):
        if name not in added:
            yield f"a parameterNodeWrapper class has no {name}()"
        elif added[name] is not None:
            skip = not isinstance(value, staticmethod)
            found = parameters(getattr(value, "__func__", value), python_signature(added[name]), skip)
            yield from (f"a parameterNodeWrapper class, {name}: {each}" for each in found)
