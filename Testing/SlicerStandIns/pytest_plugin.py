"""pytest fixtures over the harness; where something is missing, tests skip and say what.

slicer_app     the running Application, reset for this test
scene          slicer.mrmlScene, empty
no_main_window runs the test as `Slicer --no-main-window` does; ask for it before the panel
views          the module SlicerStandIns.views, where pictures can be drawn
load           loads a scripted module's file, once per session
raises_in_slots  exceptions that slots and observers raised; any left at the end fail the test
"""

import sys
import traceback

import pytest

from . import environment


@pytest.fixture(scope="session")
def _application():
    reason = environment.missing()
    if reason:
        pytest.skip(reason)
    from . import start

    return start()


@pytest.fixture
def slicer_app(_application, raises_in_slots):
    _application.reset()
    yield _application
    try:
        _application.dialogs.refuse_unused_choices()
    finally:
        _application.reset()


@pytest.fixture
def scene(slicer_app):
    import slicer

    return slicer.mrmlScene


@pytest.fixture
def no_main_window(slicer_app):
    """slicer.util.mainWindow() and slicer.app.layoutManager() are None."""
    slicer_app.app._remove_main_window()
    yield
    slicer_app.app._add_main_window()


@pytest.fixture
def views(slicer_app):
    reason = environment.missing_for_pictures()
    if reason:
        pytest.skip(reason)
    from .pictures import views

    return views


@pytest.fixture(scope="session")
def load(_application):
    from . import load_module

    loaded = {}

    def load_once(path):
        if str(path) not in loaded:
            loaded[str(path)] = load_module(path)
        return loaded[str(path)]

    yield load_once
    for module in loaded.values():
        module.unload()


@pytest.fixture
def open_panel(load, slicer_app):
    """Opens the panel of a module's file anew for this test, and closes it with cleanup() afterwards."""
    from . import create_widget

    opened = []

    def open_module(path):
        opened.append(load(path))
        return create_widget(opened[-1])

    yield open_module
    for module in opened:
        module.unload()


@pytest.fixture(autouse=True)
def raises_in_slots(monkeypatch):
    """Qt and VTK print what a slot or an observer raises and go on; a test fails, unless it clears the list."""
    raised = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: raised.append((kind, error, trace)))
    yield raised
    if raised:
        pytest.fail(
            "Raised in a slot or an observer:\n" + "".join(traceback.format_exception(*raised[0])), pytrace=False
        )
