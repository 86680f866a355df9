"""Volumes are written whole or not at all, and read back as they were."""

import json
import os
import subprocess
import sys

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from crfgan.errors import InputError
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume

SUFFIXES = [".nrrd", ".nii", ".nii.gz", ".mha"]
TURN = np.array([[np.cos(0.3), -np.sin(0.3), 0], [np.sin(0.3), np.cos(0.3), 0], [0, 0, -1]])
PROVENANCE = {"Description": "Synthetic volume, not of a patient", "Seed": "42", "Two words": "a: b = c"}


def oblique(dtype="float32") -> Volume:
    matrix = np.eye(4)
    matrix[:3, :3] = TURN * [0.7, 1 / 3, 2.5]
    matrix[:3, 3] = -1000 / 7, 20, 1e-3
    array = np.random.default_rng(0).uniform(0, 100, (5, 6, 7)).astype(dtype)
    return Volume(array, matrix, "synthetic")


def read(path) -> Volume:
    (source,) = find_volumes([path])
    return read_volume(source)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64", ">i2"])
def test_volume_is_read_back_as_it_was(tmp_path, suffix, dtype):
    volume = oblique(dtype)
    write_volume(volume, tmp_path / f"a{suffix}", {})
    again = read(tmp_path / f"a{suffix}")
    assert again.array.dtype == np.dtype(dtype).newbyteorder("=")
    assert np.array_equal(again.array, volume.array)
    exact = 1e-12 if suffix in (".nrrd", ".mha") else 1e-5
    np.testing.assert_allclose(again.ijk_to_ras, volume.ijk_to_ras, rtol=0, atol=exact)


def test_geometry_of_nrrd_is_exact(tmp_path):
    volume = oblique()
    write_volume(volume, tmp_path / "a.nrrd", {})
    assert np.array_equal(read(tmp_path / "a.nrrd").ijk_to_ras, volume.ijk_to_ras)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_sheared_geometry_is_kept(tmp_path, suffix):
    sheared = np.array([[1, 0, 0.6, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1.0]])
    write_volume(Volume(oblique().array, sheared), tmp_path / f"a{suffix}", {})
    np.testing.assert_allclose(read(tmp_path / f"a{suffix}").ijk_to_ras, sheared, atol=1e-6)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_voxels_that_lie_otherwise_in_memory_are_written_in_order(tmp_path, suffix):
    volume = Volume(oblique().array[::-1, :, ::2].transpose(2, 0, 1), np.eye(4))
    write_volume(volume, tmp_path / f"a{suffix}", {})
    assert np.array_equal(read(tmp_path / f"a{suffix}").array, volume.array)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_itk_and_so_slicer_reads_the_same(tmp_path, suffix):
    volume = oblique()
    write_volume(volume, tmp_path / f"a{suffix}", {})
    image = sitk.ReadImage(str(tmp_path / f"a{suffix}"))
    assert np.array_equal(sitk.GetArrayFromImage(image), volume.array)
    last = [size - 1 for size in image.GetSize()]
    corner = volume.ijk_to_ras @ [*last, 1]
    np.testing.assert_allclose(image.TransformIndexToPhysicalPoint(last), corner[:3] * [-1, -1, 1], atol=1e-4)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_provenance_lies_beside_the_volume(tmp_path, suffix):
    write_volume(oblique(), tmp_path / f"a{suffix}", PROVENANCE)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == PROVENANCE
    assert sorted(os.listdir(tmp_path)) == sorted(["a.json", f"a{suffix}"])


def test_nrrd_tells_its_provenance(tmp_path):
    write_volume(oblique(), tmp_path / "a.nrrd", PROVENANCE)
    assert PROVENANCE.items() <= nrrd.read_header(str(tmp_path / "a.nrrd")).items()


def test_meta_image_tells_its_provenance(tmp_path):
    write_volume(oblique(), tmp_path / "a.mha", PROVENANCE)
    image = sitk.ReadImage(str(tmp_path / "a.mha"))
    assert {key: image.GetMetaData(key) for key in PROVENANCE} == PROVENANCE


def test_nifti_tells_what_it_is_in_79_characters(tmp_path):
    write_volume(oblique(), tmp_path / "a.nii", {"Description": "Synthetic " * 20})
    image = sitk.ReadImage(str(tmp_path / "a.nii"))
    assert image.GetMetaData("descrip") == ("Synthetic " * 20)[:79]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_facts_that_headers_cannot_hold_do_no_harm(tmp_path, suffix):
    facts = {"Description": "Größe\nzwei Zeilen", "Settings": "x" * 50_000, "space": "nowhere", "encoding": "none"}
    volume = oblique()
    write_volume(volume, tmp_path / f"a{suffix}", facts)
    assert np.array_equal(read(tmp_path / f"a{suffix}").array, volume.array)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == facts


def test_missing_folders_are_made(tmp_path):
    write_volume(oblique(), tmp_path / "new" / "deep" / "a.nrrd", {})
    assert (tmp_path / "new" / "deep" / "a.nrrd").is_file()


def test_older_volume_is_replaced(tmp_path):
    (tmp_path / "a.nrrd").write_text("old")
    write_volume(oblique(), tmp_path / "a.nrrd", {})
    assert np.array_equal(read(tmp_path / "a.nrrd").array, oblique().array)


@pytest.mark.parametrize("name", ["a.png", "a", "a.nhdr"])
def test_other_formats_are_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"must end in one of \.nrrd, \.nii, \.nii\.gz, \.mha, got"):
        write_volume(oblique(), tmp_path / name, {})
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("dtype", ["bool", "float16", "complex64"])
def test_voxels_no_format_holds_are_refused(tmp_path, dtype):
    with pytest.raises(InputError, match="must hold whole numbers, float32 or float64, got"):
        write_volume(oblique(dtype), tmp_path / "a.nrrd", {})


def test_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"file can't be written: .*Choose a folder that you may write to"):
        write_volume(oblique(), tmp_path / "file" / "a.nrrd", {})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_failure_leaves_what_was_there(tmp_path, monkeypatch, suffix):
    (tmp_path / f"a{suffix}").write_text("old")

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(InputError, match="No space is left"):
        write_volume(oblique(), tmp_path / f"a{suffix}", {})
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]
    assert (tmp_path / f"a{suffix}").read_text() == "old"


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from crfgan.errors import InputError
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
volume = Volume(np.random.default_rng(0).random((40, 40, 40)), np.eye(4))
try:
    write_volume(volume, Path(sys.argv[1]), {})
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files to stand for a full disk")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_disk_that_fills_while_writing_leaves_nothing(tmp_path, suffix):
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / f"a{suffix}")]
    child = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "can't be written: File too large." in child.stdout
    assert "Traceback" not in child.stderr
    assert not any(tmp_path.iterdir())
