"""The stand-ins themselves: nodes, scenes, parameter nodes and pictures behave as in Slicer."""

import enum
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

SHAPE = (6, 7, 8)


class Mode(enum.Enum):
    FAST = "fast"
    GOOD = "good"


def oblique_matrix():
    """Spacing 1, 2, 3 mm, turned by 30 degrees about the S axis, off the origin."""
    turn = np.radians(30)
    matrix = np.diag([1.0, 2.0, 3.0, 1.0])
    matrix[:2, :2] = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ matrix[:2, :2]
    matrix[:3, 3] = (-10.5, 20.25, 30.0)
    return matrix


def ijk_to_ras(volume):
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


@pytest.fixture
def volume(scene):
    import slicer

    voxels = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    return slicer.util.addVolumeFromArray(voxels, oblique_matrix(), "Volume")


@pytest.fixture
def reopen(scene, tmp_path):
    """Saves the scene as a bundle, closes it and loads it again."""
    import slicer

    def through_bundle():
        path = str(tmp_path / "scene.mrb")
        assert slicer.util.saveScene(path)
        scene.Clear(0)
        slicer.util.loadScene(path)

    return through_bundle


@pytest.fixture
def parameters(scene):
    """A wrapped parameter node of every kind of value, made anew from the scene at each call."""
    import slicer
    from slicer.parameterNodeWrapper import Choice, Minimum, WithinRange, parameterNodeWrapper
    from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

    @parameterNodeWrapper
    class Parameters:
        steps: Annotated[int, Minimum(1)] = 3
        weight: Annotated[float, WithinRange(0, 1)] = 0.5
        size: Annotated[int, Choice([64, 128])] = 64
        name: str = ""
        fast: bool = False
        mode: Mode = Mode.GOOD
        folder: Path = Path("/data")
        volume: slicer.vtkMRMLScalarVolumeNode
        volumes: list[slicer.vtkMRMLScalarVolumeNode]
        labels: list[str]

    class HarnessLogic(ScriptedLoadableModuleLogic):
        pass

    return lambda: Parameters(HarnessLogic().getParameterNode())


def test_geometry_and_voxels_survive_a_scene_bundle(volume, reopen):
    import slicer

    reopen()
    loaded = slicer.util.getNode("Volume")
    np.testing.assert_allclose(ijk_to_ras(loaded), oblique_matrix(), atol=1e-9)
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(loaded).ravel(), np.arange(np.prod(SHAPE)))


@pytest.mark.parametrize(("suffix", "tolerance"), [(".nrrd", 1e-9), (".nii.gz", 1e-4)])
def test_geometry_survives_a_file(volume, tmp_path, suffix, tolerance):
    import slicer

    path = str(tmp_path / f"volume{suffix}")
    assert slicer.util.saveNode(volume, path)
    loaded = slicer.util.loadVolume(path, {"name": "Loaded"})
    assert loaded.GetName() == "Loaded"
    np.testing.assert_allclose(ijk_to_ras(loaded), oblique_matrix(), atol=tolerance)


def test_segmentation_table_and_folder_survive_a_scene_bundle(volume, scene, reopen):
    import slicer

    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Segmentation")
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segment = segmentation.GetSegmentation().AddEmptySegment("half")
    voxels = (slicer.util.arrayFromVolume(volume) > 100).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(voxels, segmentation, segment, volume)
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", "Table")
    slicer.util.updateTableFromArray(table, np.array([1.0, 2.0]), ["loss"])
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "Synthesized")
    hierarchy.CreateItem(folder, volume)
    reopen()
    loaded = slicer.util.getNode("Segmentation"), slicer.util.getNode("Volume")
    assert slicer.util.arrayFromSegmentBinaryLabelmap(loaded[0], segment, loaded[1]).sum() == voxels.sum()
    np.testing.assert_array_equal(slicer.util.arrayFromTableColumn(slicer.util.getNode("Table"), "loss"), [1.0, 2.0])
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(loaded[1]))
    assert hierarchy.GetItemName(parent) == "Synthesized"


def test_parameters_survive_a_scene_bundle(parameters, volume, reopen):
    import slicer

    given = parameters()
    given.steps, given.weight, given.size, given.name = 7, 0.25, 128, "run"
    given.fast, given.mode, given.folder = True, Mode.FAST, Path("/models")
    given.volume, given.volumes, given.labels = volume, [volume], ["a", "b"]
    reopen()
    loaded, node = parameters(), slicer.util.getNode("Volume")
    assert (loaded.steps, loaded.weight, loaded.size, loaded.name) == (7, 0.25, 128, "run")
    assert (loaded.fast, loaded.mode, loaded.folder) == (True, Mode.FAST, Path("/models"))
    assert (loaded.volume, loaded.volumes, loaded.labels) == (node, [node], ["a", "b"])


def test_parameters_have_defaults_again_when_the_scene_is_closed(parameters, scene):
    given = parameters()
    given.steps = 9
    scene.Clear(0)
    assert given.steps == 3


