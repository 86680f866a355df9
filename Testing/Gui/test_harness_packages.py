"""The stand-ins themselves: packages that are missing, installations that fail, the PyTorch extension."""

import importlib
import importlib.metadata
import importlib.util
import subprocess
import sys

import pytest
from SlicerStandIns.packages import pip_outputs


@pytest.fixture
def installer(slicer_app):
    return slicer_app.installer


@pytest.fixture
def packaging(slicer_app):
    import slicer.packaging

    return slicer.packaging


def test_a_missing_package_is_not_found_but_stays_loaded(installer, packaging):
    import numpy

    installer.missing.add("numpy")
    assert importlib.util.find_spec("numpy") is None
    assert not packaging.pip_check("numpy")
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("numpy")
    assert sys.modules["numpy"] is numpy
    installer.reset()
    assert importlib.util.find_spec("numpy") is not None


def test_a_module_is_missing_under_the_name_of_its_package_too(installer):
    installer.missing.add("pynrrd")
    assert importlib.util.find_spec("nrrd") is None


def test_a_missing_package_can_not_be_imported_anew(installer, monkeypatch):
    installer.missing.add("colorsys")
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("colorsys")


def test_installing_asks_first(slicer_app, installer, packaging):
    installer.missing.update({"tqdm", "psutil"})
    packaging.pip_ensure(["tqdm>=4", "psutil"], requester="CRFGANSynth")
    question = slicer_app.dialogs.messages[0]
    assert (question.title, question.details) == ("CRFGANSynth - Install Python Packages", "- tqdm>=4\n- psutil")
    assert installer.missing == set()


@pytest.mark.parametrize("refuse", ["declined", "dialog"])
def test_declining_raises(slicer_app, installer, packaging, refuse):
    installer.missing.add("tqdm")
    installer.declined, slicer_app.dialogs.accepts = refuse == "declined", refuse != "dialog"
    with pytest.raises(RuntimeError, match="declined"):
        packaging.pip_ensure("tqdm")
    assert installer.missing == {"tqdm"}


def test_skipped_packages_stay_missing(installer, packaging):
    installer.missing.update({"torch", "tqdm"})
    assert packaging.pip_ensure(["torch>=2.6", "tqdm"], skip_packages=["torch"]) == ["torch>=2.6"]
    assert installer.missing == {"torch"}


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (pip_outputs.OFFLINE, "Temporary failure in name resolution"),
        (pip_outputs.PROXY, "407 Proxy Authentication Required"),
        (pip_outputs.DISK_FULL, "No space left on device"),
    ],
)
def test_a_failing_pip_says_why_in_the_console_alone(installer, packaging, capsys, output, words):
    installer.missing.add("tqdm")
    installer.pip_output = output
    with pytest.raises(subprocess.CalledProcessError) as caught:
        packaging.pip_ensure("tqdm>=4", skip_packages=["torch"])
    assert words in capsys.readouterr().out
    assert caught.value.cmd[-2:] == ["tqdm>=4", "--no-deps"]
    assert caught.value.output.read() == ""
    assert installer.missing == {"tqdm"}


def test_a_failing_pip_without_skipping_shows_its_log(slicer_app, installer, packaging):
    installer.missing.add("tqdm")
    installer.pip_output = pip_outputs.OFFLINE
    with pytest.raises(subprocess.CalledProcessError):
        packaging.pip_ensure("tqdm")
    error = slicer_app.dialogs.messages[-1]
    assert (error.kind, error.text) == ("error", "Package installation failed.")
    assert "name resolution" in error.details


@pytest.fixture
def seen_while_pip_works(installer, packaging):
    """Installs one package; gives the titles of the modal windows, and whether a timer fired, while pip was at work."""
    import qt

    def install(**options):
        seen = []

        def look():
            window = qt.QApplication.activeModalWidget()
            seen.append(window.windowTitle if window is not None else None)

        installer.missing.add("tqdm")
        qt.QTimer.singleShot(0, look)
        packaging.pip_ensure("tqdm", prompt_install=False, requester="Panel", **options)
        assert qt.QApplication.activeModalWidget() is None
        return seen

    return install


def test_a_modal_window_is_up_while_pip_works(seen_while_pip_works):
    assert seen_while_pip_works() == ["Panel - Installing Python Packages"]


def test_without_progress_the_rest_of_the_panel_can_be_used_meanwhile(seen_while_pip_works):
    assert seen_while_pip_works(show_progress=False) == [None]


