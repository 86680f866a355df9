"""Segmentations on real MRML nodes: where they lie, what they are called, what is measured of them."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.phantoms import make_chest, make_head

LUNG = (
    "Segmentation category and type - 3D Slicer General Anatomy list~SCT^123037004^Anatomical Structure"
    "~SCT^39607008^Lung~^^~Anatomic codes - DICOM master list~^^~^^"
)


@pytest.fixture
def slicer(scene):
    import slicer

    return slicer


@pytest.fixture
def segmentations(load, scene):
    from pathlib import Path

    load(Path(__file__).resolve().parents[2] / "CRFGANSynth" / "CRFGANSynth.py")
    from CRFGANSynthLib import segmentations

    return segmentations


@pytest.fixture(scope="module")
def chest():
    return make_chest(0, (48, 48, 48))


@pytest.fixture
def volumeNode(slicer, chest):
    return slicer.util.addVolumeFromArray(chest.image.array, chest.image.ijk_to_ras, "Chest")


def maskOf(slicer, node, identifier, volumeNode):
    return slicer.util.arrayFromSegmentBinaryLabelmap(node, identifier, volumeNode)


def test_a_segment_is_what_the_core_finds(slicer, segmentations, volumeNode, chest):
    from crfgan.segmentation.presets import segment

    node = segmentations.segmentNode(volumeNode, "lung")
    assert node.GetName() == "Chest segmentation"
    assert node.GetSegmentation().GetSegmentIDs() == ("lung",)
    np.testing.assert_array_equal(maskOf(slicer, node, "lung", volumeNode), segment(chest.image, "lung"))


def test_a_segment_has_name_colour_terminology_and_surface(segmentations, volumeNode):
    import vtk

    node = segmentations.segmentNode(volumeNode, "lung")
    segment = node.GetSegmentation().GetSegment("lung")
    assert segment.GetName() == "Lung"
    assert segment.GetColor() == pytest.approx((197 / 255, 165 / 255, 145 / 255))
    tag = vtk.reference("")
    assert segment.GetTag("TerminologyEntry", tag)
    assert tag.get() == LUNG
    assert node.GetClosedSurfaceInternalRepresentation("lung").GetNumberOfPoints() > 1000
    assert node.GetDisplayNode() is not None


def test_every_preset_has_a_look(segmentations):
    from crfgan.segmentation.presets import PRESETS

    assert set(segmentations.looks()) == set(PRESETS)
    for look in segmentations.looks().values():
        assert [part.count("^") for part in look.terminology.split("~")] == [0, 2, 2, 2, 0, 2, 2]


def test_a_given_segmentation_is_used_and_a_segment_replaced(slicer, segmentations, volumeNode):
    node = segmentations.segmentNode(volumeNode, "lung")
    assert segmentations.segmentNode(volumeNode, "bone", node) is node
    assert node.GetSegmentation().GetSegmentIDs() == ("lung", "bone")
    before = maskOf(slicer, node, "lung", volumeNode).sum()
    slicer.util.arrayFromVolume(volumeNode)[24:] = -1000
    segmentations.segmentNode(volumeNode, "lung", node)
    assert node.GetSegmentation().GetNumberOfSegments() == 2
    assert maskOf(slicer, node, "lung", volumeNode).sum() < 0.8 * before
    assert maskOf(slicer, node, "bone", volumeNode).any()
    assert len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")) == 1
    assert not slicer.util.getNodesByClass("vtkMRMLLabelMapVolumeNode")


def test_a_segmentation_lies_beside_its_volume_and_tells_that_it_is_synthetic(slicer, segmentations, volumeNode):
    from CRFGANSynthLib.nodes import isSynthetic, putIntoFolder

    volumeNode.SetAttribute("CRFGANSynth.Synthetic", "YES")
    putIntoFolder(volumeNode, "Synthetic volumes")
    node = segmentations.segmentNode(volumeNode, "lung")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(node)
    assert hierarchy.GetItemName(hierarchy.GetItemParent(item)) == "Synthetic volumes"
    assert hierarchy.GetItemAttribute(item, "Synthetic") == "YES"
    assert isSynthetic(node)


def test_a_segmentation_of_a_real_volume_says_nothing_of_the_kind(segmentations, volumeNode):
    from CRFGANSynthLib.nodes import isSynthetic

    assert not isSynthetic(segmentations.segmentNode(volumeNode, "lung"))


def test_a_segmentation_moves_with_its_volume(slicer, segmentations, volumeNode):
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = np.eye(4)
    matrix[:3, 3] = (100, 0, 0)
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    plain = segmentations.segmentNode(volumeNode, "lung")
    volumeNode.SetAndObserveTransformNodeID(transform.GetID())
    moved = segmentations.segmentNode(volumeNode, "lung")
    bounds = [0.0] * 6, [0.0] * 6
    plain.GetRASBounds(bounds[0])
    moved.GetRASBounds(bounds[1])
    np.testing.assert_allclose(np.subtract(bounds[1], bounds[0]), [100, 100, 0, 0, 0, 0], atol=1e-6)


def test_what_a_volume_does_not_show_is_said(segmentations, volumeNode, slicer):
    slicer.util.arrayFromVolume(volumeNode)[:] = -1000
    with pytest.raises(InputError, match="Chest must show a lung"):
        segmentations.segmentNode(volumeNode, "lung")
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def test_a_segmentation_from_an_array_of_labels(slicer, segmentations, volumeNode, chest):
    names = {value: name for value, name in chest.label_names.items() if "lung" in name} | {99: "nothing"}
    node = segmentations.fromLabelMap(volumeNode, chest.labels.array, names)
    segmentation = node.GetSegmentation()
    found = {segmentation.GetSegment(each).GetName(): each for each in segmentation.GetSegmentIDs()}
    assert list(found) == ["right lung", "left lung"]
    for value, name in names.items():
        if name in found:
            mask = maskOf(slicer, node, found[name], volumeNode)
            np.testing.assert_array_equal(mask, chest.labels.array == value)
    colors = {segmentation.GetSegment(each).GetColor() for each in found.values()}
    assert len(colors) == 2
    assert node.GetClosedSurfaceInternalRepresentation(found["left lung"]).GetNumberOfPoints() > 100


def test_a_segmentation_from_a_file_of_labels(slicer, segmentations, volumeNode, chest, tmp_path):
    from crfgan.volumes.writing import write_volume

    write_volume(chest.labels, tmp_path / "labels.nrrd", {})
    node = segmentations.fromLabelMap(volumeNode, tmp_path / "labels.nrrd", {3: "right lung"})
    assert maskOf(slicer, node, "label_3", volumeNode).sum() == np.sum(chest.labels.array == 3)
    assert not slicer.util.getNodesByClass("vtkMRMLLabelMapVolumeNode")


def test_labels_on_other_voxels_are_refused(slicer, segmentations, volumeNode, tmp_path):
    from crfgan.volumes.writing import write_volume

    with pytest.raises(InputError, match=r"Chest, \(48, 48, 48\), got \(2, 3, 4\)\. Choose"):
        segmentations.fromLabelMap(volumeNode, np.ones((2, 3, 4)), {1: "one"})
    elsewhere = make_head(0, (48, 48, 48)).labels
    write_volume(elsewhere, tmp_path / "elsewhere.nrrd", {})
    with pytest.raises(InputError, match="elsewhere must have the geometry of Chest"):
        segmentations.fromLabelMap(volumeNode, tmp_path / "elsewhere.nrrd", {1: "one"})


def test_the_table_has_the_size_of_every_segment(slicer, segmentations, volumeNode):
    node = segmentations.segmentNode(volumeNode, "lung")
    segmentations.segmentNode(volumeNode, "bone", node)
    table = segmentations.volumesTable([node])
    voxel = np.prod(volumeNode.GetSpacing()) / 1000
    sizes = [maskOf(slicer, node, name, volumeNode).sum() * voxel for name in ("lung", "bone")]
    assert [table.GetColumnName(column) for column in range(3)] == ["Segmentation", "Segment", "Volume (ml)"]
    assert [table.GetCellText(row, 1) for row in range(2)] == ["Lung", "Bone"]
    np.testing.assert_allclose([float(table.GetCellText(row, 2)) for row in range(2)], sizes, atol=0.01)
    slicer.mrmlScene.RemoveNode(volumeNode)
    again = segmentations.volumesTable([node, node])
    assert again is table
    assert again.GetNumberOfRows() == 4
    assert segmentations.volumesTable([]).GetNumberOfRows() == 0


def test_dice_of_segments_by_name(slicer, segmentations, volumeNode, chest):
    from crfgan.segmentation.presets import dice

    found = segmentations.segmentNode(volumeNode, "lung")
    segmentations.segmentNode(volumeNode, "bone", found)
    lungs = np.isin(chest.labels.array, (3, 4))
    truth = segmentations.fromLabelMap(volumeNode, lungs.astype(np.uint8), {1: "Lung"})
    assert segmentations.diceOf(found, found) == {"Lung": 1, "Bone": 1}
    expected = dice(maskOf(slicer, found, "lung", volumeNode), lungs)
    assert segmentations.diceOf(found, truth) == {"Lung": pytest.approx(expected)}


def test_dice_of_segmentations_on_different_voxels(slicer, segmentations, volumeNode, chest):
    finer = make_chest(0, (96, 96, 96)).image
    finerNode = slicer.util.addVolumeFromArray(finer.array, finer.ijk_to_ras, "Finer")
    first, second = (segmentations.segmentNode(node, "lung") for node in (volumeNode, finerNode))
    assert 0.9 < segmentations.diceOf(first, second)["Lung"] < 1
