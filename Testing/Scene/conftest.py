"""Slicers that lack something."""

import pytest


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
