"""Packages that are missing, half installed or damaged are told from those that can be used."""

import json
import os
import re
from pathlib import Path

import pytest
from commands import crfgan
from crfgan.events import from_line
from crfgan.hardware import self_test

ROOT = Path(__file__).resolve().parents[3]
DAMAGES = {
    "raises": ("raise OSError('[WinError 126] The specified module could not be found')", "OSError: [WinError 126]"),
    "lacks a part": ("from not_there import anything", "ModuleNotFoundError: No module named 'not_there'"),
    "has no code": (None, "its files are gone"),
}


FINDER = """
import sys
from importlib.machinery import ModuleSpec

class Remains:
    def find_spec(self, name, path=None, target=None):
        if name == {package!r}:
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [{folder!r}]
            return spec

sys.meta_path.insert(0, Remains())
"""
"""A folder without code, found before the installed package: what is left where its files were in use."""


def damaged(folder, package, code):
    """The environment of a process in which an installed package is hidden behind a damaged one."""
    remains = folder / package
    remains.mkdir()
    if code is None:
        finder = FINDER.format(package=package, folder=str(remains))
        (folder / "sitecustomize.py").write_text(finder, encoding="utf-8")
    else:
        (remains / "__init__.py").write_text(code, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def events_of(result):
    return [event for event in map(from_line, result.stdout.splitlines()) if event]


def test_it_tries_what_pyproject_names():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = json.loads(re.search(r"\ndependencies = (\[.*?\n\])", text, re.DOTALL)[1].replace(",\n]", "\n]"))
    assert list(self_test.MODULES) == list(dict.fromkeys(re.match(r"\w+", each)[0] for each in dependencies))


def test_all_that_is_installed_here_can_be_used():
    result = crfgan("selftest", "--events")
    assert result.returncode == 0, result.stderr
    tried = [event for event in events_of(result) if event["event"] == "tried"]
    assert {event["package"]: event["problem"] for event in tried} == dict.fromkeys(self_test.MODULES, "")
    assert all(event["version"] for event in tried)


@pytest.mark.parametrize("package", ["torch", "psutil"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_package_is_named_with_its_problem(tmp_path, package, damage):
    code, problem = DAMAGES[damage]
    result = crfgan("selftest", "--events", env=damaged(tmp_path, package, code))
    assert result.returncode == 1
    events = events_of(result)
    problems = {event["package"]: event["problem"] for event in events if event["event"] == "tried"}
    assert problems[package].startswith(problem)
    assert events[-1]["event"] == "failed"
    assert f"The package {package} is installed but can't be loaded ({problem}" in events[-1]["reason"]
    assert "Traceback" not in result.stderr


def test_a_package_that_ends_the_process_is_the_one_that_was_told_last(tmp_path):
    result = crfgan("selftest", "--events", env=damaged(tmp_path, "nrrd", "import os\nos.abort()"))
    assert result.returncode not in (0, 1)
    assert events_of(result)[-1] == events_of(result)[-1] | {"event": "trying", "package": "pynrrd"}


def test_a_person_reads_a_line_a_package_even_without_tqdm(tmp_path):
    result = crfgan("selftest", env=damaged(tmp_path, "tqdm", "raise ImportError('half of it')"))
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert len(lines) == len(self_test.MODULES)
    assert any(re.fullmatch(r"tqdm \S+: ImportError: half of it", line) for line in lines)
    assert any(re.fullmatch(r"torch \S+: can be used", line) for line in lines)


def test_a_package_that_is_not_installed_is_missing():
    assert self_test.sentence("not-there", "gone") == "The package not-there is missing. Install it, then try again."


def test_work_that_fails_for_a_damaged_package_says_which(tmp_path):
    environment = damaged(tmp_path, "torch", "raise OSError('[WinError 126] DLL load failed')")
    result = crfgan("estimate", "--events", env=environment)
    assert result.returncode == 1
    failed = events_of(result)[-1]
    assert (failed["event"], failed["package"]) == ("failed", "torch")
    assert failed["reason"] == (
        "The package torch is installed but can't be loaded (OSError: [WinError 126] DLL load failed). "
        "Install it anew, then try again."
    )
