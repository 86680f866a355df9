"""The stand-ins themselves: which nodes live on when the scene is closed, and what a layout node keeps."""

import gc

import pytest


@pytest.fixture
def follower(slicer_app):
    import slicer

    class Follower(slicer.util.VTKObservationMixin):
        def onModified(self, caller, event):
            """Nothing is done."""

    return Follower()


@pytest.fixture
def volume(scene):
    """Weak references to a volume node and its voxels; nothing but the scene holds them."""
    import numpy as np
    import slicer
    import vtk

    def weak(each):
        reference = vtk.vtkWeakReference()
        reference.Set(each)
        return reference

    node = slicer.util.addVolumeFromArray(np.zeros((4, 4, 4), np.int16), name="Followed")
    return weak(node), weak(node.GetImageData())


def alive(references):
    gc.collect()
    return [each.Get() is not None for each in references]


def test_a_node_that_nobody_observes_goes_with_the_scene(scene, volume):
    scene.Clear(0)
    assert alive(volume) == [False, False]


def test_an_observer_keeps_a_node_and_its_voxels(scene, volume, follower):
    import vtk

    follower.addObserver(volume[0].Get(), vtk.vtkCommand.ModifiedEvent, follower.onModified)
    scene.Clear(0)
    assert alive(volume) == [True, True]


def test_a_node_is_kept_after_its_observer_was_removed(scene, volume, follower):
    """VTKObservationMixin forgets the observer, but not the node."""
    import vtk

    follower.addObserver(volume[0].Get(), vtk.vtkCommand.ModifiedEvent, follower.onModified)
    follower.removeObserver(volume[0].Get(), vtk.vtkCommand.ModifiedEvent, follower.onModified)
    scene.Clear(0)
    assert alive(volume) == [True, True]


def test_a_list_of_nodes_keeps_none_of_them(scene, volume):
    import slicer

    combo = slicer.qMRMLNodeComboBox()
    combo.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    combo.setMRMLScene(scene)
    assert combo.nodeCount() == 1
    scene.Clear(0)
    assert alive(volume) == [False, False]


def test_closing_the_scene_keeps_the_layout_and_forgets_its_attributes(slicer_app, scene):
    import slicer

    manager = slicer.app.layoutManager()
    node = manager.layoutLogic().GetLayoutNode()
    node.SetAttribute("Panel.LayoutBefore", "3")
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
    scene.Clear(0)
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView
    assert manager.layoutLogic().GetLayoutNode().GetAttribute("Panel.LayoutBefore") is None


def test_timers_fire_while_a_volume_is_read(scene, volume, tmp_path):
    import qt
    import slicer

    path = str(tmp_path / "volume.nrrd")
    slicer.util.saveNode(volume[0].Get(), path)
    fired = []
    qt.QTimer.singleShot(0, lambda: fired.append(True))
    slicer.util.loadVolume(path)
    assert fired == [True]


def test_a_file_that_takes_long_to_read_lets_timers_fire_again_and_again(slicer_app, scene, volume, tmp_path):
    import qt
    import slicer

    path = str(tmp_path / "volume.nrrd")
    slicer.util.saveNode(volume[0].Get(), path)
    slicer_app.app.coreIOManager()._reading_s = 0.2
    fired, timer = [], qt.QTimer()
    timer.connect("timeout()", lambda: fired.append(True))
    timer.start(10)
    slicer.util.loadVolume(path)
    timer.stop()
    assert len(fired) >= 3
    slicer_app.reset()
    assert slicer_app.app.coreIOManager()._reading_s == 0
