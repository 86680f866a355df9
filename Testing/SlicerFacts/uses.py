"""What the module's code uses of slicer, qt, ctk and Slicer's Python files, and its .ui file: is it there?"""

import ast
from pathlib import Path

from . import ui_form
from .answers import Answers
from .calls import Calls
from .facts import Facts
from .kinds import Kinds
from .source import Source


def problems(facts: Facts, folder: Path) -> list[str]:
    """`file:line sentence` for everything that a module's folder uses and Slicer lacks."""
    folder = Path(folder)
    source, form = Source(folder), ui_form.read(folder)
    answers = Answers(facts, ui_form.widgets(form), folder.name)
    return [*Uses(source, facts, answers).problems(), *ui_form.problems(facts, form)]


class Uses:
    """Looks at every attribute, call and assignment whose object is of a known kind."""

    def __init__(self, source, facts, answers):
        self.source, self.facts, self.answers = source, facts, answers
        self.kinds = Kinds(source, facts, answers)
        self.calls = Calls(facts, self.kinds)
        self.imported = {place: source.imported(place) for place in source.trees}

    def problems(self):
        for node in self.source.nodes():
            handler = getattr(self, f"_in_{type(node).__name__}", None)
            for sentence in handler(node) if handler else ():
                yield f"{self.source.places[node]}:{node.lineno} {sentence}"

    def _in_Attribute(self, node):
        owner = self.kinds.of(node.value)
        if owner is None:
            return
        if isinstance(node.ctx, ast.Store):
            yield from self._set(owner, node.attr)
            return
        lacking = self.answers.lacking(owner, node.attr)
        if lacking:
            yield lacking
        elif owner.what == "module":
            yield from self._not_imported(f"{owner.name}.{node.attr}", self.source.places[node])

    def _not_imported(self, name, place):
        """A submodule is an attribute only after an import; one in the same file is what can be relied upon."""
        start = self.facts.startup
        package, _, submodule = name.partition(".")
        if package != "slicer" or name not in self.facts.python or submodule in start["submodules_available"]:
            return
        if not any(each == name or each.startswith(f"{name}.") for each in self.imported[place]):
            yield f"{name} is used without `import {name}` in this file"

    def _set(self, owner, name):
        if owner.what != "object":
            return
        member = self.facts.member(owner.name, name)
        lacking = self.answers.lacking(owner, name)
        if lacking:
            yield f"{lacking} to set"
        elif member is not None and member.kind != "property":
            yield f"{member.owner}.{name} is a {member.kind}, it can't be set"
        elif member is not None and not member.writable:
            yield f"{member.owner}.{name} is read-only"

    def _in_Call(self, node):
        return self.calls.problems(node)

    def _in_Import(self, node):
        for each in node.names:
            if each.name.startswith("slicer.") and each.name not in self.facts.python:
                yield f"there is no {each.name}"

    def _in_ImportFrom(self, node):
        module = self.kinds.module(node)
        for each in node.names if module is not None else ():
            lacking = self.answers.lacking(module, each.name)
            if lacking:
                yield lacking
