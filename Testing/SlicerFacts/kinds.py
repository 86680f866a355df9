"""What an expression of the module's code is, as far as Slicer's names go; None where it can't be told.

A name or an attribute that is bound to things of several kinds is of none. Parameters are what callers pass, or what
the signals bring to which their function is connected.
"""

import ast
from dataclasses import dataclass
from pathlib import Path

from .signatures import returned, signal_types
from .source import SCOPES

MODULES = ("slicer", "qt", "ctk", "SampleData", "PyTorchUtils", "PythonQt")


@dataclass(frozen=True)
class Kind:
    """what, and of which name:

    module           a Python module                    class, object   a Qt class, an object of it
    modules          slicer.modules                     member          `name` of the Qt class `of`
    function         of the Python module `of`          form            the widgets of the .ui file
    python class     of the module `of`, python object  python member   `name` of `of`, a (module, class)
    own class        of the module, own object          own function    `name` of the class or file `of`
    items            several of the kind `of`           text            a literal

    exact: False where it is only declared, so that it may be of a class that derives from that one
    """

    what: str
    name: str = ""
    of: object = None
    exact: bool = True


FORM, TEXT, SLICER_MODULES = Kind("form"), Kind("text"), Kind("modules")
# What Slicer's Python code gives back or keeps; facts.json has parameters alone.
RETURNED = {
    ("slicer.util", "mainWindow"): Kind("object", "QMainWindow", exact=False),
    ("slicer.util", "childWidgetVariables"): FORM,
    ("slicer.util", "loadUI"): Kind("object", "qMRMLWidget"),
}
KEPT = {
    ("ScriptedLoadableModule", "parent"): Kind("object", "qSlicerScriptedLoadableModule"),
    ("ScriptedLoadableModuleWidget", "parent"): Kind("object", "qSlicerScriptedLoadableModuleWidget"),
    ("ScriptedLoadableModuleWidget", "layout"): Kind("object", "QVBoxLayout"),
}


