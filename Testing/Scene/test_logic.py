"""The logic on a real MRML scene: what a user types into Slicer's Python console."""

from pathlib import Path

import numpy as np
import pytest

MODULE = Path(__file__).resolve().parents[2] / "CRFGANSynth" / "CRFGANSynth.py"
QUICK = {"preset": "tiny-32", "shape": (32, 32, 32), "iterations": 2, "batch_size": 2}


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
    settings = QUICK | {"iterations": 3000}
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


# Without waiting


def wait_for_step(job):
    import slicer

    while job.secondsLeft is None and not job.ended:
        slicer.app.processEvents()


def test_a_started_training_tells_its_progress_pauses_goes_on_and_stops(logic, heads):
    job = logic.startTraining(heads, **QUICK | {"iterations": 3000})
    wait_for_step(job)
    assert job.running and 0 < job.progress < 1
    job.pause()
    while job.state != "paused":
        job.poll()
    step = job.done
    job.resume()
    while job.done == step:
        job.poll()
    job.stop()
    assert job.result().name == "model.safetensors"
    assert job.state == "stopped"
    (run,) = logic.runs()
    assert (run.step, run.total, run.resumable) == (job.done, 3000, True)
    again = logic.startResuming(run.folder)
    while again.done <= job.done:
        again.poll()
    again.cancel()
    again.wait()
    assert again.state == "stopped"


def test_a_started_synthesis_gives_its_nodes_as_the_result(logic):
    job = logic.startSynthesis(count=2, seed=3)
    assert job.result() == job.nodes
    assert [node.GetAttribute("CRFGANSynth.Index") for node in job.nodes] == ["0", "1"]
    assert job.progress == 1


def test_jobs_started_together_are_done_one_after_the_other(logic):
    first, second = logic.startSynthesis(seed=1), logic.startSynthesis(seed=2)
    assert (first.running, second.state) == (True, "waiting")
    assert len(second.result()) == 1
    assert first.state == "finished"


def test_a_failed_job_raises_its_sentence_from_result(logic, heads, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"no model")
    job = logic.startSynthesis(tmp_path / "model.safetensors")
    with pytest.raises(RuntimeError, match=r"model\.safetensors must be a file written by crfgan"):
        job.result()
    assert job.state == "failed"


def test_truncation_makes_a_volume_more_typical_and_is_told(logic, slicer):
    (whole,), (typical,) = logic.synthesize(seed=4), logic.synthesize(seed=4, truncation=0.3)
    assert typical.GetAttribute("CRFGANSynth.Truncation") == "0.3"
    assert whole.GetAttribute("CRFGANSynth.Truncation") is None
    assert not np.array_equal(slicer.util.arrayFromVolume(whole), slicer.util.arrayFromVolume(typical))


def test_files_of_a_folder_are_checked_and_trained_on(logic, tmp_path):
    from crfgan.phantoms import make_head
    from crfgan.volumes.writing import write_volume

    for seed in range(2):
        write_volume(make_head(seed, (32, 32, 32)).image, tmp_path / "scans" / f"scan_{seed}.nii.gz", {})
    (tmp_path / "scans" / "bad.nrrd").write_bytes(b"")
    found = {each["name"]: each for each in logic.check(tmp_path / "scans")}
    assert found["scan_0"]["problem"] == "" and found["bad"]["problem"] != ""
    files = [file for each in found.values() if not each["problem"] for file in each["files"]]
    model = logic.train(files=files, labels=["a", "b"], folder=tmp_path / "run", **QUICK)
    from crfgan.runs.card import read_card

    assert read_card(model)["volumes"] == 2 and read_card(model)["classes"] == ["a", "b"]


def test_what_would_be_left_out_is_trained_on_when_the_caller_insists(logic, tmp_path):
    from crfgan.errors import InputError
    from crfgan.runs.card import read_card
    from crfgan.volumes.volume import Volume
    from crfgan.volumes.writing import write_volume
    from drawn_scans import mri

    for name, array in {"a": mri(0), "b": mri(1), "mask": (mri(0) > 300).astype("u1")}.items():
        write_volume(Volume(array, np.diag([6.0, 6.0, 6.0, 1.0])), tmp_path / "scans" / f"{name}.nrrd", {})
    problems = {each["name"]: each["problem"] for each in logic.check(tmp_path / "scans")}
    assert problems["mask"].startswith("mask looks like a label map")
    assert not any(each["problem"] for each in logic.check(tmp_path / "scans", include=["label-maps"]))
    settings = {"files": [tmp_path / "scans"], "folder": tmp_path / "run", **QUICK}
    with pytest.raises(InputError, match=r"^`include` must hold words of label-maps, .*, got 'masks'\. Choose among"):
        logic.train(include=["masks"], **settings)
    assert read_card(logic.train(include=["label-maps"], **settings))["volumes"] == 3


