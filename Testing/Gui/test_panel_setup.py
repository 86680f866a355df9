"""Nothing installed, half installed, installing: what the panel says, and what its one button does."""

import pytest
from packaging import markers
from scripted_worker import ScriptedWorker, saying


@pytest.fixture
def installer(slicer_app):
    return slicer_app.installer


def press_install(panel):
    panel.widget.updateReady()
    panel.ui.installButton.click()


# Missing


def test_missing_packages_are_named_and_installed_only_by_the_button(panel, installer):
    installer.missing |= {"safetensors", "tqdm"}
    panel.widget.updateReady()
    assert panel.shows(panel.ui.dependenciesFrame)
    assert panel.ui.dependenciesLabel.text == "To train and synthesize, install: safetensors, tqdm"
    assert not panel.ui.synthesizeButton.enabled
    assert panel.ui.synthesizeButton.toolTip == "Install what is missing first"
    assert installer.requests == []
    panel.ui.installButton.click()
    assert [each.requirements[0].split(">")[0] for each in installer.requests] == ["safetensors", "tqdm"]
    assert panel.ui.dependenciesLabel.text == "Trying out what is installed..."
    assert not panel.shows(panel.ui.installButton)
    assert panel.ui.synthesizeButton.enabled


def test_what_a_package_needs_in_turn_is_missed_and_installed_by_itself(panel, installer):
    installer.missing.add("MarkupSafe")
    panel.widget.updateReady()
    assert panel.ui.dependenciesLabel.text == "To train and synthesize, install: MarkupSafe"
    panel.ui.installButton.click()
    assert installer.runs == [("MarkupSafe>=2.0",)]
    assert panel.widget.logic.missing() == []


def test_slicers_own_packages_and_optional_ones_are_never_asked_for(panel, installer):
    installer.missing |= {"numpy", "SimpleITK", "Babel"}  # Babel: Jinja2 can do without it
    assert panel.widget.logic.missing() == []


def test_a_dependency_that_fails_is_not_passed_over(panel, installer):
    installer.missing |= {"jinja2", "MarkupSafe"}
    installer.needs["jinja2"] = ["MarkupSafe"]
    installer.failing.add("MarkupSafe")
    press_install(panel)
    assert panel.ui.dependenciesLabel.text.startswith("No version of a package fits this Slicer.")
    assert not panel.ui.synthesizeButton.enabled
    assert panel.shows(panel.ui.installButton)


FAILURES = {
    "OFFLINE": "internet can't be reached",
    "PROXY": "proxy of your network refused",
    "DISK_FULL": "disk is full",
    "ERROR: No matching distribution found for tqdm": "No version of a package fits",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed": "connection isn't trusted",
    "OSError: [Errno 2] HINT: This error might have occurred since this system does not have Windows Long Path "
    "support enabled": "path is too long for Windows",
    "something else": "installation failed",
}


@pytest.mark.parametrize("said", FAILURES)
def test_a_failed_installation_is_explained_in_plain_words(panel, installer, said):
    from SlicerStandIns.packages import pip_outputs

    installer.missing.add("tqdm")
    installer.pip_output = getattr(pip_outputs, said, said)
    press_install(panel)
    assert FAILURES[said] in panel.ui.dependenciesLabel.text
    assert "pip" not in panel.ui.dependenciesLabel.text
    assert panel.ui.installButton.enabled and panel.ui.installButton.text == "Install"


@pytest.mark.parametrize(
    "error", [AttributeError("no such thing"), RuntimeError("PythonSlicer not found"), KeyError(1)]
)
def test_whatever_an_installation_raises_the_button_comes_back(panel, installer, error):
    installer.missing.add("tqdm")
    installer.failure = error
    press_install(panel)
    assert panel.ui.dependenciesLabel.text.startswith("The installation failed; the log of the application says why.")
    assert panel.ui.installButton.enabled and panel.ui.installButton.text == "Install"
    assert not panel.shows(panel.ui.installProgressBar)


