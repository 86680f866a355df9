"""Volumes are let go of when the scene is closed, however they were used; a thousand of them are no burden."""

import gc

import numpy as np
import pytest


def kept(references):
    """What of the objects is still alive, and how many bytes of voxels that are."""
    gc.collect()
    alive = [reference.Get() for reference in references if reference.Get() is not None]
    return len(alive), sum(each.GetActualMemorySize() * 1024 for each in alive if each.IsA("vtkImageData"))


@pytest.fixture
def remember(slicer):
    """Weak references to all volumes of the scene, and to the voxels of those that no slice view shows.

    A view's own pipeline keeps what it showed last until it shows something else, whoever asked for that.
    """
    import vtk

    def remember():
        shown = {node.GetBackgroundVolumeID() for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")}
        references = []
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
            for each in (node, node.GetImageData()) if node.GetID() not in shown else (node,):
                references.append(vtk.vtkWeakReference())
                references[-1].Set(each)
        return references

    return remember


def close_scene(panel, slicer):
    slicer.mrmlScene.Clear(0)
    panel.turn(0.3)


def test_volumes_that_were_listed_and_checked_are_freed(panel, scene, slicer, remember):
    for number in range(3):
        slicer.util.addVolumeFromArray(np.random.rand(20, 20, 20).astype(np.float32), name=f"Volume {number}")
    panel.ui.trainSection.collapsed = False
    panel.check()
    panel.turn(0.3)
    references = remember()
    assert kept(references) == (6, 3 * 20**3 * 4 // 1024 * 1024 + 3 * 1024)
    close_scene(panel, slicer)
    assert kept(references) == (0, 0)


def test_a_volume_that_is_removed_is_freed(panel, heads, slicer, remember):
    panel.turn(0.3)
    references = remember()
    # As Slicer's Data module does it: with the display node, which would keep the voxels by itself.
    slicer.mrmlScene.RemoveNode(heads[-1].GetDisplayNode())
    slicer.mrmlScene.RemoveNode(heads.pop())
    panel.turn(0.3)
    assert kept(references)[0] == 4


def test_volumes_that_were_made_compared_segmented_and_trained_on_are_freed(panel, scene, slicer, remember):
    from CRFGANSynthLib import sample_data

    sample_data.load("head", 3, 32)
    panel.ui.countSpinBox.value = 2
    panel.ui.synthesizeButton.click()
    panel.wait(panel.job)
    panel.wait(panel.start_training(showLive=True))
    panel.ui.compareSection.collapsed = False
    panel.turn(0.2)
    panel.ui.differenceButton.click()
    panel.ui.segmentComboBox.currentIndex = panel.ui.segmentComboBox.findData("head")
    panel.ui.segmentButton.click()
    panel.turn(0.2)
    references = remember()
    nodes, voxels = kept(references)
    assert nodes >= 10 and voxels > 0  # three real, two synthetic ones, a preview, a difference; most with voxels
    close_scene(panel, slicer)
    assert kept(references) == (0, 0)


def test_a_thousand_volumes_are_listed_checked_and_freed(panel, scene, slicer, remember):
    scene.StartState(scene.BatchProcessState)
    voxels = np.zeros((8, 8, 8), np.uint8)
    for number in range(1000):
        slicer.util.addVolumeFromArray(voxels + np.uint8(number % 7), name=f"Volume {number}")
    scene.EndState(scene.BatchProcessState)
    panel.ui.trainSection.collapsed = panel.ui.compareSection.collapsed = False
    panel.turn(0.1)
    assert panel.ui.volumesTable.rowCount == 1000
    panel.widget.train.volumes.check(True)
    references = remember()
    close_scene(panel, slicer)
    assert panel.ui.volumesTable.rowCount == 0
    assert kept(references) == (0, 0)