def test_estimate_tells_memory_and_time_of_every_preset(logic):
    found = logic.estimate()
    ours = ["tiny-32", "small-64", "standard-128", "full-256"]
    assert list(found)[:4] == ours and "published-256" in found
    memory = [found[name]["memory"] for name in ours]
    assert memory == sorted(memory) and found["tiny-32"]["seconds"] > 0


def test_models_are_listed_imported_exported_renamed_and_deleted(logic, tmp_path):
    shipped = logic.models()
    assert shipped, "the module ships a model"
    own = logic.importModel(logic.exportModel(shipped[0].path, tmp_path / "mine.safetensors"))
    assert own.parent == logic.modelsFolder()
    renamed = logic.rename(own, "theirs")
    assert [model.name for model in logic.models()] == [*(model.name for model in shipped), "theirs"]
    logic.delete(renamed)
    assert len(logic.models()) == len(shipped)


def test_nothing_is_missing_here(logic):
    assert logic.missing() == []


def test_sample_phantoms_are_made_without_a_network(logic, scene):
    from CRFGANSynthLib import sample_data

    nodes = sample_data.load("chest", count=2, side=32)
    assert [node.GetName() for node in nodes] == ["Chest phantom 1", "Chest phantom 2"]
    assert nodes[0].GetDescription().startswith("SYNTHETIC - not for diagnosis")
    assert nodes[0].GetDisplayNode().GetWindow() > 0


def test_sample_phantoms_are_registered(load, slicer_app, slicer):
    load(MODULE)
    slicer.app.startupCompleted.emit()
    names = {source.sampleName for source in slicer.modules.sampleDataSources["CRFGANSynth"]}
    assert names == {"Head phantoms (MRI)", "Chest phantoms (CT)"}


def test_slicers_python_interface_finds_the_sample_phantoms(load, slicer, scene, tmp_path, monkeypatch):
    load(MODULE)
    import SampleData
    from crfgan.phantoms import make_head

    scene.GetCacheManager().SetRemoteCacheDirectory(str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    node = SampleData.SampleDataLogic().downloadSample("Head phantoms (MRI)")
    image = make_head(0, (64, 64, 64)).image
    assert node.GetName() == "Head phantom 1"
    assert np.array_equal(slicer.util.arrayFromVolume(node), image.array)
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    node.GetIJKToRASMatrix(matrix)
    assert np.allclose(slicer.util.arrayFromVTKMatrix(matrix), image.ijk_to_ras, atol=1e-6)
    names = [each.GetName() for each in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")]
    assert names == [f"Head phantom {number}" for number in range(1, 13)]


def test_addresses_of_others_are_left_as_they_are(load, slicer):
    load(MODULE)
    from CRFGANSynthLib import sample_data

    assert sample_data.addressOfFile("https://host/head.nrrd") == "https://host/head.nrrd"


def test_classes_are_given_to_nodes_files_and_folders_of_one_name(logic, heads, tmp_path):
    from crfgan.phantoms import make_head
    from crfgan.runs.card import read_card
    from crfgan.volumes.writing import write_volume

    for seed in range(3):
        write_volume(make_head(seed, (32, 32, 32)).image, tmp_path / f"p{seed}" / "T1.nrrd", {})
    heads[0].SetName("T1")
    files = [tmp_path / "p0" / "T1.nrrd", tmp_path / "p1", tmp_path / "p2"]
    model = logic.train(heads[:1], files=files, labels=["a", "a", "b", "c"], folder=tmp_path / "run", **QUICK)
    assert read_card(model)["classes"] == ["a", "b", "c"]


def test_a_label_too_few_is_told_before_anything_is_begun(logic, heads, tmp_path):
    from crfgan.errors import InputError

    with pytest.raises(InputError, match="Every volume must have a class: 3 are needed, 2 are given"):
        logic.train(heads, labels=["a", "b"], folder=tmp_path / "run", **QUICK)
    assert not (tmp_path / "run").exists()
