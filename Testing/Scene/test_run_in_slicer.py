"""The script that a person runs in a real Slicer, run over the stand-ins."""

import re
import runpy
import unittest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "CRFGANSynth" / "CRFGANSynth.py"
SCRIPT = ROOT / "Testing" / "run_in_slicer.py"
SUMMARY = r"CRFGANSynth \d+\.\d+\.\d+ in Slicer 5\.12\.3 \(linux-amd64(, no main window)?\): "


@pytest.fixture
def module(load, scene, slicer_app, tmp_path, monkeypatch):
    """The module, as an installed extension brings it, with an empty data folder; Slicer's module selector opens it."""
    import slicer
    from CRFGANSynthLib import preferences

    module = load(MODULE)
    preferences.setDataFolder(tmp_path)
    monkeypatch.setattr(slicer.util, "selectModule", lambda name: module.enter())
    yield module
    module.unload()


@pytest.fixture
def statuses(monkeypatch):
    """What Slicer was ended with."""
    import slicer

    statuses = []
    monkeypatch.setattr(slicer.util, "exit", statuses.append)
    return statuses


@pytest.fixture
def no_module(slicer_app, monkeypatch):
    """No extension is installed; gives the module factory, which loads nothing."""
    import slicer

    class Factory:
        registered = ()

        def registerModule(self, file):
            self.registered = [*self.registered, file.filePath()]

        def loadModules(self, names):
            return False

    factory = Factory()
    monkeypatch.delattr(slicer.modules, "crfgansynth", raising=False)
    monkeypatch.setattr(type(slicer.app.moduleManager()), "factoryManager", lambda manager: factory)
    return factory


def run_script(capsys) -> list[str]:
    """Run the script as Slicer does, with the name and the file of a main program; returns the lines it printed."""
    runpy.run_path(str(SCRIPT), run_name="__main__")
    return capsys.readouterr().out.splitlines()


def test_summary_counts_and_says_what_is_missing(module, without_torch, statuses, capsys, tmp_path):
    lines = run_script(capsys)
    assert re.fullmatch(SUMMARY + r"[1-9]\d* passed, 0 failed, [1-9]\d* skipped \(needs PyTorch\)", lines[-1])
    assert sum(line.startswith("CRFGANSynth ") for line in lines) == 1
    assert statuses == [0]
    assert list(tmp_path.iterdir()) == []


def test_no_main_window_is_needed(module, without_torch, without_main_window, statuses, capsys):
    summary = run_script(capsys)[-1]
    assert ", no main window): " in summary
    assert "(needs PyTorch; needs Slicer's views)" in summary
    assert statuses == [0]


def test_failure_gets_a_line_and_ends_slicer_with_1(module, without_torch, statuses, monkeypatch, capsys):
    import CRFGANSynth

    def fail(test):
        test.fail("planted")

    monkeypatch.setattr(CRFGANSynth.CRFGANSynthTest, "test_NodesKeepTheirGeometry", fail)
    *_, failure, summary = run_script(capsys)
    assert failure == "test_NodesKeepTheirGeometry failed: AssertionError: planted"
    assert re.fullmatch(SUMMARY + r"\d+ passed, 1 failed, \d+ skipped \(needs PyTorch\)", summary)
    assert statuses == [1]


def test_visit_synthesizes_by_the_button_and_removes_the_file(module, scene, tmp_path):
    visit = runpy.run_path(str(SCRIPT), run_name="run_in_slicer")["PanelVisit"]
    result = unittest.TestResult()
    visit("test_PanelSynthesizes").run(result)
    assert result.wasSuccessful(), result.errors + result.failures
    assert result.skipped == []
    assert list(tmp_path.iterdir()) == []
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0


def test_module_of_the_source_tree_is_loaded_where_none_is_installed(no_module, statuses, capsys):
    (line,) = run_script(capsys)
    assert no_module.registered == [str(MODULE)]
    assert line.startswith("CRFGANSynth in Slicer 5.12.3 (linux-amd64): not tested, ")
    assert statuses == [1]
