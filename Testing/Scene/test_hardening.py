"""Volumes under transforms that aren't linear, on a real scene: told in one sentence, and used by hardened copies."""

import numpy as np
import pytest
from grid_transforms import half_bent_scans, put_under_grid_transform

QUICK = {"preset": "tiny-32", "shape": (32, 32, 32), "iterations": 2, "batch_size": 2}


@pytest.fixture
def scans(logic, slicer):
    """Four CTs, of which the second and the fourth are under a grid transform."""
    return half_bent_scans()


def facts_of(node, slicer):
    """All of a volume that hardening in place would change."""
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    node.GetIJKToRASMatrix(matrix)
    voxels = slicer.util.arrayFromVolume(node).copy()
    return node.GetTransformNodeID(), slicer.util.arrayFromVTKMatrix(matrix).tolist(), voxels.tolist()


@pytest.mark.parametrize("work", ["train", "evaluate", "evaluate against training"])
def test_one_sentence_names_the_volumes_before_anything_is_begun(logic, scans, tmp_path, work):
    from crfgan.errors import InputError

    begin = {
        "train": lambda: logic.train(scans, folder=tmp_path / "run", **QUICK),
        "evaluate": lambda: logic.evaluate(synthetic=scans[:2], real=scans[2:], folder=tmp_path / "run"),
        "evaluate against training": lambda: logic.evaluate(
            synthetic=tmp_path, real=scans[:1], training=scans[1:], folder=tmp_path / "run"
        ),
    }
    with pytest.raises(InputError) as error:
        begin[work]()
    assert str(error.value) == (
        "2 of 4 volumes are under a transform that isn't linear: CT 1, CT 3. "
        "Use hardened copies: logic.hardenedCopies(nodes) or, in the panel, Harden copies."
    )
    assert not (tmp_path / "run").exists()


def test_a_reference_under_such_a_transform_is_named(logic, scans):
    from crfgan.errors import InputError

    with pytest.raises(InputError, match=r"^CT 1 is under a transform that isn't linear\. Use hardened copies: "):
        logic.synthesize(referenceNode=scans[1])


def test_many_volumes_under_such_transforms_are_one_readable_sentence(logic, slicer):
    from crfgan.errors import InputError

    nodes = [slicer.util.addVolumeFromArray(np.zeros((4, 4, 4)), name=f"CT {number}") for number in range(30)]
    for node in nodes:
        put_under_grid_transform(node)
    with pytest.raises(InputError, match=r"^30 of 30 volumes .*: CT 0, CT 1, .*CT 9 \.\.\.\. Use"):
        logic.train(nodes, **QUICK)


def test_hardened_copies_are_trained_on_and_the_originals_stay(logic, scans, slicer, tmp_path):
    before = [facts_of(node, slicer) for node in scans]
    copies = logic.hardenedCopies(scans)
    assert [node.GetName() for node in copies] == ["CT 0", "CT 1 hardened", "CT 2", "CT 3 hardened"]
    assert copies[0] is scans[0]
    assert copies[1].GetParentTransformNode() is None
    assert [facts_of(node, slicer) for node in scans] == before
    model = logic.train(copies, folder=tmp_path / "run", **QUICK)
    from crfgan.runs.card import read_card

    assert read_card(model)["volumes"] == 4


def test_a_hardened_copy_has_the_voxels_where_the_transform_puts_them(logic, scans, slicer):
    from CRFGANSynthLib.nodes import volumeFromNode

    (copy,) = logic.hardenedCopies(scans[1:2])
    transform = scans[1].GetParentTransformNode()
    index = np.array([16, 16, 16])
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    scans[1].GetIJKToRASMatrix(matrix)
    place = slicer.util.arrayFromVTKMatrix(matrix) @ [*index, 1]
    import vtk

    toWorld = vtk.vtkGeneralTransform()
    transform.GetTransformToWorld(toWorld)
    volume = volumeFromNode(copy)
    moved = np.linalg.inv(volume.ijk_to_ras) @ [*toWorld.TransformPoint(place[:3]), 1]
    i, j, k = np.round(moved[:3]).astype(int)
    near = volume.array[k - 1 : k + 2, j - 1 : j + 2, i - 1 : i + 2]
    value = slicer.util.arrayFromVolume(scans[1])[16, 16, 16]
    assert near.min() - 1 <= value <= near.max() + 1
    assert not np.allclose(toWorld.TransformPoint(place[:3]), place[:3])


def test_a_copy_keeps_the_class_and_is_made_once(logic, scans, slicer):
    from CRFGANSynthLib import nodes

    nodes.setTrainingClass(scans[1], "tilted")
    (copy,) = logic.hardenedCopies(scans[1:2])
    assert nodes.trainingClass(copy) == "tilted"
    assert logic.hardenedCopies(scans[1:2]) == [copy]
    slicer.mrmlScene.RemoveNode(copy)
    assert logic.hardenedCopies(scans[1:2]) != [scans[1]]


def test_a_copy_is_known_again_in_a_scene_that_was_saved(logic, scans, slicer, tmp_path):
    logic.hardenedCopies(scans)
    slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    (original,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")[1:2]
    (copy,) = logic.hardenedCopies([original])
    assert (original.GetName(), copy.GetName()) == ("CT 1", "CT 1 hardened")
    assert len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")) == 6
