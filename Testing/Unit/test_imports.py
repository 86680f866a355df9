"""Three layers, each unaware of the one above, and nothing heavy imported before it is needed."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE = Path(__file__).resolve().parents[2] / "CRFGANSynth"
CORE_FILES = sorted((MODULE / "crfgan").rglob("*.py"))
SLICER_FILES = [*sorted(MODULE.glob("*.py")), *sorted((MODULE / "CRFGANSynthLib").rglob("*.py"))]

SLICER_PACKAGES = {"slicer", "qt", "ctk", "vtk"}
OWN_PACKAGES = {"CRFGANSynthLib", "crfgan"}
LIGHT_PACKAGES = set(sys.stdlib_module_names) | SLICER_PACKAGES | {"numpy", "packaging"} | OWN_PACKAGES
HEAVY_PACKAGES = ("torch", "SimpleITK", "tensorboardX", "scipy", "jinja2")
LIGHT_CORE = (
    "crfgan",
    "crfgan.runs.card",
    "crfgan.config",
    "crfgan.storage.step_log",
    "crfgan.events",
    "crfgan.commands.main",
    "crfgan.runs.library",
    "crfgan.storage.lock",
    "crfgan.training.recording.preview_quality",
)


def imported_names(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the full names of the modules a statement imports; a relative import names none."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if node.level == 0 else []


def all_imports(path: Path) -> set[str]:
    """Return the modules that a file imports anywhere."""
    return names_of(ast.walk(parse(path)))


def file_scope_imports(path: Path) -> set[str]:
    """Return the modules that a file imports when it is loaded."""
    return names_of(executed_on_load(parse(path)))


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def names_of(nodes: Iterator[ast.AST]) -> set[str]:
    """Return the modules that the import statements among `nodes` name."""
    statements = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    return {name for statement in statements for name in imported_names(statement)}


def executed_on_load(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree, leaving out function bodies and what is there for type checkers only."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return
    for child in ast.iter_child_nodes(node):
        yield from executed_on_load(child)


def top_packages(names: set[str]) -> set[str]:
    """Return the packages that the modules belong to."""
    return {name.partition(".")[0] for name in names}


def relative_to_module(path: Path) -> str:
    """Name a file in a test's identifier."""
    return path.relative_to(MODULE).as_posix()


@pytest.mark.parametrize("path", CORE_FILES, ids=relative_to_module)
def test_core_never_imports_slicer(path):
    assert top_packages(all_imports(path)) & (SLICER_PACKAGES | {"CRFGANSynth", "CRFGANSynthLib"}) == set()


@pytest.mark.parametrize("path", SLICER_FILES, ids=relative_to_module)
def test_slicer_layer_imports_nothing_heavy_when_loaded(path):
    assert top_packages(file_scope_imports(path)) - LIGHT_PACKAGES == set()


def registered() -> set[str]:
    """Return the modules that are imported, one by another, when Slicer starts and registers the module."""
    found, waiting = set(), [MODULE / "CRFGANSynth.py"]
    while waiting:
        path = waiting.pop()
        own = set()
        for node in executed_on_load(parse(path)):
            if isinstance(node, ast.ImportFrom) and node.module is None:
                own |= {path.parents[node.level - 1] / f"{alias.name}.py" for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.level or node.module.startswith("CRFGANSynthLib")):
                place = path.parents[node.level - 1] if node.level else MODULE
                own.add(place.joinpath(*node.module.split(".")).with_suffix(".py"))
                own |= {place.joinpath(*node.module.split("."), f"{alias.name}.py") for alias in node.names}
        own = {each for each in own if each.is_file() and str(each) not in found}
        found |= {*map(str, own), *file_scope_imports(path)}
        waiting += own
    return found


def test_registering_the_module_imports_no_numpy_and_nothing_of_the_core():
    # Slicer names modules that slow its start.
    found = registered()
    assert str(MODULE / "CRFGANSynthLib" / "job.py") in found
    assert top_packages({name for name in found if "/" not in name}) & {"numpy", "packaging", "crfgan"} == set()


def test_light_part_of_the_core_leaves_heavy_packages_alone():
    # Beside what must be light by rule: whatever the Slicer layer imports when Slicer starts.
    used = {name for path in SLICER_FILES for name in file_scope_imports(path) if name.startswith("crfgan")}
    code = (
        f"import sys, {', '.join(sorted({*LIGHT_CORE, *used}))}\n"
        f"print([name for name in {HEAVY_PACKAGES!r} if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(MODULE)}
    child = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert child.returncode == 0, child.stderr
    assert child.stdout.strip() == "[]"


def test_one_python_file_is_beside_the_module():
    # Slicer would take a second one for a module of its own.
    assert [path.name for path in MODULE.glob("*.py")] == ["CRFGANSynth.py"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import torch", {"torch"}),
        ("from torch.nn import Module", {"torch.nn"}),
        ("from .jobs import Job", set()),
        ("def load():\n    import torch", set()),
        ("class Job:\n    import torch", {"torch"}),
        ("try:\n    import torch\nexcept ImportError:\n    pass", {"torch"}),
        ("if TYPE_CHECKING:\n    import torch", set()),
        ("if typing.TYPE_CHECKING:\n    import torch", set()),
    ],
)
def test_file_scope_is_told_from_function_bodies(tmp_path, source, expected):
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert file_scope_imports(path) == expected
