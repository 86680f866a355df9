"""The logic on a real MRML scene: what a user types into Slicer's Python console."""

from pathlib import Path

import numpy as np
import pytest

MODULE = Path(__file__).resolve().parents[2] / "CRFGANSynth" / "CRFGANSynth.py"
QUICK = {"preset": "tiny-32", "shape": (32, 32, 32), "iterations": 2, "batch_size": 2}


@pytest.fixture
def logic(load, scene, slicer_app):
    load(MODULE)
    from CRFGANSynth import CRFGANSynthLogic

    return CRFGANSynthLogic()


@pytest.fixture
def slicer(slicer_app):
    import slicer

    return slicer


@pytest.fixture
def heads(logic, slicer):
    from crfgan.phantoms import make_head

    images = [make_head(seed, (32, 32, 32)).image for seed in range(3)]
    return [slicer.util.addVolumeFromArray(i.array, i.ijk_to_ras, name="Head") for i in images]


def test_train_and_synthesize_from_the_console(logic, heads, tmp_path, slicer):
    events = []
    model = logic.train(heads, folder=tmp_path / "run", progress=lambda event: events.append(event["event"]), **QUICK)
    nodes = logic.synthesize(model, count=3, seed=7)
    assert model == tmp_path / "run" / "model.safetensors"
    assert [node.GetClassName() for node in nodes] == ["vtkMRMLScalarVolumeNode"] * 3
    assert events[0] == "started"
    assert events.count("step") == 2
    again = logic.synthesize(model, count=1, seed=7)
    assert np.array_equal(slicer.util.arrayFromVolume(again[0]), slicer.util.arrayFromVolume(nodes[0]))
    assert nodes[0].GetDescription().startswith("SYNTHETIC - not for diagnosis")


def test_volumes_of_one_name_are_all_used(logic, heads, tmp_path):
    told = []
    logic.train(heads, folder=tmp_path / "run", progress=told.append, **QUICK)
    assert next(event for event in told if event["event"] == "prepared")["volumes"] == 3


def test_a_transformed_volume_is_trained_where_it_stands(logic, heads, slicer):
    from CRFGANSynthLib.nodes import volumeFromNode

    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = np.eye(4)
    matrix[:3, 3] = (10, 20, 30)
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    before = volumeFromNode(heads[0]).center_ras()
    heads[0].SetAndObserveTransformNodeID(transform.GetID())
    assert np.allclose(volumeFromNode(heads[0]).center_ras() - before, (10, 20, 30))


def test_a_callback_that_returns_false_saves_and_stops(logic, heads, tmp_path):
    settings = QUICK | {"iterations": 100000}
    model = logic.train(heads, folder=tmp_path / "run", progress=lambda event: event["event"] != "step", **settings)
    assert model.exists()
    assert len(logic.synthesize(model)) == 1


def test_classes_and_a_reference_volume(logic, heads, tmp_path, slicer):
    model = logic.train(heads, folder=tmp_path / "run", labels=["young", "old", "old"], **QUICK)
    reference = heads[0]
    (node,) = logic.synthesize(model, className="old", referenceNode=reference)
    assert node.GetAttribute("CRFGANSynth.Class") == "old"
    assert node.GetImageData().GetDimensions() == reference.GetImageData().GetDimensions()
    assert np.allclose(node.GetOrigin(), reference.GetOrigin(), atol=1e-3)


def test_bad_input_raises_the_core_s_sentence(logic, heads, tmp_path):
    from crfgan.errors import InputError

    with pytest.raises(InputError, match="`shape` must be three multiples of 32"):
        logic.train(heads, folder=tmp_path / "run", shape=(60, 60, 60))
    with pytest.raises(RuntimeError, match="Training needs at least 2 volumes, got 1 found"):
        logic.train(heads[:1], folder=tmp_path / "run", **QUICK)


def test_a_volume_without_voxels_is_named(logic, slicer):
    from crfgan.errors import InputError
    from CRFGANSynthLib.nodes import volumeFromNode

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty")
    with pytest.raises(InputError, match="Empty has no voxels"):
        volumeFromNode(node)
