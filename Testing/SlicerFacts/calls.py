"""How the module calls what Slicer has: as many arguments as are taken, no keywords where none are, known signals."""

import ast

from .signatures import misfit, normalized, takes


class Calls:
    """Sentences about calls; `kinds` says what is called."""

    def __init__(self, facts, kinds):
        self.facts, self.kinds = facts, kinds

    def problems(self, node):
        function = self.kinds.of(node.func)
        ways = {
            "class": self._constructor,
            "member": self._member,
            "object": self._object,
            "function": self._function,
            "python class": self._python_class,
            "python member": self._python_member,
        }
        yield from self._isinstance(node)
        if function is not None and function.what in ways:
            yield from ways[function.what](node, function)

    def _isinstance(self, node):
        if getattr(node.func, "id", None) == "isinstance" and len(node.args) == 2:
            kind = self.kinds.of(node.args[1])
            if kind is not None and kind.what == "class":
                yield f"isinstance(..., {kind.name}) is false for what derives from it, in PythonQt"

    # Qt: positional arguments alone.

    def _constructor(self, node, function):
        known = self.facts.classes[function.name].get("constructors", ())
        yield from self._keywords(node, function.name)
        if not known:
            return
        if _is_counted(node) and not takes(known, len(node.args)):
            yield f"{function.name} is made with {len(node.args)} arguments; it takes {' or '.join(known)}"
        elif node.args and self._is_text(node.args[0]) and all("* parent" in each.split(",")[0] for each in known):
            yield f"{function.name} is made with a text; it takes {' or '.join(known)}"

    def _is_text(self, node):
        kind = self.kinds.of(node)
        return kind is not None and kind.what == "text"

    def _object(self, node, function):
        """What an object has and is an object itself, not the result of a call, is a property."""
        owner = self.kinds.of(node.func.value) if isinstance(node.func, ast.Attribute) else None
        if owner is not None and owner.what == "object":
            yield f"{owner.name}.{node.func.attr} is a property, it can't be called"

    def _member(self, node, function):
        member, place = self.facts.member(function.of, function.name), f"{function.of}.{function.name}"
        if member.kind not in ("method", "signal"):
            yield f"{place} is a {member.kind}, it can't be called"
            return
        yield from self._keywords(node, place)
        if function.name in ("connect", "disconnect"):
            yield from self._signal(node, function.of)
        if member.texts and _is_counted(node) and not takes(member.texts, len(node.args)):
            texts = " or ".join(dict.fromkeys(member.texts))
            yield f"{place} is called with {len(node.args)} arguments; it takes {texts}"

    def _keywords(self, node, place):
        if node.keywords:
            names = ", ".join(each.arg or "**" for each in node.keywords)
            yield f"{place} is called with the keywords {names}; C++ takes none"

    def _signal(self, node, owner):
        signature = getattr(node.args[0], "value", None) if node.args else None
        if not isinstance(signature, str):
            return
        known = [text for _, has in self.facts.parts(owner, "signals") for texts in has.values() for text in texts]
        if normalized(signature) not in map(normalized, known):
            name = signature.partition("(")[0]
            like = [each for each in known if each.partition("(")[0] == name]
            yield f"{owner} has no signal {signature}" + (f"; it has {', '.join(like)}" if like else "")

    # Python.

    def _function(self, node, function):
        yield from _fit(node, self.facts.function(function.of, function.name), f"{function.of}.{function.name}")

    def _python_class(self, node, function):
        found = self.facts.python_member(function.of, function.name, "__init__")
        if found is not None:
            yield from _fit(node, found[1], f"{function.of}.{function.name}")

    def _python_member(self, node, function):
        module, cls, what = function.of
        kind, signature = self.facts.python_member(module, cls, function.name)
        place = f"{module}.{cls}.{function.name}"
        if kind == "property":
            yield f"{place} is a property, it can't be called"
        elif signature is not None:
            unbound = what == "python class" and kind == "method"
            yield from _fit(node, signature, place, given_self=unbound)


def _is_counted(node) -> bool:
    return not any(isinstance(each, ast.Starred) for each in node.args)


def _fit(node, signature, place, given_self=False):
    if _is_counted(node) and all(each.arg for each in node.keywords):
        wrong = misfit(signature, len(node.args) - given_self, [each.arg for each in node.keywords])
        if wrong:
            yield f"{place}: {wrong}"