def test_cancel_can_be_pressed_while_pip_works_and_leaves_the_rest_out(panel, installer, slicer, monkeypatch):
    import qt

    installer.missing |= {"safetensors", "tqdm"}
    seen = []

    def press_cancel():
        seen.append((qt.QApplication.activeModalWidget(), panel.ui.installButton.text))
        panel.ui.installButton.click()

    run = installer.run
    monkeypatch.setattr(installer, "run", lambda *a, **k: (qt.QTimer.singleShot(0, press_cancel), run(*a, **k)))
    press_install(panel)
    assert seen == [(None, "Cancel")]
    assert installer.runs == [("safetensors>=0.5",)]
    assert panel.ui.dependenciesLabel.text == "Cancelled. To train and synthesize, install: tqdm"
    assert panel.ui.installButton.enabled and panel.ui.installButton.text == "Install"


# PyTorch


@pytest.mark.parametrize(("platform", "range_"), [("win32", {">=2.6", "<2.13"}), ("linux", {">=2.6", "<3"})])
def test_the_extension_is_asked_for_a_pytorch_that_this_system_can_hold(
    panel, installer, monkeypatch, platform, range_
):
    here = markers.default_environment()
    monkeypatch.setattr(markers, "default_environment", lambda: {**here, "sys_platform": platform})
    installer.missing.add("torch")
    installer.pytorch_extension = True
    press_install(panel)
    (request,) = installer.requests
    assert set(request.requirements[0].removeprefix("torch").split(",")) == range_


def test_without_the_extension_slicer_is_neither_restarted_nor_left_changed(panel, installer, slicer_app, heads):
    installer.missing.add("torch")
    press_install(panel)
    manager = slicer_app.app.extensionsManagerModel()
    assert manager._requests == ["PyTorch"]
    assert manager.interactive
    # Three volumes aren't saved: not even the question comes.
    assert slicer_app.app._restarts == 0
    assert slicer_app.dialogs.messages == []
    assert panel.ui.dependenciesLabel.text == (
        "The PyTorch extension is installed. Save your scene, restart Slicer, then press Install again."
    )


@pytest.mark.parametrize("agrees", [True, False])
def test_a_restart_is_offered_where_nothing_can_be_lost(panel, installer, slicer_app, agrees):
    installer.missing.add("torch")
    slicer_app.dialogs.accepts = agrees
    press_install(panel)
    assert slicer_app.dialogs.texts("question") == ["PyTorch can be installed after a restart. Restart Slicer now?"]
    assert slicer_app.app._restarts == int(agrees)


def test_an_extension_that_cannot_be_had_is_told(panel, installer, slicer_app):
    installer.missing.add("torch")
    slicer_app.app.extensionsManagerModel()._can_install = False
    press_install(panel)
    assert panel.ui.dependenciesLabel.text.startswith("The PyTorch extension could not be installed.")
    assert slicer_app.app.extensionsManagerModel().interactive


def test_declining_pytorch_is_no_failure(panel, installer):
    installer.missing.add("torch")
    installer.pytorch_extension = True
    installer.declined = True
    press_install(panel)
    assert panel.ui.dependenciesLabel.text == "PyTorch was not installed. Press Install again when you want it."


# Damaged


def test_what_is_installed_is_tried_out_once_before_the_panel_says_nothing_more(panel, self_test):
    self_test.forget()
    panel.widget.updateReady()
    assert panel.ui.dependenciesLabel.text == "Trying out what is installed..."
    panel.until(lambda: self_test.problems is not None)
    assert self_test.problems == {}
    assert not panel.shows(panel.ui.dependenciesFrame)


def test_work_that_was_begun_meanwhile_comes_first(panel, scene, self_test, monkeypatch):
    from CRFGANSynthLib.packages.self_test import PAUSE_MS

    self_test.forget()
    panel.widget.updateReady()
    assert panel.shows(panel.ui.dependenciesFrame)
    with monkeypatch.context() as patch:
        patch.setattr(panel.widget.logic, "makeWorker", ScriptedWorker)
        panel.ui.synthesizeButton.click()
    panel.until(lambda: not panel.shows(panel.ui.dependenciesFrame))
    # Work may take hours: nothing is said of what waits for its end.
    panel.turn(2 * PAUSE_MS / 1000)
    assert self_test.problems is None and not panel.shows(panel.ui.dependenciesFrame)
    panel.job.worker.end()
    panel.until(lambda: self_test.problems is not None)
    assert self_test.problems == {}
    assert panel.job.error == ""