def test_nodes_that_leave_the_scene_are_none_in_the_parameters(parameters, volume, scene):
    given = parameters()
    given.volume, given.volumes = volume, [volume]
    scene.RemoveNode(volume)
    assert given.volume is None
    assert given.volumes == [None]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("steps", 0, ValueError),
        ("steps", "3", TypeError),
        ("weight", 1.5, ValueError),
        ("size", 65, ValueError),
        ("name", 3, TypeError),
        ("mode", "FAST", TypeError),
        ("volume", "Volume", TypeError),
    ],
)
def test_parameters_refuse(parameters, name, value, error):
    with pytest.raises(error):
        setattr(parameters(), name, value)


@pytest.mark.parametrize("name", ["MR-Default", "CT-Chest-Contrast-Enhanced", "CT-Bones"])
def test_volume_rendering_presets_are_copied(volume, name):
    import slicer

    logic = slicer.modules.volumerendering.logic()
    display = logic.CreateDefaultVolumeRenderingNodes(volume)
    kept = display.GetVolumePropertyNode()
    kept.Copy(logic.GetPresetByName(name))
    assert kept.GetName() == name
    assert kept.GetVolumeProperty().GetScalarOpacity().GetSize() > 2
    assert logic.GetPresetByName("No-Such-Preset") is None


def test_restart_is_only_counted(slicer_app):
    slicer_app.app.restart()
    assert slicer_app.app._restarts == 1


def test_an_exception_in_an_observer_is_seen(scene, raises_in_slots):
    tag = scene.AddObserver(scene.NodeAddedEvent, lambda caller, event: [][0])
    scene.AddNewNodeByClass("vtkMRMLTextNode")
    # This one alone: Slicer's own logics observe the scene, too, and views would follow it no longer.
    scene.RemoveObserver(tag)
    assert [kind for kind, _, _ in raises_in_slots] == [IndexError]
    raises_in_slots.clear()


def test_pip_that_is_called_directly_is_remembered(slicer_app):
    import slicer

    slicer_app.installer.missing.add("torch")
    slicer.util.pip_install("torch>=2.6")
    assert (slicer_app.installer.runs, slicer_app.installer.requests) == ([("torch>=2.6",)], [])


def test_packages_are_never_removed(slicer_app):
    import slicer

    with pytest.raises(AssertionError, match="must not remove packages"):
        slicer.util.pip_uninstall("torch")


def test_missing_packages_are_asked_for_once(slicer_app):
    import slicer.packaging

    slicer_app.installer.missing.add("numpy")
    slicer.packaging.pip_ensure("numpy>=1.26 vtk", requester="CRFGANSynth")
    assert slicer_app.installer.requests[0].requirements == ("numpy>=1.26",)
    assert slicer.packaging.pip_check("numpy>=1.26")


def test_the_module_folder_is_appended_to_the_path(load, tmp_path):
    (tmp_path / "Minimal.py").write_text(
        "from slicer.ScriptedLoadableModule import *\n"
        "class Minimal(ScriptedLoadableModule):\n"
        "    pass\n"
        "class MinimalTest(ScriptedLoadableModuleTest):\n"
        "    def runTest(self):\n"
        "        self.fail('seen')\n"
    )
    import SlicerStandIns

    module = load(tmp_path / "Minimal.py")
    assert sys.path[-1] == str(tmp_path)
    with pytest.raises(AssertionError, match="seen"):
        SlicerStandIns.run_module_test(module)


def test_four_up_shows_the_volume_in_every_view(views, scene, tmp_path):
    import slicer
    from PIL import Image

    axis = np.linspace(-1, 1, 32)
    depth, height, width = np.meshgrid(axis, axis, axis, indexing="ij")
    ball = (200 * (depth**2 + height**2 + width**2 < 0.5)).astype(np.int16)
    volume = slicer.util.addVolumeFromArray(ball, np.diag([-1.0, -1.0, 1.0, 1.0]), "Ball")
    path = views.render_four_up(tmp_path / "four.png", volume, size=(400, 300), window_level=(200, 100))
    picture = np.asarray(Image.open(path).convert("L"))
    for pane in (picture[30:140, 10:190], picture[180:290, 10:190], picture[180:290, 210:390]):
        assert pane.max() > 200
        assert np.median(pane[:, :10]) < 30
    assert picture[30:140, 210:390].std() > 10


def test_the_patients_right_is_on_the_left_of_the_axial_view(views, scene):
    import slicer

    voxels = np.zeros((16, 16, 16), dtype=np.int16)
    voxels[:, :, 8:] = 100
    volume = slicer.util.addVolumeFromArray(voxels, np.diag([1.0, 1.0, 1.0, 1.0]), "Right half")
    views.prepare_volume(volume, (100, 50))
    picture = views.render_slice("Red", volume, (200, 200))
    assert picture[100, 60].max() > 200
    assert picture[100, 140].max() < 30
