"""142 strange and broken files: each gives a sound volume or a sentence, never a crash, a hang or a wrong geometry.

They are read in child processes, so that a file that kills its reader is told by name and the others go on.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ODD = ROOT.parent / "shared" / "data" / "odd"
CHUNK, SECONDS = 36, 20

pytestmark = pytest.mark.skipif(not ODD.is_dir(), reason="the folder shared/data/odd isn't there")

READER = """
import json, sys
from pathlib import Path
import numpy as np
from crfgan.errors import InputError
from crfgan.volumes.reading import read_volume
from crfgan.volumes.discovery import find_volumes
for path in map(Path, sys.argv[1:]):
    try:
        (source,) = find_volumes([path])
        volume = read_volume(source)
        finite = bool(np.isfinite(volume.array).all() and np.isfinite(volume.ijk_to_ras).all())
        outcome = {"size": volume.shape[::-1], "dtype": volume.array.dtype.name, "finite": finite}
        outcome["spacing"] = volume.spacing.round(3).tolist()
    except InputError as error:
        outcome = {"message": str(error)}
    print(json.dumps(outcome), flush=True)
"""


def read_in_child(paths: list[Path]) -> list[dict]:
    """Return the outcomes of the files read before the child ended, and put what it said last into a further one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "CRFGANSynth")}
    command = [sys.executable, "-c", READER, *map(str, paths)]
    try:
        child = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return [{"crash": f"no end after {SECONDS} s"}]
    outcomes = [json.loads(line) for line in child.stdout.splitlines()]
    return outcomes if child.returncode == 0 else [*outcomes, {"crash": child.stderr[-2000:] or child.returncode}]


def read_all(paths: list[Path]) -> dict[str, dict]:
    """Return the outcome of each file by its name; a chunk that fails is read again file by file."""
    outcomes = {}
    for start in range(0, len(paths), CHUNK):
        chunk = paths[start : start + CHUNK]
        found = read_in_child(chunk)
        if any("crash" in outcome for outcome in found):
            found = [read_in_child([path])[-1] for path in chunk]
        outcomes |= {path.relative_to(ODD).as_posix(): outcome for path, outcome in zip(chunk, found, strict=True)}
    return outcomes


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict]:
    return read_all(sorted(path for path in ODD.rglob("*") if path.is_file() and path.name != "ODD_CASES.tsv"))


def test_every_listed_file_is_tried(outcomes):
    listed = {line.split("\t")[0] for line in (ODD / "ODD_CASES.tsv").read_text(encoding="utf-8").splitlines()[1:]}
    assert len(listed) == 142
    assert listed == set(outcomes)


def test_nothing_crashes_or_hangs(outcomes):
    assert {name: outcome for name, outcome in outcomes.items() if "crash" in outcome} == {}


def test_volumes_are_finite_in_values_and_geometry(outcomes):
    volumes = {name: outcome for name, outcome in outcomes.items() if "size" in outcome}
    assert len(volumes) > 40
    assert [name for name, outcome in volumes.items() if not outcome["finite"]] == []
    assert [name for name, outcome in volumes.items() if min(outcome["size"]) < 2] == []


def test_refusals_are_one_line_that_names_the_file_and_says_what_to_do(outcomes):
    for name, outcome in outcomes.items():
        if "message" in outcome:
            message = outcome["message"]
            assert Path(name).name in message
            assert "\n" not in message and "Traceback" not in message
            assert message.endswith(".") and ". " in message
            assert len(message) < 250


