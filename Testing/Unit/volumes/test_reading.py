"""Volumes are found wherever they lie, and read with their true geometry or refused in a sentence."""

import gzip
from pathlib import Path

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from crfgan.errors import InputError
from crfgan.volumes.discovery import Source, find_volumes
from crfgan.volumes.formats.integrity import NIFTI_HEADER
from crfgan.volumes.orientation import to_canonical
from crfgan.volumes.reading import read_volume
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
ARRAY = np.arange(2 * 3 * 4, dtype="i2").reshape(2, 3, 4)
GEOMETRY = np.array([[0, -1.5, 0, 10], [0.5, 0, 0, -20], [0, 0, 3, 30], [0, 0, 0, 1]])

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data isn't there")


def save(path: Path, array: np.ndarray = ARRAY) -> Path:
    write_volume(Volume(array, GEOMETRY), path, {})
    return path


def save_nifti(path: Path, array: np.ndarray = ARRAY, **changes) -> Path:
    """Write a NIfTI file and change fields of its header."""
    write_volume(Volume(array, GEOMETRY), path.with_suffix(".nii"), {})
    content = bytearray(path.with_suffix(".nii").read_bytes())
    header = np.frombuffer(content, NIFTI_HEADER, 1)
    for field, value in changes.items():
        header[field] = value
    path.write_bytes(content)
    return path


def save_nrrd(path: Path, array: np.ndarray = ARRAY, **header) -> Path:
    fields = {"space": "LPS", "space directions": np.eye(3), "space origin": np.zeros(3)}
    fields |= {key.replace("_", " "): value for key, value in header.items()}
    nrrd.write(str(path), array, {key: value for key, value in fields.items() if value is not None}, index_order="C")
    return path


