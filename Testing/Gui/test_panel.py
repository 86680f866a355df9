"""The panel on real Qt widgets with the real worker process."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest

MODULE = Path(__file__).parents[2] / "CRFGANSynth" / "CRFGANSynth.py"


@pytest.fixture
def panel(open_panel):
    return open_panel(MODULE)


@pytest.fixture
def slicer(slicer_app):
    """Slicer's Python package, once the stand-ins are in it."""
    import slicer

    return slicer


@pytest.fixture
def heads(panel, scene, slicer):
    """Three head phantoms as volume nodes."""
    from crfgan.phantoms import make_head

    images = [make_head(seed, (32, 32, 32)).image for seed in range(3)]
    return [slicer.util.addVolumeFromArray(i.array, i.ijk_to_ras, name=f"Head {n}") for n, i in enumerate(images)]


def check_all(panel, nodes):
    import qt

    for node in nodes:
        panel.ui.inputVolumesSelector.setCheckState(node, qt.Qt.Checked)


def train_a_little(panel, folder, iterations=2):
    parameters = panel._parameterNode
    parameters.preset, parameters.iterations, parameters.runFolder = "tiny-32", iterations, folder
    panel.ui.trainButton.click()
    assert panel.job is not None, "the button did not start a job"


def train_until_a_step(panel, nodes, folder):
    """Start a long run and return when its first step is told."""
    import slicer

    check_all(panel, nodes)
    train_a_little(panel, folder, iterations=100000)
    while panel.job.lastEvent.get("event") != "step":
        slicer.app.processEvents()


def test_opening_the_panel_imports_nothing_heavy_and_installs_nothing(panel, slicer_app):
    assert slicer_app.installer.requests == []
    assert not panel.ui.dependenciesFrame.visible


def test_missing_packages_are_named_and_installed_only_by_the_button(panel, slicer_app):
    slicer_app.installer.missing.add("safetensors")
    panel.updateDependencies()
    assert "safetensors" in panel.ui.dependenciesLabel.text
    assert not panel.ui.synthesizeButton.enabled
    panel.ui.installButton.click()
    assert slicer_app.installer.requests[0].requester == "CRFGANSynth"
    assert "torch" in slicer_app.installer.requests[0].skip_packages
    assert panel.ui.dependenciesLabel.text.endswith(": ")


def test_train_is_enabled_by_two_volumes_and_says_what_is_missing(panel, heads):
    assert not panel.ui.trainButton.enabled
    assert "two or more" in panel.ui.trainButton.toolTip
    check_all(panel, heads[:2])
    assert panel.ui.trainButton.enabled


def test_checked_volumes_are_saved_with_the_scene(panel, heads):
    check_all(panel, heads)
    assert list(panel._parameterNode.inputVolumes) == heads


def test_training_then_synthesis_puts_volumes_into_the_scene(panel, heads, tmp_path, slicer):
    check_all(panel, heads)
    train_a_little(panel, tmp_path / "run")
    assert panel.ui.stopButton.enabled and not panel.ui.trainButton.enabled
    panel.job.wait()
    assert panel.job.error == ""
    assert panel._parameterNode.modelPath == tmp_path / "run" / "model.safetensors"
    assert not (tmp_path / "run" / "exported").exists()

    panel._parameterNode.count = 2
    panel.ui.synthesizeButton.click()
    panel.job.wait()
    assert panel.job.error == ""
    made = [n for n in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if n.GetAttribute("CRFGANSynth.Seed")]
    assert len(made) == 2
    assert "in the scene" in panel.ui.statusLabel.text


def test_the_event_loop_stays_alive_while_the_worker_works(panel, heads, tmp_path, slicer):
    import time

    import qt

    check_all(panel, heads)
    ticks = []
    timer = qt.QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(10)
    train_a_little(panel, tmp_path / "run")
    while panel.job.running:
        slicer.app.processEvents()
        time.sleep(0.005)
    timer.stop()
    assert len(ticks) > 20
    assert max(b - a for a, b in pairwise(ticks)) < 1


def test_stop_saves_a_model_that_can_be_used(panel, heads, tmp_path):
    train_until_a_step(panel, heads, tmp_path / "run")
    panel.ui.stopButton.click()
    panel.job.wait()
    assert panel.job.stopped and panel.job.error == ""
    assert "saved" in panel.ui.statusLabel.text
    assert (tmp_path / "run" / "model.safetensors").exists()


def test_a_killed_worker_ends_in_a_sentence(panel, heads, tmp_path):
    train_until_a_step(panel, heads, tmp_path / "run")
    panel.job.process.kill()
    panel.job.wait()
    assert panel.ui.statusLabel.text == (
        "The work was ended from outside, or memory ran out. What was saved is kept and can be resumed."
    )
    assert panel.ui.trainButton.enabled


def test_bad_input_ends_in_the_core_s_own_sentence(panel, tmp_path):
    broken = tmp_path / "model.safetensors"
    broken.write_bytes(b"not a model")
    panel._parameterNode.modelPath = broken
    panel.ui.synthesizeButton.click()
    panel.job.wait()
    assert "must be a file written by crfgan" in panel.ui.statusLabel.text


def test_a_run_folder_in_use_is_refused_before_anything_starts(panel, heads, tmp_path, slicer_app, raises_in_slots):
    (tmp_path / "config.json").write_text("{}")
    check_all(panel, heads)
    panel._parameterNode.runFolder = tmp_path
    panel.ui.trainButton.click()
    assert "already holds a run" in slicer_app.dialogs.texts("error")[0]
    assert panel.job is None
    raises_in_slots.clear()


def test_closing_the_scene_leaves_a_panel_that_works(panel, heads, slicer):
    slicer.mrmlScene.Clear(0)
    assert panel._parameterNode is not None
    assert list(panel._parameterNode.inputVolumes) == []


def test_reload_takes_the_helpers_anew_too(panel):
    import crfgan

    before = dict(sys.modules)
    try:
        panel.onReload()
        assert sys.modules["CRFGANSynthLib.logic"] is not before["CRFGANSynthLib.logic"]
        assert sys.modules.get("crfgan") is not crfgan
    finally:  # for the tests after this one, which hold the classes of before
        ours = [name for name in sys.modules if name.split(".")[0] in ("CRFGANSynthLib", "crfgan")]
        for name in ours:
            del sys.modules[name]
        sys.modules.update({name: module for name, module in before.items() if name not in sys.modules})