def test_under_tests_no_window_comes_up(slicer_app, seen_while_pip_works):
    slicer_app.app._testing = True
    assert seen_while_pip_works(skip_in_testing=False) == [None]


def test_events_are_handled_for_each_line_that_pip_prints(installer, packaging, capsys):
    import qt

    installer.missing.add("tqdm")
    turns = []
    timer = qt.QTimer()
    timer.connect("timeout()", lambda: turns.append("turn"))
    timer.start(0)
    packaging.pip_ensure("tqdm", prompt_install=False, show_progress=False)
    timer.stop()
    assert len(turns) >= len(capsys.readouterr().out.splitlines()) == 3


def test_a_dependency_that_fails_fails_the_package(installer, packaging, capsys):
    installer.missing.update({"tqdm", "colorama"})
    installer.needs["tqdm"] = ["colorama"]
    installer.failing.add("colorama")
    with pytest.raises(subprocess.CalledProcessError):
        packaging.pip_ensure("tqdm", show_progress=False)
    assert "No matching distribution found for colorama" in capsys.readouterr().out
    assert installer.missing == {"tqdm", "colorama"}


def test_a_dependency_that_fails_is_a_warning_where_packages_are_skipped(installer, packaging, caplog):
    installer.missing.update({"tqdm", "colorama"})
    installer.needs["tqdm"] = ["colorama"]
    installer.failing.add("colorama")
    assert packaging.pip_ensure("tqdm", skip_packages=["torch"]) == []
    assert "Failed to install colorama" in caplog.text
    assert installer.missing == {"colorama"}


def test_dependencies_are_installed_with_the_package(installer, packaging):
    installer.missing.update({"tqdm", "colorama"})
    installer.needs["tqdm"] = ["colorama"]
    packaging.pip_install("tqdm")
    assert installer.missing == set()


def test_pip_takes_options(installer, packaging):
    installer.missing.update({"tqdm", "colorama"})
    installer.needs["tqdm"] = ["colorama"]
    packaging.pip_install(["--force-reinstall", "--no-deps", "tqdm>=4"], show_progress=False)
    assert installer.runs == [("--force-reinstall", "--no-deps", "tqdm>=4")]
    assert installer.missing == {"colorama"}


def test_installing_in_the_background_is_refused(packaging):
    with pytest.raises(NotImplementedError, match="No stand-in installs in the background"):
        packaging.pip_install("tqdm", blocking=False)


def test_the_extension_is_absent_until_a_test_says_so(installer):
    import slicer

    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("PyTorchUtils")
    assert not hasattr(slicer.modules, "pytorchutils")
    installer.pytorch_extension = True
    assert importlib.import_module("PyTorchUtils").PyTorchUtilsLogic().torchInstalled()
    assert slicer.modules.pytorchutils.name == "PyTorchUtils"
    installer.pytorch_extension = False
    assert not hasattr(slicer.modules, "pytorchutils")


@pytest.fixture
def torch_logic(installer):
    """The extension's logic, torch missing."""
    installer.pytorch_extension = True
    installer.missing.add("torch")
    return importlib.import_module("PyTorchUtils").PyTorchUtilsLogic()


def test_torch_is_installed_by_the_extension(installer, torch_logic):
    assert not torch_logic.torchInstalled()
    torch = torch_logic.installTorch(askConfirmation=True, torchVersionRequirement=">=2.6")
    assert torch.__name__ == "torch"
    assert torch_logic.torchInstalled()
    assert installer.requests[0].requirements == ("torch>=2.6", "torchvision")


def test_declined_torch_is_none(slicer_app, installer, torch_logic):
    slicer_app.dialogs.accepts = False
    assert torch_logic.installTorch(askConfirmation=True, forceComputationBackend="cpu") is None
    assert "--pytorch-computation-backend=cpu" in slicer_app.dialogs.texts("question")[0]
    assert not torch_logic.torchInstalled()


def test_torch_fails_to_install(installer, torch_logic, capsys):
    installer.pip_output = pip_outputs.PROXY
    with pytest.raises(subprocess.CalledProcessError):
        torch_logic.installTorch()
    assert "ProxyError" in capsys.readouterr().out
    installer.failure = OSError("disk full")
    with pytest.raises(OSError, match="disk full"):
        torch_logic.installTorch()
    assert not torch_logic.torchInstalled()
