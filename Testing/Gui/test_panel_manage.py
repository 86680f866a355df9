"""Models and runs on the disk, from the panel."""

import shutil
from pathlib import Path

import pytest

SHIPPED = Path(__file__).resolve().parents[2] / "CRFGANSynth" / "Resources" / "Models"


@pytest.fixture
def manage(panel, scene):
    panel.ui.manageSection.collapsed = False
    return panel.widget.manage


def choose(panel, name):
    names = [entry.name for entry in panel.widget.manage.entries]
    panel.ui.filesTable.selectRow(names.index(name))


def a_model_file(folder):
    source = sorted(SHIPPED.glob("*.safetensors"))[0]
    return shutil.copy(source, folder / "given.safetensors")


def test_shipped_models_are_listed_and_stay(panel, manage):
    entry = manage.entries[0]
    assert entry.shipped and entry.state == "shipped model"
    choose(panel, entry.name)
    assert panel.ui.exportButton.enabled
    assert not panel.ui.deleteButton.enabled and not panel.ui.renameButton.enabled


def test_a_model_is_imported_renamed_exported_and_deleted(panel, manage, slicer_app, tmp_path):
    slicer_app.dialogs.file = str(a_model_file(tmp_path))
    panel.ui.importButton.click()
    own = next(entry for entry in manage.entries if not entry.shipped)
    assert own.path.parent == tmp_path / "data" / "models"
    assert panel.ui.modelComboBox.findData(str(own.path)) >= 0

    choose(panel, own.name)
    slicer_app.dialogs.typed = "Better name"
    panel.ui.renameButton.click()
    choose(panel, "Better name")
    slicer_app.dialogs.file = str(tmp_path / "copy.safetensors")
    panel.ui.exportButton.click()
    assert (tmp_path / "copy.safetensors").stat().st_size > 1e6

    slicer_app.dialogs.accepts = False
    panel.ui.deleteButton.click()
    assert "Delete Better name" in slicer_app.dialogs.messages[-1].text
    assert any(entry.name == "Better name" for entry in manage.entries), "the answer was no"
    slicer_app.dialogs.accepts = True
    panel.ui.deleteButton.click()
    assert all(entry.shipped for entry in manage.entries)


def test_a_run_is_listed_with_its_state_and_resumed_from_there(panel, heads, manage):
    job = panel.train_until_a_step()
    panel.widget.manage.refresh()
    assert manage.entries[0].state == "at work"
    choose(panel, "run")
    assert not panel.ui.deleteButton.enabled
    job.stop()
    panel.wait(job)
    assert manage.entries[0].state == f"stopped at {job.done} of 5000"
    choose(panel, "run")
    panel.ui.resumeRunButton.click()
    panel.until(lambda: panel.job is not job and panel.job.done > job.done)


def test_a_name_that_is_taken_is_refused_in_a_sentence(panel, manage, slicer_app, tmp_path, raises_in_slots):
    for name in ("one", "two"):
        slicer_app.dialogs.file = str(shutil.copy(a_model_file(tmp_path), tmp_path / f"{name}.safetensors"))
        panel.ui.importButton.click()
    first, second = [entry for entry in manage.entries if not entry.shipped]
    choose(panel, first.name)
    slicer_app.dialogs.typed = second.path.stem
    panel.ui.renameButton.click()
    (message,) = slicer_app.dialogs.texts("error")
    assert second.path.stem in message and str(tmp_path) not in message
    raises_in_slots.clear()


def test_the_cache_is_shown_and_cleared(panel, manage, cache_folder):
    (cache_folder / f"{'a' * 64}.npy").write_bytes(bytes(3_000_000))
    manage.refresh()
    before = panel.ui.cacheLabel.text
    panel.ui.clearCacheButton.click()
    assert before != panel.ui.cacheLabel.text
    assert panel.ui.cacheLabel.text == "0 MB of prepared volumes"
