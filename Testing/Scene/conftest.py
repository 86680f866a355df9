"""The module's logic in a scene, and Slicers that lack something."""

from pathlib import Path

import pytest
from warm_worker import warm_worker

MODULE = Path(__file__).resolve().parents[2] / "CRFGANSynth" / "CRFGANSynth.py"


@pytest.fixture
def slicer(slicer_app):
    import slicer

    return slicer


@pytest.fixture
def logic(load, scene, slicer, tmp_path):
    load(MODULE)
    slicer.app.userSettings().setValue("CRFGANSynth/dataFolder", str(tmp_path / "data"))
    from CRFGANSynth import CRFGANSynthLogic

    return CRFGANSynthLogic(makeWorker=warm_worker())


@pytest.fixture
def without_torch(slicer_app):
    """PyTorch is not installed."""
    slicer_app.installer.missing.add("torch")


@pytest.fixture
def without_main_window(slicer_app, monkeypatch):
    """As `Slicer --no-main-window`: there is no layout manager either."""
    window = slicer_app.app._window
    name = window.objectName
    window.objectName = ""
    with monkeypatch.context() as patch:
        patch.setattr(slicer_app.app, "_layout", None)
        yield
    window.objectName = name
