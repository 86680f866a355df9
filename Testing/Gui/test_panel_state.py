"""What is kept: in the scene, in the settings, and by workers that outlive the panel."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ANOTHER_SLICER = """
import json, os, sys, time
sys.path.insert(0, {testing!r})
import SlicerStandIns
SlicerStandIns.start()
import slicer
module = SlicerStandIns.load_module({module!r})
slicer.app.userSettings().setValue("CRFGANSynth/dataFolder", {data!r})
slicer.util.loadScene({scene!r})
widget = SlicerStandIns.create_widget(module)

def turn(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        slicer.app.processEvents()
        time.sleep(0.01)

turn(0.5)
widget.jobs.show()
ui = widget.ui
facts = dict(
    title=ui.jobTitleLabel.text,
    status=ui.statusLabel.text,
    state=widget.jobs.queue.current.state if widget.jobs.queue.current else "none",
    resumable=not ui.resumeButton.isHidden(),
    checked=[node.GetName() for node in widget._parameterNode.inputVolumes],
    iterations=widget._parameterNode.iterations,
    preset=widget._parameterNode.preset.value,
)
if {action!r} == "resume":
    ui.resumeButton.click()
    before = time.monotonic()
    while time.monotonic() - before < 100 and widget.jobs.queue.current.done <= {step}:
        turn(0.1)
if {action!r} in ("resume", "stop"):
    job = widget.jobs.queue.current
    facts["step"] = job.done
    ui.stopButton.click()
    job.wait()
    facts["end"] = job.state
print(json.dumps(facts), flush=True)
os._exit(0)
"""


def in_another_slicer(scene, data, action="look", step=0):
    """Load a scene and open the panel in another process; returns what it shows."""
    code = textwrap.dedent(ANOTHER_SLICER).format(
        testing=str(ROOT / "Testing"),
        module=str(ROOT / "CRFGANSynth" / "CRFGANSynth.py"),
        scene=str(scene),
        data=str(data),
        action=action,
        step=step,
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def test_a_scene_saved_while_training_shows_the_run_in_another_slicer(panel, heads, data, tmp_path, slicer):
    panel.train_until_a_step()
    slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    facts = in_another_slicer(tmp_path / "scene.mrb", data, "stop")
    assert facts["title"] == "Training run"
    assert facts["state"] == "running"
    assert facts["checked"] == ["Head 0", "Head 1", "Head 2"]
    assert (facts["preset"], facts["iterations"]) == ("tiny-32", 5000)
    assert facts["end"] == "stopped", "what works in one Slicer can be stopped from the other"


def test_a_run_whose_worker_died_is_resumed_in_another_slicer(panel, heads, data, tmp_path, slicer):
    job = panel.train_until_a_step()
    slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    job.pause()
    panel.until(lambda: job.state == "paused")
    job.kill()
    panel.wait(job)
    facts = in_another_slicer(tmp_path / "scene.mrb", data, "resume", job.done)
    assert facts["status"] == f"Stopped after step {job.done} of 5000. It can be resumed."
    assert facts["resumable"]
    assert facts["step"] > job.done
    assert facts["end"] == "stopped"


def test_everything_set_comes_back_with_the_scene(panel, heads, tmp_path, slicer):
    from CRFGANSynthLib.scene.parameters import Modality, Preset

    panel.check(2)
    wanted = {
        "count": 7,
        "seed": 11,
        "truncation": 1.5,
        "preset": Preset.STANDARD,
        "modality": Modality.LUNG_CT,
        "iterations": 123,
        "trainingSeed": 5,
        "runName": "mine",
        "showLive": False,
        "referenceVolume": heads[1],
    }
    for name, value in wanted.items():
        setattr(panel.parameters, name, value)
    slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(0)
    assert panel.parameters.count == 1
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    panel.turn(0.1)
    found = {name: getattr(panel.parameters, name) for name in wanted}
    assert found.pop("referenceVolume").GetName() == wanted.pop("referenceVolume").GetName()
    assert found == wanted
    assert panel.ui.countSpinBox.value == 7 and panel.ui.runNameEdit.text == "mine"
    assert [node.GetName() for node in panel.parameters.inputVolumes] == ["Head 0", "Head 1"]
    assert panel.ui.volumesLabel.text == "2 of 3 chosen"


def test_device_folder_and_memory_limit_are_kept_in_the_settings(panel, scene, tmp_path, slicer):
    panel.ui.deviceComboBox.currentIndex = panel.ui.deviceComboBox.findData("cpu")
    panel.ui.memoryLimitSpinBox.value = 4
    (tmp_path / "elsewhere").mkdir()
    panel.ui.placePathEdit.currentPath = str(tmp_path / "elsewhere")
    settings = slicer.app.userSettings()
    assert settings.value("CRFGANSynth/device") == "cpu"
    assert panel.ui.trainDeviceComboBox.itemData(panel.ui.trainDeviceComboBox.currentIndex) == "cpu"
    assert float(settings.value("CRFGANSynth/memoryLimitGB")) == 4
    assert panel.widget.logic.runsFolder() == tmp_path / "elsewhere" / "runs"
    assert panel.ui.trainPlacePathEdit.currentPath == str(tmp_path / "elsewhere")


def test_leaving_and_coming_back_keeps_the_job_in_sight(panel, heads, load):
    job = panel.train_until_a_step()
    module = load(ROOT / "CRFGANSynth" / "CRFGANSynth.py")
    module.exit()
    step = job.done
    panel.until(lambda: job.done > step)
    module.enter()
    assert panel.status.startswith(f"Step {job.done} of 5000")


@pytest.mark.parametrize(("choice", "state"), [("Stop and save", "stopped"), ("Leave it running", "running")])
def test_closing_the_scene_asks_what_becomes_of_a_training(panel, heads, slicer, slicer_app, choice, state):
    job = panel.train_until_a_step()
    slicer_app.dialogs.choose(choice)
    slicer.mrmlScene.Clear(0)
    assert "A training is at work" in slicer_app.dialogs.messages[-1].text
    panel.turn(0.2)
    if state == "stopped":
        panel.until(lambda: job.ended)
    assert job.state == state
    assert list(panel.parameters.inputVolumes) == []


def test_closing_slicer_asks_and_can_be_called_off(panel, heads, slicer, slicer_app):
    job = panel.train_until_a_step()
    window = slicer.util.mainWindow()
    slicer_app.dialogs.choose("Cancel")
    assert not window.close()
    assert job.running
    slicer_app.dialogs.choose("Stop and save")
    assert window.close()
    panel.until(lambda: job.ended)
    assert job.state == "stopped" and (job.folder / "model.safetensors").exists()


def test_closing_the_scene_ends_what_needs_it_without_a_question(panel, heads, slicer, slicer_app):
    panel.parameters.count = 500
    panel.ui.synthesizeButton.click()
    synthesis, waiting = panel.job, panel.start_training("later")
    panel.until(lambda: synthesis.done > 0)
    slicer.mrmlScene.Clear(0)
    assert slicer_app.dialogs.messages == []
    panel.until(lambda: synthesis.ended and waiting.ended)
    assert (synthesis.state, waiting.state) == ("stopped", "stopped")


def test_closing_with_nothing_at_work_asks_nothing(panel, heads, slicer, slicer_app):
    slicer.mrmlScene.Clear(0)
    assert slicer_app.dialogs.messages == []


def test_a_worker_outlives_the_panel_and_is_found_again(panel, heads, open_panel, load):
    job = panel.train_until_a_step()
    module = load(ROOT / "CRFGANSynth" / "CRFGANSynth.py")
    module.unload()
    panel.widget.jobs.queue.jobs.clear()
    widget = open_panel(ROOT / "CRFGANSynth" / "CRFGANSynth.py")
    again = widget.jobs.queue.current
    assert again is not job and again.folder == job.folder
    panel.until(lambda: again.done > job.done)
    again.stop()
    panel.until(lambda: again.ended)
    assert again.state == "stopped"