def save_slice(path: Path, position, uid="1.2.3", cosines=(1, 0, 0, 0, 1, 0), **tags) -> Path:
    """Write a DICOM slice of 4 x 3 voxels, 0.5 mm along I and 0.75 mm along J, that holds the sum of its position."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(np.full((1, 3, 4), round(sum(position)) + 1000, "i2"))
    image.SetSpacing([0.5, 0.75, 1])
    image.SetOrigin([float(value) for value in position])
    direction = np.c_[cosines[:3], cosines[3:], np.cross(cosines[:3], cosines[3:])]
    image.SetDirection(direction.ravel().astype(float).tolist())
    metadata = {
        "0008|0060": "CT", "0020|000e": uid, "0020|000d": "1.2", "0008|0018": f"{uid}.{abs(hash(path))}",
        "0020|0032": "\\".join(map(str, position)), "0020|0037": "\\".join(map(str, cosines)),
    }  # fmt: skip
    for key, value in (metadata | tags).items():
        image.SetMetaData(key, value)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    writer.SetImageIO("GDCMImageIO")
    writer.SetFileName(str(path))
    writer.Execute(image)
    return path


def save_series(folder: Path, heights, uid="1.2.3", **tags) -> Path:
    for number, height in enumerate(heights):
        save_slice(folder / f"{uid}-{number}.dcm", (-10, 20, height), uid, **tags)
    return folder


def read(path: Path) -> Volume:
    (source,) = find_volumes([path])
    return read_volume(source)


def names(*paths) -> list[str]:
    return [source.name for source in find_volumes(paths)]


# Finding


def test_volumes_are_found_in_natural_order_with_readable_names(tmp_path):
    for name in ["scan10.nrrd", "scan9.nii.gz", "Scan1.mha", "deep/er/b.nii"]:
        save(tmp_path / name)
    assert names(tmp_path) == ["b", "Scan1", "scan9", "scan10"]


def test_files_and_folders_can_be_mixed_and_come_once(tmp_path):
    a, b = save(tmp_path / "a.nrrd"), save(tmp_path / "folder" / "b.nrrd")
    assert names(b.parent, a, b, a, tmp_path / "folder" / ".." / "a.nrrd") == ["a", "b"]


def test_other_files_in_folders_are_passed_over(tmp_path):
    save(tmp_path / "a.nrrd")
    for name in ["a.csv", "a.txt", "README", "DICOMDIR", "._a.nrrd", ".cache/b.nrrd", "a.hdr"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(128) + b"DICM" if name == "DICOMDIR" else b"x")
    assert names(tmp_path) == ["a"]


def test_names_that_clash_are_told_apart_by_their_folders(tmp_path):
    for name in ["p1/t1.nrrd", "p2/t1.nrrd", "p2/t2.nrrd"]:
        save(tmp_path / name)
    assert names(tmp_path) == ["p1_t1", "p2_t1", "t2"]


def test_names_that_still_clash_are_told_apart_by_suffix_or_number(tmp_path):
    for name in ["a/p/t.nrrd", "a/p/t.nii.gz", "b/p/t.nrrd"]:
        save(tmp_path / name)
    assert names(tmp_path) == ["p_t_nii.gz", "p_t_nrrd", "p_t_nrrd_2"]


def test_suffix_may_be_in_capitals(tmp_path):
    assert np.array_equal(read(save(tmp_path / "A.NII.GZ")).array, ARRAY)


def test_folder_without_volumes_gives_none(tmp_path):
    assert find_volumes([tmp_path]) == []


def test_path_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(InputError, match=r"nowhere must be an existing file or folder, got none of that name\. Check"):
        find_volumes([tmp_path / "nowhere"])


def test_file_of_another_format_named_by_itself_is_told(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(InputError, match=r"^a\.png must be one of \.nrrd, .*, got another format\. Open it in Slicer"):
        find_volumes([tmp_path / "a.png"])


def test_each_series_of_a_folder_is_a_source(tmp_path):
    save_series(tmp_path / "ct", [0, 1, 2], "1.2.3", **{"0008|103e": "Thorax 5 mm"})
    save_series(tmp_path / "ct", [0, 2], "1.2.4", **{"0008|103e": "Scout"})
    sources = find_volumes([tmp_path])
    assert [len(source.files) for source in sources] == [3, 2]
    assert [source.name for source in sources] == [f"{tmp_path.name}_ct_Thorax-5-mm", f"{tmp_path.name}_ct_Scout"]


def test_series_is_named_after_its_folder(tmp_path):
    assert names(save_series(tmp_path / "patient 7", [0, 1])) == ["patient 7"]


def test_slices_without_suffix_are_found(tmp_path):
    for number in range(3):
        save_slice(tmp_path / f"{number}.dcm", (0, 0, number)).rename(tmp_path / f"IM{number}")
    assert read(tmp_path).shape == (3, 3, 4)


def test_slices_chosen_one_by_one_make_a_series(tmp_path):
    save_series(tmp_path, [0, 1, 2])
    (source,) = find_volumes(tmp_path.iterdir())
    assert len(source.files) == 3


# Reading


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha"])
def test_array_geometry_and_type_are_those_of_the_file(tmp_path, suffix):
    volume = read(save(tmp_path / f"a{suffix}"))
    assert np.array_equal(volume.array, ARRAY) and volume.array.dtype == ARRAY.dtype
    assert np.array_equal(volume.ijk_to_ras, GEOMETRY)
    assert volume.name == "a"


@pytest.mark.parametrize("header", ["a.nhdr", "a.mhd"])
def test_header_beside_its_voxels_is_read(tmp_path, header):
    image = sitk.GetImageFromArray(ARRAY)
    sitk.WriteImage(image, str(tmp_path / header))
    assert np.array_equal(read(tmp_path / header).array, ARRAY)


def test_compressed_nifti_named_otherwise_is_read(tmp_path):
    path = save(tmp_path / "a.nii")
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert np.array_equal(read(path).array, ARRAY)


@pytest.mark.parametrize(("dtype", "scaled"), [("uint8", "float32"), ("int16", "float32"), ("int32", "float64")])
def test_scale_of_nifti_is_applied(tmp_path, dtype, scaled):
    volume = read(save_nifti(tmp_path / "a.nii", ARRAY.astype(dtype), scl_slope=0.5, scl_inter=-3))
    assert volume.array.dtype == scaled
    np.testing.assert_array_equal(volume.array, ARRAY * 0.5 - 3)


@pytest.mark.parametrize("slope", [0, np.nan, np.inf])
def test_scale_that_says_nothing_is_left_out(tmp_path, slope):
    assert np.array_equal(read(save_nifti(tmp_path / "a.nii", scl_slope=slope, scl_inter=5)).array, ARRAY)


@pytest.mark.parametrize(("code", "unit"), [(0, 1), (1, 1000), (2, 1), (3, 0.001)])
def test_unit_of_nifti_is_honoured(tmp_path, code, unit):
    volume = read(save_nifti(tmp_path / "a.nii", xyzt_units=code))
    np.testing.assert_allclose(volume.ijk_to_ras[:3], GEOMETRY[:3] * unit, rtol=1e-6)


@pytest.mark.parametrize("hand", [-1, 1])
@pytest.mark.parametrize("turn", [(0, 0, 0), (0, 0, 1), (0.1, 0.5, -0.3), (0.6, 0.8, 0), (0.6, 0.8, 1e-4)])
def test_qform_is_read_as_itk_reads_it(tmp_path, hand, turn):
    changes = {"pixdim": [hand, 0.5, 1.5, 3, 0, 0, 0, 0], "quatern": turn, "qoffset": (1, 2, 3)}
    path = save_nifti(tmp_path / "a.nii", sform_code=0, qform_code=1, **changes)
    image = sitk.ReadImage(str(path))
    expected = np.c_[np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing(), image.GetOrigin()]
    np.testing.assert_allclose(read(path).ijk_to_ras[:3], expected * [[-1], [-1], [1]], atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sform_code": 0}, r"a\.nii must tell its geometry, got a header without how it lies in the body"),
        ({"xyzt_units": 5}, r"a\.nii must tell its geometry, got a header without its unit of length"),
        (
            {"srow": GEOMETRY[:3] * 2},
            r"a\.nii must give one voxel size, got 0.5 x 1.5 x 3 \(pixdim\) and 1 x 3 x 6 \(sform",
        ),
        ({"srow": np.full((3, 4), np.nan)}, r"a\.nii must give one voxel size, got .* and nan x nan x nan \(sform\)"),
        ({"srow": np.c_[GEOMETRY[:3, :3], [np.nan] * 3]}, "a must have a finite geometry"),
    ],
)
def test_doubtful_geometry_of_nifti_is_refused(tmp_path, changes, message):
    with pytest.raises(InputError, match=f"^{message}"):
        read(save_nifti(tmp_path / "a.nii", **changes))


@pytest.mark.parametrize(
    ("space", "signs"),
    [("LPS", (-1, -1, 1)), ("left-posterior-superior", (-1, -1, 1)), ("RAS", (1, 1, 1)), ("LAS", (-1, 1, 1))],
)
def test_space_of_nrrd_is_honoured(tmp_path, space, signs):
    axes, origin = np.array([[0, 0.5, 0], [-1.5, 0, 0], [0, 0.1, 3]]), np.array([10, -20, 30])
    volume = read(save_nrrd(tmp_path / "a.nrrd", space=space, space_directions=axes, space_origin=origin))
    assert np.array_equal(volume.ijk_to_ras[:3], np.c_[axes.T, origin] * np.array(signs)[:, None])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"space": None, "space_dimension": 3}, "must have a space .* got none that are known"),
        ({"space": "scanner-xyz"}, "must have a space .* got none that are known"),
        ({"space_directions": None}, "must have a space .* got none that are known"),
        ({"space_units": ["um"] * 3}, "must have space units in mm, got um"),
    ],
)
def test_doubtful_geometry_of_nrrd_is_refused(tmp_path, header, message):
    with pytest.raises(InputError, match=rf"^a\.nrrd {message}.*\. Open it in Slicer"):
        read(save_nrrd(tmp_path / "a.nrrd", **header))


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2"])
def test_cut_nrrd_is_refused(tmp_path, encoding):
    path = save_nrrd(tmp_path / "a.nrrd", np.random.default_rng(0).random((9, 9, 9)), encoding=encoding)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InputError, match=r"^a\.nrrd must be whole, got damaged data .*Copy or export it again"):
        read(path)


def test_flipped_bits_in_nrrd_are_told(tmp_path):
    path = save_nrrd(tmp_path / "a.nrrd", np.random.default_rng(0).random((9, 9, 9)))
    content = bytearray(path.read_bytes())
    content[-1000] ^= 0x55
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.nrrd must be whole, got damaged data"):
        read(path)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".mha"])
def test_trailing_fourth_dimension_of_one_is_fine(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".nrrd":
        save_nrrd(path, ARRAY[None], space_directions=[[1, 0, 0], [0, 1, 0], [0, 0, 1], [np.nan] * 3])
    elif suffix == ".nii":
        save_nifti(path, dim=[4, 4, 3, 2, 1, 1, 1, 1])
    else:
        sitk.WriteImage(sitk.JoinSeries(sitk.GetImageFromArray(ARRAY)), str(path))
    assert np.array_equal(read(path).array, ARRAY)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz", ".mha"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_few_voxels_that_are_not_finite_become_the_smallest(tmp_path, suffix, value):
    array = np.random.default_rng(0).uniform(5, 9, (6, 7, 8)).astype("f4")
    array[0, 0, :3] = value
    volume = read(save(tmp_path / f"a{suffix}", array))
    assert np.isfinite(volume.array).all()
    assert (volume.array[0, 0, :3] == array[np.isfinite(array)].min()).all()
    assert np.array_equal(volume.array[1:], array[1:])


def test_many_voxels_that_are_not_finite_are_refused(tmp_path):
    array = np.ones((4, 5, 10))
    array[0, 0, :3] = np.nan
    with pytest.raises(
        InputError, match=r"a\.nii must hold finite numbers, got NaN or infinity in 1\.5% of its voxels"
    ):
        read(save(tmp_path / "a.nii", array))


@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_volume_of_one_value_is_refused(tmp_path, dtype):
    with pytest.raises(InputError, match=r"a\.nrrd must show something, got the same value 7 in all voxels"):
        read(save(tmp_path / "a.nrrd", np.full((3, 3, 3), 7, dtype)))


def test_absurd_value_is_left_as_it_is(tmp_path):
    array = ARRAY.astype("f4")
    array[0, 0, 0] = 1e30
    assert read(save(tmp_path / "a.nrrd", array)).array[0, 0, 0] == np.float32(1e30)


def test_colours_in_a_meta_image_are_refused(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((2, 3, 4, 3), "u1"), isVector=True), str(tmp_path / "a.mha"))
    with pytest.raises(InputError, match=r"a\.mha must hold one number a voxel, got 3 x MET_UCHAR"):
        read(tmp_path / "a.mha")


def test_file_gone_since_it_was_found_is_told(tmp_path):
    (source,) = find_volumes([save(tmp_path / "a.nii")])
    source.files[0].unlink()
    with pytest.raises(InputError, match=r"a\.nii can't be read: No such file or directory\. "):
        read_volume(source)


# DICOM


def test_slices_are_sorted_by_position_and_placed(tmp_path):
    volume = read(save_series(tmp_path / "ct", [4, 0, 2]))
    assert volume.array[:, 0, 0].tolist() == [1010, 1012, 1014]
    expected = [[-0.5, 0, 0, 10], [0, -0.75, 0, -20], [0, 0, 2, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(volume.ijk_to_ras, expected, atol=1e-9)


def test_coronal_series_is_placed_as_itk_places_it(tmp_path):
    paths = [save_slice(tmp_path / f"{n}.dcm", (0, 3 * n, 50), cosines=(1, 0, 0, 0, 0, -1)) for n in range(4)]
    image = sitk.ReadImage([str(path) for path in paths])
    expected = np.c_[np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing(), image.GetOrigin()]
    np.testing.assert_allclose(read(tmp_path).ijk_to_ras[:3], expected * [[-1], [-1], [1]], atol=1e-6)


def test_tilted_gantry_gives_a_sheared_geometry(tmp_path):
    for n in range(4):
        save_slice(tmp_path / f"{n}.dcm", (0, 0.5 * n, 2 * n))
    np.testing.assert_allclose(read(tmp_path).ijk_to_ras[:3, 2], [0, -0.5, 2], atol=1e-9)


def test_spacing_uneven_within_one_percent_is_fine(tmp_path):
    assert read(save_series(tmp_path, [0, 2, 4.015, 6.01])).spacing[2] == pytest.approx(6.01 / 3)


@pytest.mark.parametrize("heights", [[0, 2, 4, 8, 10], [0, 2, 4.1, 6]], ids=["missing", "uneven"])
def test_unevenly_spaced_slices_are_refused(tmp_path, heights):
    with pytest.raises(
        InputError, match=r"DICOM series ct must have evenly spaced slices, got steps of 2 mm and .*Export"
    ):
        read(save_series(tmp_path / "ct", heights))


def test_single_slice_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"a\.dcm must be part of a 3D series, got a single 2D slice"):
        read(save_slice(tmp_path / "a.dcm", (0, 0, 0)))


def test_slices_of_several_directions_are_refused(tmp_path):
    save_slice(tmp_path / "a.dcm", (0, 0, 0))
    save_slice(tmp_path / "b.dcm", (0, 0, 1), cosines=(0, 1, 0, 0, 0, 1))
    with pytest.raises(InputError, match="must have slices of one size and direction, got several"):
        read(tmp_path)


def test_damaged_slice_is_told_when_read(tmp_path):
    (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICMnonsense")
    (source,) = find_volumes([tmp_path])
    with pytest.raises(InputError, match=r"a\.dcm must be a DICOM image, got one that is damaged"):
        read_volume(source)


# Real data


@needs_data
def test_one_brain_under_twelve_orientations_is_one_canonical_volume():
    volumes = [to_canonical(read_volume(source)) for source in find_volumes([DATA / "orientation"])]
    assert len(volumes) == 12
    for volume in volumes[1:]:
        assert np.array_equal(volume.array, volumes[0].array)
        np.testing.assert_allclose(volume.ijk_to_ras, volumes[0].ijk_to_ras, rtol=0, atol=1e-4)


@needs_data
def test_whole_volumes_are_read_but_for_the_one_with_time():
    skipped, volumes = [], []
    for source in find_volumes([DATA / "volumes"]):
        try:
            volumes.append(read_volume(source))
        except InputError:
            skipped.append(source.name)
    assert skipped == ["mr_epi_dcmqa_coronal"]
    assert len(volumes) == 14
    for volume in volumes:
        assert np.isfinite(volume.array).all() and np.isfinite(volume.ijk_to_ras).all()


def itk_readable() -> list[Source]:
    sources = find_volumes([DATA / "volumes"]) if DATA.is_dir() else []
    return [source for source in sources if not {"gantrytilt", "epi"} & set(source.name.split("_"))]


@needs_data
@pytest.mark.parametrize("source", itk_readable(), ids=lambda source: source.name)
def test_volume_is_the_one_that_itk_reads(source):
    files = [str(file) for file in source.files]
    image = sitk.ReadImage(files[::-1] if len(files) > 1 else files[0])
    volume = read_volume(source)
    theirs = sitk.GetArrayFromImage(image)
    last = [size - 1 for size in image.GetSize()]
    position = (volume.ijk_to_ras @ [*last, 1])[:3]
    assert np.array_equal(volume.array, theirs)
    np.testing.assert_allclose(image.TransformIndexToPhysicalPoint(last), position * [-1, -1, 1], atol=0.2)


@needs_data
def test_same_scan_in_two_formats_is_the_same_volume():
    nifti, nrrd_volume = (read(DATA / "volumes" / f"mr_flair_oblique_same{suffix}") for suffix in (".nii.gz", ".nrrd"))
    assert np.array_equal(nifti.array, nrrd_volume.array)
    np.testing.assert_allclose(nifti.ijk_to_ras, nrrd_volume.ijk_to_ras, atol=1e-3)


@needs_data
def test_shear_of_a_tilted_gantry_is_kept_where_itk_straightens_it():
    axes = read(DATA / "volumes" / "ct_head_gantrytilt_shear_affine.nii.gz").ijk_to_ras[:3, :3]
    axes = axes / np.linalg.norm(axes, axis=0)
    assert abs(axes[:, 1] @ axes[:, 2]) > 0.1
