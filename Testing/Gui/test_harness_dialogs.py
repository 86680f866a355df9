"""The stand-ins themselves: pop-ups are recorded and answered by the test, with PythonQt's return values."""

import pytest

LEAVE, STOP = "&Leave it running", "&Stop it"


@pytest.fixture
def qt(slicer_app):
    import qt

    return qt


@pytest.fixture
def closing_box(qt):
    """A question with three buttons of its own; gives the box and the buttons by their texts."""

    def make():
        box = qt.QMessageBox(qt.QMessageBox.Question, "Training", "A run is under way.")
        buttons = {
            LEAVE: box.addButton(LEAVE, qt.QMessageBox.AcceptRole),
            STOP: box.addButton(STOP, qt.QMessageBox.DestructiveRole),
            "Cancel": box.addButton(qt.QMessageBox.Cancel),
        }
        return box, buttons

    return make


@pytest.mark.parametrize(("chosen", "pressed"), [("Leave it running", LEAVE), ("Stop it", STOP), ("Cancel", "Cancel")])
def test_a_button_is_chosen_by_its_text(slicer_app, closing_box, chosen, pressed):
    box, buttons = closing_box()
    slicer_app.dialogs.choose(chosen)
    box.exec_()
    assert box.clickedButton() == buttons[pressed]
    message = slicer_app.dialogs.messages[0]
    assert (message.kind, message.text, message.title) == ("question", "A run is under way.", "Training")
    assert (set(message.buttons), message.pressed) == ({"Leave it running", "Stop it", "Cancel"}, chosen)


@pytest.mark.parametrize(("accepts", "pressed"), [(True, LEAVE), (False, "Cancel")])
def test_without_a_choice_enter_or_escape_is_pressed(slicer_app, closing_box, accepts, pressed):
    box, buttons = closing_box()
    slicer_app.dialogs.accepts = accepts
    box.setDefaultButton(buttons["Cancel"])
    box.exec_()
    assert box.clickedButton() == buttons[pressed]


def test_choices_wait_for_the_box_that_has_the_button(slicer_app, closing_box):
    import slicer

    slicer_app.dialogs.choose("Stop it", "No")
    slicer.util.infoDisplay("Saved.")
    closing_box()[0].exec_()
    assert not slicer.util.confirmYesNoDisplay("Really?")
    assert [each.pressed for each in slicer_app.dialogs.messages] == ["OK", "Stop it", "No"]


def test_a_choice_that_no_box_had_is_told(slicer_app):
    slicer_app.dialogs.choose("Leave it")
    with pytest.raises(AssertionError, match="Leave it"):
        slicer_app.dialogs.refuse_unused_choices()
    slicer_app.reset()


def test_standard_buttons_are_returned(slicer_app, qt):
    box = qt.QMessageBox()
    box.setStandardButtons(qt.QMessageBox.Save | qt.QMessageBox.Discard | qt.QMessageBox.Cancel)
    slicer_app.dialogs.choose("Save")
    assert box.exec_() == qt.QMessageBox.Save
    assert qt.QMessageBox.question(None, "Delete", "Delete it?") == qt.QMessageBox.Yes
    slicer_app.dialogs.accepts = False
    assert qt.QMessageBox.question(None, "Delete", "Delete it?") == qt.QMessageBox.No
    assert qt.QMessageBox.warning(None, "Disk", "Full.") == qt.QMessageBox.Ok
    assert slicer_app.dialogs.texts("warning") == ["Full."]


def test_a_window_of_the_module_s_own_does_not_wait(slicer_app, qt):
    dialog = qt.QDialog()
    dialog.setWindowTitle("Details")
    later = qt.QPushButton("&Later", dialog)
    later.connect("clicked()", dialog.reject)
    assert dialog.exec_() == qt.QDialog.Accepted
    slicer_app.dialogs.choose("Later")
    assert dialog.exec_() == qt.QDialog.Rejected
    assert [each.title for each in slicer_app.dialogs.messages if each.kind == "dialog"] == ["Details"] * 2


def test_file_dialogs_return_a_plain_path(slicer_app, qt, tmp_path):
    slicer_app.dialogs.file = tmp_path / "model.safetensors"
    wanted = str(slicer_app.dialogs.file)
    assert qt.QFileDialog.getOpenFileName(None, "Add a model", "/models", "Models (*.safetensors)") == wanted
    assert qt.QFileDialog.getSaveFileName(None, "Export") == wanted
    assert qt.QFileDialog.getExistingDirectory(None, "Data folder") == wanted
    assert qt.QFileDialog.getOpenFileNames(None, "Volumes") == (wanted,)
    first = slicer_app.dialogs.file_requests[0]
    assert (first.kind, first.title, first.folder, first.filter) == (
        "open",
        "Add a model",
        "/models",
        "Models (*.safetensors)",
    )
    assert [each.kind for each in slicer_app.dialogs.file_requests] == ["open", "save", "folder", "open"]


def test_cancelled_file_dialogs_return_nothing(slicer_app, qt):
    slicer_app.dialogs.file = "/data"
    slicer_app.dialogs.accepts = False
    assert qt.QFileDialog.getExistingDirectory() == ""
    assert qt.QFileDialog.getOpenFileNames() == ()


def test_file_dialogs_take_no_keywords(qt):
    with pytest.raises(TypeError):
        qt.QFileDialog.getOpenFileName(caption="Add a model")


def test_a_path_line_browses(slicer_app, qt):
    import ctk

    slicer_app.dialogs.file = "/data"
    line = ctk.ctkPathLineEdit()
    line.filters = ctk.ctkPathLineEdit.Dirs
    line.browse()
    assert line.currentPath == "/data"


def test_a_line_is_typed(slicer_app, qt):
    from PythonQt import BoolResult

    ok = BoolResult()
    assert qt.QInputDialog.getText(None, "Rename", "Name:", qt.QLineEdit.Normal, "run-1", ok) == "run-1"
    assert ok
    slicer_app.dialogs.typed = "heads"
    assert qt.QInputDialog.getText(None, "Rename", "Name:") == "heads"
    slicer_app.dialogs.accepts = False
    assert qt.QInputDialog.getText(None, "Rename", "Name:", qt.QLineEdit.Normal, "run-1", ok) == ""
    assert not ok
    assert slicer_app.dialogs.texts("input") == ["Name:"] * 3


def test_addresses_are_only_recorded(slicer_app, qt):
    assert qt.QDesktopServices.openUrl(qt.QUrl("https://example.org/guide"))
    assert slicer_app.dialogs.opened_urls == ["https://example.org/guide"]
    with pytest.raises(ValueError, match="openUrl"):
        qt.QDesktopServices.openUrl("https://example.org/guide")