CUT, DAMAGED, NOT_NIFTI = (
    "cut short",
    "must be intact, got damaged compressed data",
    "must be a NIfTI-1 file, got something",
)
FRAMES, SLICE, SPACING = "must be one 3D volume, got", "got no more than one slice", "must have positive voxel spacings"
VOXELS, FORMAT = "must hold one number a voxel, got", "must be one of .nrrd, .nhdr, .nii, .nii.gz"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("derived/trunc60.nii.gz", CUT),
        ("derived/gz_bitflip_crc.nii.gz", DAMAGED),
        ("derived/header_only_348.nii", "must hold 284,544 bytes of voxels, got 0"),
        ("derived/dims_2x_data.nii.gz", "must hold 569,088 bytes of voxels, got 284,544"),
        ("derived/vox_offset_past_end.nii.gz", CUT),
        ("derived/bad_magic.nii.gz", NOT_NIFTI),
        ("derived/text.nii.gz", "must be a NIfTI file, got only 26 bytes"),
        ("derived/bad_datatype.nii.gz", f"{VOXELS} datatype 9999"),
        ("derived/bitpix_mismatch.nii.gz", "must have bitpix 32 for float32, got 8"),
        ("derived/zero_dim.nii.gz", "must have voxels along every axis, got a size of (36 x 0 x 38)"),
        ("derived/negative_dim.nii.gz", "must have voxels along every axis, got a size of (36 x 52 x -5)"),
        ("derived/ndim_0.nii.gz", "must have 1 to 7 dimensions, got 0"),
        ("derived/zero_spacing_z.nii.gz", f"{SPACING}, got 1 x 1 x 0"),
        ("derived/nan_spacing.nii.gz", f"{SPACING}, got 1 x nan x 1"),
        ("derived/negative_spacing.nii.gz", f"{SPACING}, got -1 x -1 x -2"),
        ("derived/sform_nan.nii.gz", "must give one voxel size, got 1 x 1 x 1 (pixdim) and nan x 1 x 1 (sform)"),
        ("derived/units_micron.nii.gz", "must give one voxel size, got 1000 x 1000 x 1000 (pixdim) and 1 x 1 x 1"),
        ("derived/all_nan.nii.gz", "must hold finite numbers, got NaN or infinity in 100.0%"),
        ("found/nib_resampled_NaN_be_float32.nii", "must hold finite numbers, got NaN or infinity in 14.3%"),
        ("derived/all_zero.nii.gz", "must show something, got the same value 0"),
        ("derived/constant_7.nii.gz", "must show something, got the same value 7"),
        ("derived/single_slice_z1.nii.gz", f"{SLICE} (36 x 52 x 1)"),
        ("derived/vol_4d_t3.nii.gz", f"{FRAMES} 4D (36 x 52 x 38 x 3)"),
        ("found/nrjs_5D_small.nii", f"{FRAMES} 5D (1 x 2 x 3 x 1 x 3)"),
        ("found/nrjs_5D_zeros.nii.gz", f"{FRAMES} 5D (256 x 256 x 170 x 1 x 3)"),
        ("found/niftirs_rgb_3D.nii", f"{VOXELS} colour"),
        ("found/niftirs_rgba_4D.nii", f"{VOXELS} colour"),
        ("found/niivue_rgb_ct_perfusion.nii.gz", f"{VOXELS} colour"),
        ("found/niivue_complex64_10.nii.gz", f"{VOXELS} complex"),
        ("found/niftirs_complex128_2D.nii", f"{VOXELS} complex"),
        ("found/niftirs_minimal_extended_hdr.nii", f"{SLICE} (8 x 8)"),
        ("found/niftirs_minimal_bigendian_noform.nii.gz", "must tell its geometry"),
        ("found/niftirs_fuzz_crash-1.nii", NOT_NIFTI),
        ("found/nrjs_not-nifti.nii", NOT_NIFTI),
        ("found/nib_nifti2_4D.nii.gz", "must be NIfTI-1, got NIfTI-2"),
        ("found/nib_header_only.hdr", FORMAT),
        ("found/nrjs_pair_air.hdr.gz", FORMAT),
        ("found/i2nii.mgz", FORMAT),
        ("derived/float16.npy", FORMAT),
        ("found/i2nii_nrrd.nhdr", "must have its voxels in one file nrrd.raw.gz beside it, got none"),
        ("found/nrrd/BallBinary30x30x30_nifti.nhdr", "must be whole, got damaged data"),
        ("found/nrrd/BallBinary30x30x30_byteskip_minus_five.nhdr", "must be whole, got damaged data (Invalid byteskip"),
        ("found/nrrd/test2d_ascii.nrrd", f"{SLICE} (3 x 9)"),
        ("found/dicom/MR_small.dcm", "must be part of a 3D series, got a single 2D slice"),
        ("found/dicom/MR_truncated.dcm", "must be a DICOM image, got one that is damaged"),
        ("found/dicom/SC_rgb_small_odd.dcm", "must hold one number a voxel, got colours"),
        ("found/dicom/rtdose.dcm", "must hold one slice, got several frames"),
    ],
)
def test_file_is_refused_for_what_is_wrong_with_it(outcomes, name, message):
    assert message in outcomes[name].get("message", str(outcomes[name]))


@pytest.mark.parametrize(
    ("name", "size", "dtype", "spacing"),
    [
        ("derived/gz_trailing_garbage.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/plain_named_gz.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/scl_slope_zero.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/scl_slope_nan.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/inf_voxels.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/one_outlier_1e30.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/uint16_high.nii.gz", [36, 52, 38], "uint16", [1, 1, 1]),
        ("derived/vol_5d.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/shear_sform.nii.gz", [36, 52, 38], "float32", [1, 1, 1.166]),
        ("derived/permuted_IPL.nii.gz", [38, 52, 36], "float32", [1, 1, 1]),
        ("derived/bigendian_f4.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("derived/far_origin.nii.gz", [36, 52, 38], "float32", [1, 1, 1]),
        ("found/nib_standard_4x5x7_1x3x2mm.nii.gz", [4, 5, 7], "uint8", [1, 3, 2]),
        ("found/nib_anatomical_be_int16_negatives.nii", [33, 41, 25], "int16", [2, 2, 2]),
        ("found/nrjs_little_f4_4Dsingleton.nii.gz", [64, 64, 21], "float32", [4, 4, 6]),
        ("found/nrjs_with_extension_bigendian_pixdim4_0.nii.gz", [161, 191, 151], "uint8", [1, 1, 1]),
        ("found/totalseg_label_117classes.nii.gz", [122, 101, 30], "uint8", [3, 3, 3]),
        ("found/nrrd/BallBinary30x30x30_bz2.nrrd", [30, 30, 30], "int16", [1, 1, 1]),
        ("found/nrrd/BallBinary30x30x30_gz_lineskip.nrrd", [30, 30, 30], "int16", [1, 1, 1]),
        ("found/nrrd/BallBinary30x30x30_byteskip_minus_one_nifti.nhdr", [30, 30, 30], "int16", [1, 1, 1]),
        ("found/i2nii.mha", [64, 64, 37], "int16", [3.438, 3.438, 3.8]),
    ],
)
def test_file_that_is_only_odd_is_read(outcomes, name, size, dtype, spacing):
    assert outcomes[name] == {"size": size, "dtype": dtype, "finite": True, "spacing": spacing}


def test_series_in_a_folder_is_read():
    (outcome,) = read_in_child([ODD / "found" / "dicom_series_torchio"])
    assert outcome == {"size": [88, 128, 17], "dtype": "int16", "finite": True, "spacing": [2, 2, 2]}