class Kinds:
    """Asks a Source and the Facts; each node's kind is found once."""

    def __init__(self, source, facts, answers):
        self.source, self.facts, self.answers, self._known = source, facts, answers, {}

    def of(self, node) -> Kind | None:
        if node not in self._known:
            self._known[node] = None  # what depends on itself stays unknown
            handler = getattr(self, f"_of_{type(node).__name__}", None)
            self._known[node] = handler(node) if handler else None
        return self._known[node]

    def _same(self, kinds) -> Kind | None:
        found = {each for each in kinds if each is not None}
        return found.pop() if len(found) == 1 else None

    # Expressions.

    def _of_Constant(self, node):
        return TEXT if isinstance(node.value, (str, int, float)) and not isinstance(node.value, bool) else None

    def _of_Name(self, node):
        scope = self.source.above(node, SCOPES)
        while scope is not None:
            bound = self.source.bindings.get((scope, node.id), ())
            found = self._parameter(scope, node.id) if not bound else self._same(map(self._bound, bound))
            if bound or node.id in _parameters(scope):
                return found
            scope = self.source.above(scope, SCOPES)
        return None

    def _of_Attribute(self, node):
        owner = self.of(node.value)
        return self.attribute(owner, node.attr) if owner else FORM if node.attr == "ui" else None

    def _of_Call(self, node):
        function = self.of(node.func)
        return self._result(function) if function else None

    def _of_IfExp(self, node):
        return self._same([self.of(node.body), self.of(node.orelse)])

    def _of_BoolOp(self, node):
        return self._same(map(self.of, node.values))

    def _of_List(self, node):
        inside = self._same(map(self.of, node.elts))
        return Kind("items", of=inside) if inside else None

    _of_Tuple = _of_List

    def _of_ListComp(self, node):
        inside = self.of(node.elt)
        return Kind("items", of=inside) if inside else None

    _of_GeneratorExp = _of_SetComp = _of_ListComp

    def _of_Subscript(self, node):
        owner = self.of(node.value)
        return owner.of if owner and owner.what == "items" and not isinstance(node.slice, ast.Slice) else None

    def _of_NamedExpr(self, node):
        return self.of(node.value)

    # Names.

    def _bound(self, binding) -> Kind | None:
        how, value = binding
        if how == "value":
            return self.of(value)
        if how == "item":
            several = self.of(value)
            return several.of if several and several.what == "items" else None
        if how == "module":
            return Kind("module", value) if value.partition(".")[0] in MODULES else None
        if how == "import":
            return self._imported(*value)
        if how == "class":
            return Kind("own class", value.name)
        return Kind("own function", value.name, self.source.places[value]) if how == "function" else None

    def module(self, node) -> Kind | None:
        """Slicer's module that a `from` statement takes names from."""
        is_slicers = not node.level and (node.module or "").partition(".")[0] in MODULES
        return Kind("module", node.module) if is_slicers else None

    def _imported(self, node, name):
        module = self.module(node)
        if module is not None:
            return self.attribute(module, name)
        if name in self.source.classes:
            return Kind("own class", name)
        file = (node.module or "").rpartition(".")[2]
        if (file, name) in self.source.functions:
            return Kind("own function", name, self.source.places[self.source.functions[file, name]])
        return Kind("own file", name)

    def _parameter(self, function, name) -> Kind | None:
        names = _parameters(function)
        if name not in names:
            return None
        owner = self.source.owner(function)
        if owner and names.index(name) == 0 and not _is_static(function):
            return Kind("own object", owner)
        place = names.index(name) - bool(owner and not _is_static(function))
        passed = [self._argument(call, place, name) for call in self._callers(function, owner)]
        brought = [self._brought(signal, place) for signal in self._signals(function)]
        return self._same([*passed, *brought]) or (FORM if name == "ui" else None)

    def _callers(self, function, owner):
        name = owner if _name(function) == "__init__" else _name(function)
        return [call for call in self.source.calls.get(name, ()) if self._may_be(self.of(call.func), function)]

    def _signals(self, function):
        received = self.source.receivers.get(_name(function), ())
        return [signal for signal, node in received if node is function or self._may_be(self.of(node), function)]

    def _may_be(self, kind, function) -> bool:
        """Whether what is called, or connected, by this function's name is this function; unless known it may be."""
        if kind is None:
            return True
        if kind.what == "own class":
            return self.source.method(kind.name, "__init__") is function
        return kind.what == "own function" and self._function(kind) is function

    def _argument(self, call, place, name):
        keyword = next((each.value for each in call.keywords if each.arg == name), None)
        node = keyword if keyword is not None else call.args[place] if 0 <= place < len(call.args) else None
        return None if node is None else self.of(node)

    def _brought(self, signal, place):
        types = signal_types(signal)
        return self._declared(types[place]) if 0 <= place < len(types) else None

    def _declared(self, text: str) -> Kind | None:
        name = returned(text)
        return Kind("object", name, exact=False) if name in self.facts.classes else None

    # Attributes and calls.

    def attribute(self, owner: Kind, name: str) -> Kind | None:
        if owner.what in ("own object", "own class"):
            return self._own_attribute(owner, name)
        if owner.what == "own file":
            function = self.source.functions.get((owner.name, name))
            if function is not None:
                return Kind("own function", name, self.source.places[function])
            return Kind("own class", name) if name in self.source.classes else None
        return self.answers.attribute(owner, name)

    def _own_attribute(self, owner, name):
        if name == "ui":
            return FORM
        bound = self.source.attributes.get((owner.name, name))
        if bound:
            return self._same(map(self._bound, bound))
        method = self.source.method(owner.name, name)
        if method is None:
            return self._inherited(owner.name, name)
        if any(ast.unparse(each) == "property" for each in method.decorator_list):
            return self._returned(method)
        return Kind("own function", name, owner.name)

    def _inherited(self, cls, name):
        for node in self.source.classes[cls].bases if cls in self.source.classes else ():
            base = self.of(node)
            if base is None:
                continue
            if (base.name, name) in KEPT:
                return KEPT[base.name, name]
            found = self.attribute(self._result(base) or base, name)
            if found is not None:
                return found
        return None

    def _result(self, function: Kind) -> Kind | None:
        """What a call gives."""
        if function.what in ("class", "python class", "own class"):
            return Kind(function.what.replace("class", "object"), function.name, function.of)
        if function.what == "function":
            return RETURNED.get((function.of, function.name))
        if function.what == "own function":
            tree = self._function(function)
            return self._returned(tree) if tree is not None else None
        if function.what == "member":
            member = self.facts.member(function.of, function.name)
            return self._declared(member.texts[0]) if member.kind == "method" and member.texts else None
        return None

    def _function(self, kind):
        if kind.of in self.source.classes:
            return self.source.method(kind.of, kind.name)
        return self.source.functions.get((Path(kind.of).stem, kind.name))

    def _returned(self, function):
        returns = (each for each in ast.walk(function) if isinstance(each, ast.Return) and each.value is not None)
        return self._same(self.of(each.value) for each in returns)


def _parameters(function) -> list:
    if not isinstance(function, (ast.FunctionDef, ast.Lambda)):
        return []
    given = function.args
    return [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def _is_static(function) -> bool:
    return any(ast.unparse(each) == "staticmethod" for each in function.decorator_list)


def _name(function):
    """What a function is called by; a lambda, which has no name, by the node that it is."""
    return function if isinstance(function, ast.Lambda) else getattr(function, "name", None)
