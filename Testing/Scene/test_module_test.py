"""The module's own test class, run as Slicer runs it: Reload and Test, and ctest."""

import os
import re
import sys
from pathlib import Path

import pytest

MODULE = Path(__file__).parents[2] / "CRFGANSynth" / "CRFGANSynth.py"
TESTS = MODULE.parent / "CRFGANSynthLib" / "testing" / "module_test.py"
NAMES = re.findall(r"def (test_\w+)", TESTS.read_text(encoding="utf-8"))
NEED_NO_PACKAGES = {
    "test_NodesKeepTheirGeometry",
    "test_PanelFollowsTheScene",
    "test_SideBySideGivesTheViewsBack",
}


@pytest.fixture
def module(load, scene):
    """The module, loaded into an empty scene."""
    return load(MODULE)


def run_single_test(name: str) -> None:
    """One method of the class, as ctest runs it."""
    import slicer.testing

    slicer.testing.runUnitTest([str(MODULE.parent)], f"CRFGANSynth.CRFGANSynthTest.{name}")


def run_module_test(module) -> None:
    """All of them, as Reload and Test runs them."""
    import SlicerStandIns

    SlicerStandIns.run_module_test(module)


def last_line(capsys) -> str:
    """The last line that was printed."""
    return capsys.readouterr().out.splitlines()[-1]


def what_is_there() -> dict:
    """All that a test might leave behind; what a slice view needs, hidden, stays with the view."""
    import slicer

    settings, scene = slicer.app.userSettings(), slicer.mrmlScene
    nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
    return {
        "nodes": sorted(node.GetID() for node in nodes if not (node.GetSingletonTag() or node.GetHideFromEditors())),
        "layout": slicer.app.layoutManager().layout,
        "settings": {key: settings.value(key) for key in settings.allKeys()},
        "files": sorted(path.name for path in Path(slicer.app.temporaryPath).glob("CRFGANSynthTest-*")),
        "cache": sorted(os.listdir(os.environ["CRFGAN_CACHE"])),
        "environment": dict(os.environ),
    }


def test_reload_and_test_passes_and_leaves_nothing_behind(module, open_panel, tmp_path, capsys):
    from CRFGANSynthLib import preferences

    open_panel(MODULE)
    preferences.setDataFolder(tmp_path)
    preferences.setDevice("cpu")
    before = what_is_there()
    run_module_test(module)
    assert last_line(capsys) == f"CRFGANSynthTest: {len(NAMES)} passed, 0 failed, 0 skipped"
    assert what_is_there() == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_each_method_passes_alone(module, monkeypatch, name):
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = what_is_there()
    run_single_test(name)
    assert what_is_there() == before


@pytest.mark.parametrize("name", NAMES)
def test_each_method_passes_alone_or_is_skipped_without_packages(module, without_torch, monkeypatch, capfd, name):
    monkeypatch.setattr(sys, "path", list(sys.path))
    run_single_test(name)
    assert ("skipped=1" in capfd.readouterr().err) == (name not in NEED_NO_PACKAGES)


@pytest.mark.parametrize("extension", [False, True], ids=["no PyTorch extension", "PyTorch extension"])
def test_reload_and_test_skips_what_needs_packages(module, slicer_app, without_torch, capsys, extension):
    slicer_app.installer.pytorch_extension = extension
    run_module_test(module)
    assert slicer_app.installer.requests == []
    passed, skipped = len(NEED_NO_PACKAGES), len(NAMES) - len(NEED_NO_PACKAGES)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"CRFGANSynthTest: {passed} passed, 0 failed, {skipped} skipped"
    assert "test_TrainAndSynthesize skipped: needs PyTorch" in lines


def test_reload_and_test_needs_no_main_window(module, without_torch, without_main_window, capsys):
    run_module_test(module)
    lines = capsys.readouterr().out.splitlines()
    assert "test_SideBySideGivesTheViewsBack skipped: needs Slicer's views" in lines
    assert ", 0 failed, " in lines[-1]


def test_reload_and_test_goes_on_after_a_failure_and_names_all(module, without_torch, monkeypatch, capsys):
    import CRFGANSynth

    def fail(test):
        test.assertEqual(1, 2, "planted")

    monkeypatch.setattr(CRFGANSynth.CRFGANSynthTest, "test_BadInputIsASentence", fail)
    monkeypatch.setattr(CRFGANSynth.CRFGANSynthTest, "test_NodesKeepTheirGeometry", lambda test: 1 / 0)
    with pytest.raises(AssertionError) as error:
        run_module_test(module)
    assert set(re.findall(r"test_\w+", str(error.value))) == {"test_BadInputIsASentence", "test_NodesKeepTheirGeometry"}
    printed = capsys.readouterr().out
    assert "planted" in printed
    assert "ZeroDivisionError" in printed
    assert printed.splitlines()[-1] == f"CRFGANSynthTest: 2 passed, 2 failed, {len(NAMES) - 4} skipped"
