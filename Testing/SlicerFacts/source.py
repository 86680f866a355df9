"""The module's code as syntax trees: what binds each name, and where functions are called and connected.

Reads the code without running it.
"""

import ast
from collections import defaultdict
from pathlib import Path

SCOPES = (ast.Module, ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Source:
    """The files of a module: `<Name>.py` and the Python files of `<Name>Lib`.

    bindings: by scope and name, what the name is bound to: (how, node), see `_bind`
    attributes: by class and name, the same of `self.name`
    calls: by the name of what is called, where
    receivers: by the name of what is connected, or by its lambda: (signal, node) of each connection
    """

    def __init__(self, folder: Path):
        files = sorted([*folder.glob("*.py"), *folder.glob("*Lib/**/*.py")])
        self.module_name = folder.name
        self.trees = {str(file.relative_to(folder)): ast.parse(file.read_text(encoding="utf-8")) for file in files}
        self.parents, self.places, self.classes, self.functions = {}, {}, {}, {}
        self.bindings, self.attributes = defaultdict(list), defaultdict(list)
        self.calls, self.receivers = defaultdict(list), defaultdict(list)
        for place, tree in self.trees.items():
            self._note_parents(place, tree)
        for tree in self.trees.values():
            for node in ast.walk(tree):
                self._note(node)

    def nodes(self):
        """Every node of every file."""
        return (node for tree in self.trees.values() for node in ast.walk(tree))

    def _note_parents(self, place, tree):
        for node in ast.walk(tree):
            self.places[node] = place
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def above(self, node, kinds):
        """The nearest node of these kinds that has this one inside, or None."""
        node = self.parents.get(node)
        while node is not None and not isinstance(node, kinds):
            node = self.parents.get(node)
        return node

    def owner(self, function):
        """The name of the class whose method a function is, or None."""
        parent = self.parents.get(function)
        return parent.name if isinstance(parent, ast.ClassDef) else None

    def imported(self, place: str) -> set:
        """The modules that a file imports, in whole or in part."""
        found = set()
        for node in ast.walk(self.trees[place]):
            if isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        return found

    def method(self, cls: str, name: str):
        """A method of a class of the module, or of its bases in the module."""
        tree = self.classes.get(cls)
        if tree is None:
            return None
        own = (each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name)
        inherited = (self.method(base, name) for base in self.bases(cls) if base != cls)
        return next(own, None) or next(filter(None, inherited), None)

    def bases(self, cls: str) -> list:
        return [ast.unparse(base).rpartition(".")[2] for base in self.classes[cls].bases]

    # What is noted of each node.

    def _note(self, node):
        handler = getattr(self, f"_note_{type(node).__name__}", None)
        if handler:
            handler(node)

    def _bind(self, target, how, value):
        """how: value, the expression; item, what a loop goes through; import, (statement, name); function; class."""
        if isinstance(target, ast.Name):
            self.bindings[self._scope_of(target), target.id].append((how, value))
        elif isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
            self.attributes[self.above(target, ast.ClassDef).name, target.attr].append((how, value))
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = value.elts if how == "value" and isinstance(value, (ast.Tuple, ast.List)) else []
            same = len(parts) == len(target.elts)
            for index, each in enumerate(target.elts):
                self._bind(each, "value" if same else "unknown", parts[index] if same else value)

    def _scope_of(self, name):
        """A class body counts as its file's: its names are found as attributes as well."""
        return self.above(name, SCOPES)

    def _note_Assign(self, node):
        for target in node.targets:
            self._bind(target, "value", node.value)
            if isinstance(self.parents[node], ast.ClassDef) and isinstance(target, ast.Name):
                self.attributes[self.parents[node].name, target.id].append(("value", node.value))

    def _note_AnnAssign(self, node):
        if node.value is not None:
            self._bind(node.target, "value", node.value)

    def _note_NamedExpr(self, node):
        self._bind(node.target, "value", node.value)

    def _note_For(self, node):
        self._bind(node.target, "item", node.iter)

    def _note_comprehension(self, node):
        self._bind(node.target, "item", node.iter)

    def _note_withitem(self, node):
        if node.optional_vars is not None:
            self._bind(node.optional_vars, "unknown", node.context_expr)

    def _note_Import(self, node):
        for each in node.names:
            name = each.asname or each.name.partition(".")[0]
            whole = each.name if each.asname else name
            self.bindings[self.above(node, SCOPES), name].append(("module", whole))

    def _note_ImportFrom(self, node):
        for each in node.names:
            self.bindings[self.above(node, SCOPES), each.asname or each.name].append(("import", (node, each.name)))

    def _note_ClassDef(self, node):
        self.classes[node.name] = node
        self.bindings[self.above(node, SCOPES), node.name].append(("class", node))

    def _note_FunctionDef(self, node):
        if self.owner(node) is None:
            self.functions[Path(self.places[node]).stem, node.name] = node
            self.bindings[self.above(node, SCOPES), node.name].append(("function", node))

    def _note_Call(self, node):
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        self.calls[name].append(node)
        if name == "connect" and len(node.args) == 2 and isinstance(getattr(node.args[0], "value", None), str):
            receiver = node.args[1]
            key = getattr(receiver, "attr", None) or getattr(receiver, "id", None)
            self.receivers[receiver if isinstance(receiver, ast.Lambda) else key].append((node.args[0].value, receiver))
