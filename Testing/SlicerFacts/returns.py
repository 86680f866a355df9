"""What a function of the stand-ins returns, by its code."""

import ast
import functools
import inspect
import textwrap
from pathlib import Path


def values(function) -> list:
    """The expressions that a function returns, without `None` and without what only passes on to a setter."""
    node = _tree_of(function)
    if isinstance(node, ast.Lambda):
        return [node.body]
    found = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value is not None]
    return [each for each in found if ast.unparse(each) != "None" and "self.set" not in ast.unparse(each)]


def are_tuples(function) -> bool:
    """Whether everything that it returns is a tuple at first sight."""
    return all(isinstance(each, ast.Tuple) or _called(each) == "tuple" for each in values(function))


def only_raises(function) -> bool:
    """Whether it is there to be refused."""
    body = getattr(_tree_of(function), "body", [])
    return isinstance(body, list) and len(body) <= 2 and isinstance(body[-1], ast.Raise)


def kept(cls) -> set:
    """The public attributes that the methods of a class set on the object."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    targets = (each for each in ast.walk(tree) if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store))
    return {each.attr for each in targets if ast.unparse(each.value) == "self" and not each.attr.startswith("_")}


def _called(node):
    return getattr(getattr(node, "func", None), "id", None)


def _tree_of(function):
    """The function or lambda that begins in the line where its code does."""
    code = function.__code__
    kinds = (ast.FunctionDef, ast.Lambda)
    nodes = [each for each in ast.walk(_parsed(code.co_filename)) if isinstance(each, kinds)]
    return next(each for each in nodes if each.lineno == code.co_firstlineno and _same_kind(each, function))


def _same_kind(node, function) -> bool:
    return isinstance(node, ast.Lambda) == (function.__name__ == "<lambda>")


@functools.cache
def _parsed(path: str):
    return ast.parse(Path(path).read_text(encoding="utf-8"))
