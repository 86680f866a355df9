"""Volumes in a folder on the disk, with classes: looked at, chosen, trained on, synthesized by class; and segmented."""

from pathlib import Path

from crfgan.phantoms import make_head
from crfgan.volumes.writing import write_volume
from drive import OUT, pump, slicer, step, until
from opened_panel import ui, widget

FOLDER = Path(OUT, "volumes")


def write():
    for number in range(4):
        write_volume(make_head(number, (32, 32, 32)).image, FOLDER / f"head_{number}.nrrd", {})
    rows = "\n".join(f"head_{number},{'small' if number < 2 else 'large'}" for number in range(4))
    (FOLDER / "labels.csv").write_text("name,class\n" + rows + "\n", encoding="utf-8")


def look():
    ui.trainSection.collapsed = False
    ui.dataFolderPathEdit.currentPath = str(FOLDER)
    until(lambda: len(widget.train.volumes.chosen) == 4, 60)
    pump(10, 0.02)
    found = [(ui.volumesTable.item(row, 0).text(), ui.volumesTable.item(row, 1).text()) for row in range(4)]
    assert [name for _, name in found] == ["small", "small", "large", "large"], found
    return found


def train():
    ui.presetComboBox.currentIndex, ui.runNameEdit.text, ui.iterationsSpinBox.value = 0, "classes", 3
    ui.trainButton.click()
    job = widget.jobs.queue.jobs[-1]
    until(lambda: job.ended, 200)
    assert not job.error, job.error
    pump(5)
    return [ui.classComboBox.itemText(index) for index in range(ui.classComboBox.count)]


def synthesize():
    ui.classComboBox.currentIndex = ui.classComboBox.findText("large")
    ui.synthesizeButton.click()
    job = widget.jobs.queue.jobs[-1]
    until(lambda: job.ended, 200)
    assert not job.error, job.error
    (node,) = job.nodes
    assert node.GetAttribute("CRFGANSynth.Class") == "large", {
        n: node.GetAttribute(n) for n in node.GetAttributeNames()
    }
    return node.GetName()


def segment():
    ui.compareSection.collapsed = False
    pump(10, 0.02)
    node = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")[0]
    ui.syntheticSelector.setCheckState(node, 2)
    ui.segmentComboBox.currentIndex = ui.segmentComboBox.findData("head")
    ui.segmentButton.click()
    return slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode")


for each in (write, look, train, synthesize, segment):
    step(each.__name__, each)
