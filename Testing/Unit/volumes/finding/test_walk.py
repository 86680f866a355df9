"""Nothing is left out in silence: links, folders that may not be read, other formats, bins and hidden folders."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from crfgan.errors import InputError, readable
from crfgan.volumes.discovery import look_for_volumes
from crfgan.volumes.provenance import synthetic
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume

VOLUME = Volume(np.arange(24, dtype="i2").reshape(2, 3, 4), np.eye(4))
NOBODY = 65534


def save(path: Path, description="") -> Path:
    write_volume(VOLUME, path, synthetic(description) if description else {})
    return path


def found(*paths, **options):
    """Names of what was found, and what is told of the rest."""
    result = look_for_volumes(paths, **options)
    return [source.name for source in result.sources], [note.sentence for note in result.notes]


def test_links_are_followed_and_each_file_comes_once(tmp_path):
    for name in ("site_a/1.nrrd", "site_a/2.nrrd", "site_b/3.nrrd"):
        save(tmp_path / "store" / name)
    cohort = tmp_path / "cohort"
    save(cohort / "4.nrrd")
    for name, target in (("a", "site_a"), ("b", "site_b"), ("a_again", "site_a")):
        (cohort / name).symlink_to(tmp_path / "store" / target)
    (tmp_path / "store" / "site_a" / "loop").symlink_to(cohort)
    (cohort / "5.nrrd").symlink_to(tmp_path / "store" / "site_b" / "3.nrrd")
    assert found(cohort) == (["4", "5", "1", "2"], [])


def test_a_link_that_leads_nowhere_or_to_itself_is_told(tmp_path):
    save(tmp_path / "1.nrrd")
    (tmp_path / "2.nrrd").symlink_to(tmp_path / "gone.nrrd")
    (tmp_path / "3.nrrd").symlink_to(tmp_path / "3.nrrd")
    names, told = found(tmp_path)
    assert names == ["1"]
    assert told == [
        "2 links that lead nowhere passed over: 2.nrrd, 3.nrrd. Put back what they lead to, or remove them."
    ]


def test_a_pipe_is_told_and_not_opened(tmp_path):
    save(tmp_path / "1.nrrd")
    os.mkfifo(tmp_path / "2.nii.gz")
    names, told = found(tmp_path)
    assert names == ["1"]
    assert told == ["1 pipe or device passed over: 2.nii.gz. Give files that hold volumes."]
    with pytest.raises(InputError, match=r"2\.nii\.gz must be a file or folder, got a pipe or device"):
        look_for_volumes([tmp_path / "2.nii.gz"])


@pytest.fixture
def as_nobody(tmp_path):
    """A folder that a user without rights may use, as that user."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has other rights")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    os.seteuid(0) if os.getuid() == 0 else None
    for path in folder.iterdir():
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_read_is_named_and_counted(as_nobody):
    save(as_nobody / "1.nrrd")
    closed = save(as_nobody / "site_2" / "2.nrrd").parent
    closed.chmod(0)
    if os.getuid() == 0:
        os.seteuid(NOBODY)
    names, told = found(as_nobody)
    assert names == ["1"]
    assert told == [
        "1 folder that may not be read: site_2 (permission denied). Have it opened to you, or leave it out."
    ]
    for path in (closed, closed / "2.nrrd"):
        with pytest.raises(InputError, match=r"can't be read: permission denied\. Have it opened to you"):
            look_for_volumes([path])


def test_formats_that_are_not_read_are_counted_and_texts_and_pictures_are_not(tmp_path):
    save(tmp_path / "1.nrrd")
    for name in ("a.img", "a.hdr", "b.img", "b.hdr", "c.mgz", "d.nii.bz2", "e.zip"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("a.csv", "README", "a.png", "a.json", "a.pdf", "a.py", "b.csv.gz", "list.txt"):
        (tmp_path / name).write_bytes(b"x")
    names, told = found(tmp_path)
    assert names == ["1"]
    assert told == [
        "2 .hdr and 2 .img and 1 .mgz and 1 .nii.bz2 and 1 .zip were passed over, for such files can't be read: "
        "a.hdr, a.img, b.hdr and 4 more. Unpack what is packed; open the others in Slicer and save them as .nrrd."
    ]


def test_voxels_beside_their_header_are_no_format_of_their_own(tmp_path):
    (tmp_path / "a.mhd").write_text("NDims = 3\nDimSize = 4 4 4\nElementDataFile = a.raw\n")
    (tmp_path / "a.raw").write_bytes(bytes(64))
    assert found(tmp_path) == (["a"], [])


@pytest.mark.parametrize("folder", ["$RECYCLE.BIN", ".Trash-1000", "#recycle"])
def test_recycle_bins_are_passed_over_and_told(tmp_path, folder):
    save(tmp_path / "1.nrrd")
    save(tmp_path / folder / "files" / "2.nrrd")
    names, told = found(tmp_path)
    assert names == ["1"]
    assert told == ["1 volume in a recycle bin passed over (in files). Take out of the bin what you want to use."]


def test_hidden_folders_are_passed_over_and_told_unless_they_are_named(tmp_path):
    save(tmp_path / ".old" / "2.nrrd")
    save(tmp_path / ".3.nrrd")
    names, told = found(tmp_path)
    assert names == [".3"]
    assert told[0].startswith("1 volume in a hidden folder passed over (in .old). Name the folder itself")
    assert found(tmp_path / ".old") == (["2"], [])


@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz", ".nii", ".mha"])
@pytest.mark.parametrize("is_alone", [False, True], ids=["with its facts", "alone"])
def test_what_a_model_made_is_passed_over_unless_it_is_asked_for(tmp_path, suffix, is_alone):
    save(tmp_path / "phantom.nrrd", "Procedural head phantom, seed 1")
    made = save(tmp_path / "new" / f"made{suffix}", "CRF-GAN 0123 seed 1 index 0")
    if is_alone:
        made.with_name("made.json").unlink()
    names, told = found(tmp_path)
    assert names == ["phantom"]
    assert told == [
        "1 synthetic volume passed over, which a model made (in new). "
        "Add `--include synthetic` to use them all the same."
    ]
    assert found(tmp_path, with_synthetic=True) == (["made", "phantom"], [])
    assert found(made)[0] == []


def test_names_of_any_bytes_can_be_shown(tmp_path):
    save(tmp_path / "Sch\udce4del.nrrd")
    save(tmp_path / "a\x1b[31m.nrrd")
    assert sorted(found(tmp_path)[0]) == ["Schädel", "a?[31m"]
    assert str(InputError("Sch\udce4del\n\x1b[2J")) == "Schädel??[2J"
    assert readable(Path("a\u202eb")) == "a?b"


@pytest.mark.parametrize("name", ["scan².nrrd", "scan٣.nrrd", "3.nrrd"])
def test_digits_of_other_scripts_do_no_harm(tmp_path, name):
    save(tmp_path / name)
    assert len(found(tmp_path)[0]) == 1


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_a_path_that_no_file_can_have_is_told(tmp_path, name):
    with pytest.raises(InputError, match="must be an existing file or folder, got none of that name"):
        look_for_volumes([tmp_path / name])


def test_a_search_can_be_ended_after_any_file(tmp_path):
    for number in range(5):
        save(tmp_path / f"{number}.nrrd")
    calls = []

    def tick():
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_for_volumes([tmp_path], tick=tick)
    assert len(calls) == 2
