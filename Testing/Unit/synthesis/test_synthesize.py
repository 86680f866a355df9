"""Synthesis from a model file alone: repeatable, in the data's units and geometry, and marked as synthetic."""

import json
import shutil

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from crfgan.commands.main import main
from crfgan.errors import InputError
from crfgan.phantoms import make_chest, make_head
from crfgan.runs.card import FORMAT, read_card
from crfgan.runs.model_file import load_model
from crfgan.storage.tensor_file import load_tensors, save_tensors
from crfgan.synthesis.synthesize import synthesize
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
from crfgan.volumes.writing import write_volume


def make(model, count, seed, **options):
    return [volume for volume, _ in synthesize(model, count, seed, **options)]


def test_a_model_file_copied_elsewhere_is_enough(trained_run, tmp_path):
    copy = shutil.copy(trained_run / "model.safetensors", tmp_path / "mine.safetensors")
    (volume,) = make(load_model(tmp_path / copy), 1, 0)
    assert volume.shape == (32, 32, 32)


def test_the_same_seed_gives_the_same_volume_whatever_the_count(trained_run):
    one, two = (load_model(trained_run) for _ in range(2))
    few, many = make(one, 1, 5), make(two, 3, 5)
    assert np.array_equal(few[0].array, many[0].array)
    assert not np.array_equal(many[0].array, many[1].array)
    assert not np.array_equal(make(one, 1, 6)[0].array, few[0].array)


def test_geometry_and_range_are_those_of_the_training_volumes(trained_run, head_folder):
    model = load_model(trained_run)
    (volume,) = make(model, 1, 1)
    real = [read_volume(source) for source in find_volumes([head_folder])]
    assert np.allclose(volume.spacing, model.grid.spacing[::-1])
    assert np.all(np.diag(volume.ijk_to_ras)[:3] > 0)
    assert np.linalg.norm(volume.center_ras() - np.mean([v.center_ras() for v in real], axis=0)) < 30
    assert volume.array.min() >= min(v.array.min() for v in real)
    assert volume.array.max() <= max(v.array.max() for v in real)


def test_a_reference_volume_gives_its_grid(trained_run):
    reference = make_head(11, (40, 48, 44)).image
    (volume,) = make(load_model(trained_run), 1, 1, reference=reference)
    assert volume.shape == (40, 48, 44)
    np.testing.assert_allclose(volume.ijk_to_ras, reference.ijk_to_ras, atol=1e-4)


def test_hounsfield_units_stay_hounsfield_units(tmp_path):
    for seed in range(2):
        write_volume(make_chest(seed, (32, 32, 32)).image, tmp_path / f"data/chest_{seed}.nrrd", {})
    run = str(tmp_path / "run")
    assert main(["train", str(tmp_path / "data"), "--out", run, "--preset", "tiny-32", "--iterations", "1"]) == 0
    model = load_model(tmp_path / "run")
    assert (model.units.name, model.units.low, model.units.high) == ("HU", -1024, 600)
    (volume,) = make(model, 1, 0)
    assert -1024 <= volume.array.min() <= volume.array.max() <= 600


@pytest.mark.parametrize("suffix", ["nrrd", "nii.gz", "mha"])
def test_every_file_says_that_it_is_synthetic_and_by_which_model_and_seed(trained_run, tmp_path, suffix):
    out = tmp_path / "new"
    arguments = ["synthesize", str(trained_run), "--count", "2", "--seed", "3", "--out", str(out), "--format", suffix]
    assert main(arguments) == 0
    sha = load_model(trained_run).sha256
    files = sorted(out.glob(f"*.{suffix}"))
    assert [file.name for file in files] == [f"synthetic_seed3_{n:03d}.{suffix}" for n in range(2)]
    facts = json.loads((out / "synthetic_seed3_001.json").read_text())
    assert (facts["Synthetic"], facts["Seed"], facts["Index"], facts["ModelSHA256"]) == ("YES", "3", "1", sha)
    if suffix == "nrrd":
        header = nrrd.read_header(str(files[1]))
        assert header["Description"].startswith("SYNTHETIC - not for diagnosis")
        assert header["ModelSHA256"] == sha
    else:
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(files[1]))
        reader.ReadImageInformation()
        told = reader.GetMetaData("descrip" if suffix == "nii.gz" else "Description")
        assert told == f"SYNTHETIC - not for diagnosis. CRF-GAN {sha[:12]} seed 3 index 1"


def test_the_card_names_no_volume(trained_run):
    card = read_card(trained_run)
    assert card["volumes"] == 5
    assert "head_0" not in json.dumps(card)
    assert card["config"]["training"]["seed"] == 4
    assert card["licence"] == ""


def test_a_model_of_a_later_format_is_refused(trained_run, tmp_path):
    card = read_card(trained_run) | {"format": FORMAT + 1, "crfgan_version": "9.0"}
    save_tensors(tmp_path / "later.safetensors", load_tensors(trained_run / "model.safetensors"), card)
    with pytest.raises(
        InputError, match=r"is of model format 2 \(crfgan 9.0\), but this version reads up to 1. Update"
    ):
        load_model(tmp_path / "later.safetensors")


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"hello")
    with pytest.raises(InputError, match="must be a file written by crfgan"):
        load_model(tmp_path / "x.safetensors")
    with pytest.raises(InputError, match="must be a model file or the folder of a run"):
        load_model(tmp_path)


def test_a_cut_off_model_is_refused(trained_run, tmp_path):
    whole = (trained_run / "model.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="is damaged or can't be read"):
        load_model(tmp_path / "cut.safetensors")


def test_a_pickle_is_never_opened(tmp_path):
    import pickle

    class Trap:
        def __reduce__(self):
            return (print, ("unpickled",))

    (tmp_path / "model.safetensors").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InputError):
        load_model(tmp_path)


def test_a_class_the_model_does_not_know_is_refused(trained_run):
    with pytest.raises(InputError, match=r"none: it was trained without classes.*got 'old'"):
        make(load_model(trained_run), 1, 0, class_name="old")


def test_classes_are_chosen_by_name(head_folder, tmp_path):
    table = tmp_path / "classes.csv"
    table.write_text("name,class\n" + "".join(f"head_{n},{'b' if n % 2 else 'a'}\n" for n in range(5)))
    run = tmp_path / "run"
    arguments = ["train", str(head_folder), "--out", str(run), "--preset", "tiny-32", "--iterations", "1"]
    assert main([*arguments, "--batch-size", "2", "--labels", str(table)]) == 0
    model = load_model(run)
    assert model.card["classes"] == ["a", "b"]
    a, b = (next(synthesize(model, 1, 0, class_name=name)) for name in "ab")
    assert (a[1]["Class"], b[1]["Class"]) == ("a", "b")
    assert not np.array_equal(a[0].array, b[0].array)
