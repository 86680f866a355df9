"""The stand-ins themselves: CTK's line for a path and its slider send their signals when CTK's do."""

import pytest


@pytest.fixture
def qt(slicer_app):
    import qt

    return qt


@pytest.fixture
def edit(qt):
    """A line for a path, and the line inside it."""
    import ctk

    edit = ctk.ctkPathLineEdit()
    return edit, edit.comboBox().lineEdit()


@pytest.fixture
def heard(edit):
    """The names and values of what the edit and its line signal, in order."""
    path_edit, line = edit
    heard = []
    line.connect("textEdited(QString)", lambda text: heard.append(("textEdited", text)))
    line.connect("editingFinished()", lambda: heard.append(("editingFinished",)))
    path_edit.connect("currentPathChanged(QString)", lambda path: heard.append(("currentPathChanged", path)))
    path_edit.connect("validInputChanged(bool)", lambda valid: heard.append(("validInputChanged", valid)))
    return heard


def press(qt, line, text="", key=0):
    for kind in (qt.QEvent.KeyPress, qt.QEvent.KeyRelease):
        qt.QApplication.sendEvent(line, qt.QKeyEvent(kind, key, qt.Qt.NoModifier, text))


def test_a_path_changes_at_each_keystroke(qt, edit, heard):
    press(qt, edit[1], "a")
    press(qt, edit[1], "b")
    changes = [each for each in heard if each[0] != "validInputChanged"]
    assert changes == [
        ("textEdited", "a"), ("currentPathChanged", "a"), ("textEdited", "ab"), ("currentPathChanged", "ab")
    ]  # fmt: skip
    assert edit[0].currentPath == "ab"


def test_editing_is_finished_by_enter(qt, edit, heard):
    press(qt, edit[1], "a")
    assert ("editingFinished",) not in heard
    press(qt, edit[1], key=qt.Qt.Key_Return)
    assert heard[-1] == ("editingFinished",)


def test_a_path_that_a_program_sets_is_signalled_too(edit, heard):
    edit[0].currentPath = "/data"
    assert heard == [("currentPathChanged", "/data"), ("validInputChanged", True)]
    edit[0].currentPath = "/data"
    edit[0].setCurrentPath("/other")
    assert heard[2:] == [("currentPathChanged", "/other")]


def test_the_history_has_the_newest_path_first(edit):
    path_edit, box = edit[0], edit[0].comboBox()
    for path in ("/a", "/b", "/a"):
        path_edit.currentPath = path
        path_edit.addCurrentPathToHistory()
    assert [box.itemText(index) for index in range(box.count)] == ["/a", "/b"]
    assert path_edit.currentPath == "/a"


@pytest.fixture
def slider(qt):
    import ctk

    return ctk.ctkSliderWidget()


def follow(slider):
    heard = []
    slider.connect("valueChanged(double)", lambda value: heard.append(("changed", value)))
    slider.connect("valueIsChanging(double)", lambda value: heard.append(("changing", value)))
    return heard


def test_a_slider_that_tracks_changes_at_each_value(qt, slider):
    heard, handle = follow(slider), slider.findChild(qt.QSlider)
    handle.setSliderDown(True)
    handle.setValue(3)
    assert (heard, slider.value) == ([("changed", 3.0)], 3.0)


def test_a_slider_without_tracking_changes_when_it_is_let_go(qt, slider):
    slider.tracking = False
    heard, handle = follow(slider), slider.findChild(qt.QSlider)
    handle.setSliderDown(True)
    handle.setValue(3)
    assert (heard, slider.value) == ([("changing", 3.0)], 0.0)
    handle.setSliderDown(False)
    assert (heard[1:], slider.value) == ([("changed", 3.0)], 3.0)
