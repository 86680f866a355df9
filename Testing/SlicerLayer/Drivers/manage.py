"""Models and runs on the disk: import, export, rename, resume, delete, each by its button."""

import shutil
from pathlib import Path

import qt
from drive import OUT, pump, slicer, step, until
from opened_panel import ui, widget

slicer.util.confirmOkCancelDisplay = lambda *arguments, **settings: True


def names():
    return [ui.filesTable.item(row, 0).text() for row in range(ui.filesTable.rowCount)]


def choose(name):
    ui.filesTable.setCurrentCell(names().index(name), 0)
    pump(2)


def train():
    from CRFGANSynthLib import sample_data

    sample_data.load("head", 3, 32)
    ui.trainSection.collapsed = False
    pump(10, 0.02)
    widget.train.volumes.check(True)
    ui.presetComboBox.currentIndex, ui.runNameEdit.text, ui.iterationsSpinBox.value = 0, "first", 3
    ui.trainButton.click()
    job = widget.jobs.queue.jobs[-1]
    until(lambda: job.ended, 200)
    assert not job.error, job.error
    ui.manageSection.collapsed = False
    pump(5)
    assert "first" in names(), names()
    return names()


def export():
    choose("first")
    qt.QFileDialog.getSaveFileName = staticmethod(lambda *arguments: OUT + "/exported.safetensors")
    ui.exportButton.click()
    assert Path(OUT, "exported.safetensors").exists()


def bring_in():
    shutil.move(OUT + "/exported.safetensors", OUT + "/second.safetensors")
    qt.QFileDialog.getOpenFileName = staticmethod(lambda *arguments: OUT + "/second.safetensors")
    ui.importButton.click()
    pump(3)
    assert len(names()) == 4, names()
    return names()


def rename():
    choose("first")
    qt.QInputDialog.getText = staticmethod(lambda *arguments: "renamed")
    ui.renameButton.click()
    pump(3)
    # The copy that came in keeps the name of its model.
    assert names().count("renamed") == 1 and names().count("first") == 1, names()


def train_longer():
    choose("renamed")
    assert ui.resumeRunButton.text == "Train longer", ui.resumeRunButton.text
    ui.resumeRunButton.click()
    job = widget.jobs.queue.jobs[-1]
    until(lambda: job.ended, 200)
    assert (job.state, job.done) == ("finished", 6), (job.state, job.done, job.error)


def delete():
    choose("renamed")
    ui.deleteButton.click()
    pump(3)
    assert "renamed" not in names(), names()
    assert not ui.deleteButton.enabled or widget.manage.chosen is not None


for each in (train, export, bring_in, rename, train_longer, delete):
    step(each.__name__, each)