def test_a_damaged_package_is_named_and_installed_anew(panel, self_test, installer, monkeypatch):
    self_test.forget()
    tried = [("tried", {"package": "torch", "version": "2.12.0", "problem": ""})]
    tried += [("tried", {"package": "jinja2", "version": "3.1", "problem": "ModuleNotFoundError: markupsafe"})]
    said = [*tried, ("failed", {"reason": "The package jinja2 is installed but can't be loaded.", "package": "jinja2"})]
    with monkeypatch.context() as patch:
        patch.setattr(panel.widget.logic, "makeWorker", saying(*said, succeeded=False))
        panel.widget.updateReady()
        panel.until(lambda: self_test.problems is not None)
    assert panel.ui.dependenciesLabel.text == "Installed but damaged: jinja2. Press Install to get that anew."
    assert not panel.ui.synthesizeButton.enabled
    panel.ui.installButton.click()
    assert installer.runs == [("--force-reinstall", "--no-deps", "jinja2>=3.1")]
    assert panel.ui.dependenciesLabel.text == "Trying out what is installed..."


def test_a_package_that_ends_the_worker_is_the_one_it_was_at(panel, self_test, monkeypatch):
    self_test.forget()
    dying = saying(("trying", {"package": "torch"}), succeeded=False)
    monkeypatch.setattr(panel.widget.logic, "makeWorker", dying)
    panel.widget.updateReady()
    panel.until(lambda: self_test.problems is not None)
    assert panel.ui.dependenciesLabel.text == "Installed but damaged: torch. Press Install to get that anew."


def test_a_worker_that_cannot_work_at_all_is_told_without_a_button(panel, self_test, monkeypatch):
    from CRFGANSynthLib.jobs import worker

    self_test.forget()
    monkeypatch.setattr(worker, "commandLine", lambda arguments: ["/nowhere/PythonSlicer"])
    panel.widget.updateReady()
    panel.until(lambda: self_test.problems is not None)
    assert panel.ui.dependenciesLabel.text == "PythonSlicer can't be used: No such file or directory."
    assert not panel.shows(panel.ui.installButton)


def test_work_that_fails_for_a_damaged_package_brings_the_button(panel, scene, self_test, installer, monkeypatch):
    reason = "The package torch is installed but can't be loaded (OSError). Install it anew, then try again."
    failed = ("failed", {"reason": reason, "package": "torch"})
    with monkeypatch.context() as patch:
        patch.setattr(panel.widget.logic, "makeWorker", saying(failed, succeeded=False))
        panel.ui.synthesizeButton.click()
        panel.wait(panel.job)
    assert panel.status == reason
    assert panel.ui.dependenciesLabel.text == "Installed but damaged: torch. Press Install to get that anew."
    installer.pytorch_extension = True
    panel.ui.installButton.click()
    removed, installed = installer.runs
    assert removed == ("uninstall", "torch", "torchvision")
    assert installed[0].startswith("torch<3,>=2.6")


def test_slicers_own_packages_are_never_replaced(panel, self_test, installer):
    self_test.blame("numpy", "half of it")
    press_install(panel)
    assert installer.runs == []
    assert panel.ui.dependenciesLabel.text == "numpy came with Slicer and can't be used. Install Slicer anew."


def test_nothing_is_installed_into_a_slicer_that_is_being_tested(panel, installer, slicer_app, slicer):
    slicer_app.app._testing = True
    installer.missing.add("tqdm")
    press_install(panel)
    assert installer.runs == []
    assert panel.ui.dependenciesLabel.text == "To train and synthesize, install: tqdm"
