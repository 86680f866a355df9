"""The floor plan of the core (docs/adr/0021): which room may use which, how many files it has, where its tests lie."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "CRFGANSynth" / "crfgan"
MOST_FILES = 10
LARGER = {"phantoms"}
"""One organ a file."""
ROOMS = sorted({path.parent for path in CORE.rglob("*.py")} - {CORE})


def lint(folder):
    """Run import-linter by the contract in pyproject.toml on the package `crfgan` in a folder."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache", str(ROOT / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def name(room):
    return room.relative_to(CORE).as_posix()


def test_imports_run_one_way_from_room_to_room():
    result = lint(CORE.parent)
    assert result.returncode == 0, result.stdout
    assert "1 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        ("storage/atomic.py", "from ..data import dataset", "crfgan.storage is not allowed to import crfgan.data"),
        (
            "training/losses.py",
            "from ..evaluation import floors",
            "crfgan.training is not allowed to import crfgan.eval",
        ),
        ("attic/box.py", "", "attic"),
    ],
)
def test_an_import_back_up_and_a_room_without_a_floor_are_told(tmp_path, file, line, told):
    shutil.copytree(CORE, tmp_path / "crfgan", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "crfgan" / file
    path.parent.mkdir(exist_ok=True)
    path.parent.joinpath("__init__.py").touch()
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + line + "\n", encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert told in result.stdout + result.stderr


@pytest.mark.parametrize("room", ROOMS, ids=name)
def test_a_room_holds_few_files(room):
    files = [path.name for path in room.glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= MOST_FILES or name(room) in LARGER


@pytest.mark.parametrize("room", ROOMS, ids=name)
def test_a_room_s_tests_lie_where_it_lies(room):
    tests = ROOT / "Testing" / "Unit" / name(room)
    assert list(tests.rglob("test_*.py")) != []


@pytest.mark.parametrize("room", [room for room in ROOMS if name(room) != "phantoms"], ids=name)
def test_nothing_is_loaded_by_entering_a_room(room):
    assert (room / "__init__.py").read_text(encoding="utf-8") == ""
