"""DICOM slices that belong together make one volume, wherever they lie; what doesn't is told in a sentence."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.volumes.discovery import look_for_volumes
from crfgan.volumes.reading import read_volume
from dicom_series import write_slice

ARRAY = np.random.default_rng(0).integers(-1000, 500, (16, 8, 10)).astype("i2")
CORONAL = "1\\0\\0\\0\\0\\-1"
UID = "1.2.999.2"


def series(folder: Path, array=ARRAY, uid=UID, name="IM{:04d}.dcm", first=1, **tags) -> list[Path]:
    """Slices of `array`, 6 mm apart; returns their paths."""
    return [
        write_slice(folder / name.format(number), pixels, (0, 0, 6 * number), uid, **tags)
        for number, pixels in enumerate(array, first)
    ]


def whole(folder: Path):
    """The one volume in a folder, and what is told of it."""
    found = look_for_volumes([folder])
    (source,) = found.sources
    return read_volume(source), [note.sentence for note in found.notes]


def problems(folder: Path) -> list[str]:
    told = []
    for source in look_for_volumes([folder]).sources:
        with pytest.raises(InputError) as error:
            read_volume(source)
        told.append(str(error.value))
    return told


def scatter(paths, folder_of):
    for number, path in enumerate(paths):
        target = path.parent / folder_of(number) / path.name
        target.parent.mkdir(exist_ok=True)
        path.rename(target)


@pytest.mark.parametrize(
    "folder_of",
    [lambda n: "AB"[n % 2], lambda n: f"part_{n // 8}", lambda n: f"{n}", lambda n: "ABC"[n % 3]],
    ids=["every other", "halves", "one each", "three"],
)
def test_a_series_in_several_folders_is_one_volume(tmp_path, folder_of):
    scatter(series(tmp_path / "ct"), folder_of)
    volume, told = whole(tmp_path / "ct")
    assert np.array_equal(volume.array, ARRAY)
    assert volume.spacing.tolist() == [6, 6, 6]
    assert volume.name == "ct"
    assert len(told) == 1 and told[0].startswith("16 slices of series in several folders put together (in ")


def test_a_folder_alone_is_all_there_is(tmp_path):
    scatter(series(tmp_path), lambda n: "AB"[n % 2])
    volume, told = whole(tmp_path / "A")
    assert (volume.shape, volume.spacing[2], told) == ((8, 8, 10), 12, [])


def test_parts_that_cannot_be_put_together_are_told_once_with_their_folders(tmp_path):
    paths = series(tmp_path)
    scatter(paths, lambda n: "AB"[n // 8])
    (tmp_path / "A" / "IM0008.dcm").unlink()
    (problem,) = problems(tmp_path)
    assert problem.startswith("A, B must hold one series each, got parts of one that can't be put together")


def test_one_uid_for_two_scans_in_folders_of_their_own_is_two_volumes(tmp_path):
    series(tmp_path / "p1")
    series(tmp_path / "p2", ARRAY + 5)
    assert [source.name for source in look_for_volumes([tmp_path]).sources] == ["p1", "p2"]


def test_a_series_copied_into_another_folder_is_used_once(tmp_path):
    series(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    volume, told = whole(tmp_path)
    assert np.array_equal(volume.array, ARRAY)
    assert told[0].startswith("16 copied slices passed over")


def test_slices_copied_beside_themselves_are_used_once(tmp_path):
    for path in series(tmp_path):
        shutil.copy(path, path.with_name(f"{path.stem} (1).dcm"))
    volume, told = whole(tmp_path)
    assert np.array_equal(volume.array, ARRAY)
    assert told == [
        "16 copied slices passed over: their images are there already (IM0001 (1).dcm, IM0002 (1).dcm, "
        "IM0003 (1).dcm and 13 more). Nothing needs to be done."
    ]


def test_other_voxels_at_the_same_places_are_no_copies(tmp_path):
    series(tmp_path)
    series(tmp_path, ARRAY + 1, name="echo2_{}.dcm")
    (problem,) = problems(tmp_path)
    assert "must have one slice at each place, got different ones at 16 of 16, such as echoes" in problem


@pytest.mark.parametrize(
    ("pixels", "tags"), [(ARRAY[0], {"cosines": CORONAL}), (ARRAY[0, :6, :6], {})], ids=["direction", "size"]
)
def test_a_localizer_within_a_series_is_left_out(tmp_path, pixels, tags):
    series(tmp_path)
    write_slice(tmp_path / "IM0017.dcm", pixels, (0, 9, 9), UID, **tags)
    volume, told = whole(tmp_path)
    assert np.array_equal(volume.array, ARRAY)
    assert told == [
        "1 file of another direction or size left out of a series that has many others, as localizers are: "
        "IM0017.dcm. Nothing needs to be done."
    ]


def test_without_a_clear_majority_the_groups_are_told(tmp_path):
    series(tmp_path, ARRAY[:8])
    series(tmp_path, ARRAY[:5, :6, :6], name="small_{}.dcm")
    (problem,) = problems(tmp_path)
    assert "must have slices of one size and direction, got several: 8 of 10 x 8, 5 of 6 x 6 voxels" in problem


@pytest.mark.parametrize("uid_of", [lambda n: f"1.2.3.{n}", lambda n: None], ids=["its own", "none"])
def test_single_slices_are_put_together_by_place(tmp_path, uid_of):
    for number, pixels in enumerate(ARRAY):
        write_slice(tmp_path / f"{number:08X}.dcm", pixels, (0, 0, 6 * number), uid_of(number))
    volume, told = whole(tmp_path)
    assert np.array_equal(volume.array, ARRAY)
    assert len(told) == 1 and told[0].startswith("16 s") and "put together by place" in told[0]


@pytest.mark.parametrize(
    "tags_of", [lambda n: {"study": f"1.2.{n % 2}"}, lambda n: {}], ids=["other study", "uneven distances"]
)
def test_single_slices_that_are_not_one_volume_are_not_put_together(tmp_path, tags_of):
    heights = [0, 6, 12, 18, 30, 31] if not tags_of(0) else [0, 6, 12, 13, 14, 30]
    for number, height in enumerate(heights):
        write_slice(tmp_path / f"{number}.dcm", ARRAY[number], (0, 0, height), f"1.2.3.{number}", **tags_of(number))
    told = problems(tmp_path)
    assert len(told) == (2 if tags_of(0) else 1)
    assert "single slices (each has a series UID of its own) that don't make one volume" in told[0]


def test_names_with_a_dot_first_are_read_but_for_those_of_macos(tmp_path):
    series(tmp_path, name=".CT..0003.{:04d}.IMA")
    (tmp_path / "._.CT..0003.0001.IMA").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        ")
    volume, told = whole(tmp_path)
    assert np.array_equal(volume.array, ARRAY)
    assert told == []


def test_files_without_preamble_and_suffix_are_read(tmp_path):
    series(tmp_path, name="I{}", preamble=False)
    volume, _ = whole(tmp_path)
    assert np.array_equal(volume.array, ARRAY)


def test_several_frames_are_told(tmp_path):
    write_slice(tmp_path / "a.dcm", ARRAY.reshape(-1, 10), (0, 0, 0), UID, rows=8, frames="16")
    assert problems(tmp_path)[0].startswith("a.dcm must hold one slice, got several frames.")


def test_a_header_that_claims_more_voxels_than_the_file_has_is_refused_unread(tmp_path):
    series(tmp_path, rows=60000, columns=60000)
    assert "must be a DICOM image, got one that is damaged" in problems(tmp_path)[0]


def test_a_series_below_a_name_that_is_not_utf_8_is_read(tmp_path):
    folder = series(tmp_path / "Sch\udce4del")[0].parent
    volume, _ = whole(folder)
    assert np.array_equal(volume.array, ARRAY)
    assert volume.name == "Schädel"


def test_a_localizer_says_what_it_is(tmp_path):
    series(tmp_path, image_type="ORIGINAL\\PRIMARY\\LOCALIZER")
    assert look_for_volumes([tmp_path]).sources[0].is_localizer


def test_each_header_is_opened_once(tmp_path, monkeypatch):
    from crfgan.volumes.finding import series as module

    opened, read = [], module.read_dicom_header
    monkeypatch.setattr(module, "read_dicom_header", lambda path: opened.append(path) or read(path))
    paths = series(tmp_path)
    look_for_volumes([tmp_path])
    assert sorted(opened) == sorted(paths)
