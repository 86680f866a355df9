"""Paths that are typed letter by letter, chosen in a dialog, or cleared."""

from pathlib import Path

import pytest


@pytest.fixture
def type_into(panel):
    """Types a text into a path edit, over what stands there; Enter is pressed unless told otherwise."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    def type_text(edit, text, enter=True):
        line = edit.comboBox().lineEdit()
        line.selectAll()
        QTest.keyClick(line, Qt.Key.Key_Delete)
        for letter in text:
            QTest.keyClicks(line, letter)
            panel.turn()
        if enter:
            QTest.keyClick(line, Qt.Key.Key_Return)

    return type_text


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "aa" / "bb").mkdir(parents=True)
    return tmp_path / "aa"


@pytest.fixture
def usual(slicer):
    """Where runs lie as long as nobody chose another place."""
    return Path(slicer.app.slicerUserSettingsFilePath).parent / "CRFGANSynth"


def place():
    from CRFGANSynthLib import preferences

    return preferences.dataFolder()


def test_no_folder_on_the_way_is_taken_for_the_place(panel, type_into, folder):
    before = place()
    type_into(panel.ui.placePathEdit, str(folder / "bb"), enter=False)
    assert place() == before
    assert panel.ui.placePathEdit.currentPath == str(folder / "bb")
    panel.ui.placePathEdit.comboBox().lineEdit().editingFinished.emit()
    assert place() == folder / "bb"
    assert panel.ui.trainPlacePathEdit.currentPath == str(folder / "bb")


def test_a_new_folder_within_one_that_is_there_can_be_the_place(panel, type_into, folder):
    type_into(panel.ui.placePathEdit, str(folder / "new"))
    assert place() == folder / "new"


@pytest.mark.parametrize("text", ["runs", "./runs", "/no such folder/deeper/runs"])
def test_what_cannot_be_the_place_is_told_and_changes_nothing(panel, type_into, slicer_app, text):
    before = place()
    type_into(panel.ui.placePathEdit, text)
    assert place() == before
    assert panel.ui.placePathEdit.currentPath == str(before)
    assert slicer_app.dialogs.texts("error") == [
        f"{text} can't be the place: choose a folder that is there, or a new one within it."
    ]


def test_an_empty_place_stays_empty_until_it_is_finished_and_stands_for_the_usual_one(panel, type_into, usual):
    type_into(panel.ui.placePathEdit, "", enter=False)
    assert panel.ui.placePathEdit.currentPath == ""
    panel.ui.placePathEdit.comboBox().lineEdit().editingFinished.emit()
    assert place() == usual
    assert panel.ui.placePathEdit.currentPath == str(usual)


def test_a_place_chosen_in_the_dialog_is_taken_at_once(panel, slicer_app, folder):
    slicer_app.dialogs.file = str(folder)
    panel.ui.placePathEdit.browse()
    assert place() == folder


def test_a_data_folder_is_looked_into_once_it_is_typed(panel, type_into, folder):
    from CRFGANSynthLib.panel import sentences

    edit = panel.ui.dataFolderPathEdit
    type_into(edit, f"{folder}//b", enter=False)
    # What changes elsewhere meanwhile doesn't take the half-typed path away.
    panel.parameters.count = 3
    panel.turn(0.1)
    assert edit.currentPath == f"{folder}//b"
    assert sentences.isUnset(panel.parameters.dataFolder)
    type_into(edit, f"{folder}//bb")
    assert panel.parameters.dataFolder == folder / "bb"


def test_the_cleared_data_folder_is_none(panel, type_into, folder):
    from CRFGANSynthLib.panel import sentences

    type_into(panel.ui.dataFolderPathEdit, str(folder))
    assert panel.parameters.dataFolder == folder
    panel.ui.clearFolderButton.click()
    assert sentences.isUnset(panel.parameters.dataFolder)
    assert panel.ui.dataFolderPathEdit.currentPath == ""


def test_runs_stay_out_of_the_roaming_profile_of_windows(panel, slicer, monkeypatch, usual, tmp_path):
    slicer.app.userSettings().clear()
    assert place() == usual
    monkeypatch.setenv("APPDATA", str(usual.parents[1]))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert place() == tmp_path / "Local" / usual.parent.name / "CRFGANSynth"
