"""Files that are made to harm, or damaged so: each is refused in a sentence, in a moment, with hardly any memory."""

import bz2
import gzip
import json
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from crfgan.errors import InputError
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.formats.integrity import NIFTI_HEADER
from crfgan.volumes.reading import read_volume
from dicom_series import write_slice

META = "ObjectType = Image\nNDims = 3\nDimSize = {sizes}\nElementSpacing = 1 1 1\nElementType = MET_SHORT\n"
NRRD = (
    "NRRD0004\ntype: {type}\ndimension: 3\nsizes: {sizes}\nspace: LPS\nspace directions: (1,0,0) (0,1,0) (0,0,1)\n"
    "space origin: (0,0,0)\nendian: little\nencoding: {encoding}\n{more}\n"
)
MEGABYTES = 600
"""Memory that a process may take while it refuses a file, with all that it loads."""


def nrrd(sizes="8 8 8", encoding="raw", kind="short", more="", data=b""):
    return NRRD.format(sizes=sizes, encoding=encoding, type=kind, more=more).encode() + data


def meta(sizes="8 8 8", more="", data=b"", file="LOCAL"):
    return (META.format(sizes=sizes) + f"{more}ElementDataFile = {file}\n").encode() + data


def nifti(sizes, packed=True):
    header = np.zeros((), NIFTI_HEADER)
    header["sizeof_hdr"], header["magic"], header["vox_offset"], header["dim"] = (
        348,
        b"n+1",
        352,
        [3, *sizes, 1, 1, 1, 1],
    )
    header["datatype"], header["bitpix"], header["pixdim"], header["sform_code"] = 4, 16, [1] * 8, 1
    header["srow"] = np.eye(4)[:3]
    content = header.tobytes() + bytes(100)
    return gzip.compress(content) if packed else content


def zeros(size, make):
    """Zeros in a compressed stream, made without holding them."""
    packer = make()
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)), packer.flush()])


def gz():
    return zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)


FILES = {
    "many dimensions.mha": meta(" ".join(["2"] * 120)).replace(b"NDims = 3", b"NDims = 120"),
    "dimensions that differ.mha": meta().replace(b"NDims = 3", b"NDims = 100000"),
    "infinite.mha": meta("inf 8 8"),
    "not a number.mha": meta("nan 8 8"),
    "huge.mha": meta("100000 100000 100000"),
    "packed bomb.mha": lambda: meta("8 8 8", "CompressedData = True\n", zeros(3 << 28, lambda: zlib.compressobj(1))),
    "huge and packed.mha": meta("9000 9000 9000", "CompressedData = True\n", zlib.compress(bytes(99))),
    "elsewhere.mhd": meta(file="/etc/passwd"),
    "above.mhd": meta(file="../secret.raw"),
    "no end.mha": b"A = 1\n" * 100_000,
    "line skip.nrrd": nrrd(more="line skip: 1000000000000\n", data=bytes(1024)),
    "line skip below 0.nrrd": nrrd(more="line skip: -5\n", data=bytes(1024)),
    "unknown type.nrrd": nrrd(kind="float128", data=bytes(1024)),
    "huge.nrrd": nrrd("99999 99999 99999"),
    "beyond all.nrrd": nrrd(f"{10**30} 8 8"),
    "too large.nrrd": nrrd(data=bytes(1 << 24)),
    "gzip bomb.nrrd": lambda: nrrd("64 64 64", "gzip", data=zeros(3 << 28, gz)),
    "bzip2 bomb.nrrd": lambda: nrrd("64 64 64", "bzip2", data=zeros(1 << 26, lambda: bz2.BZ2Compressor(1))),
    "huge and packed.nrrd": nrrd("9000 9000 9000", "gzip", data=gzip.compress(bytes(99))),
    "much text.nrrd": nrrd(encoding="ascii", data=b"1 " * (1 << 22)),
    "words.nrrd": nrrd("2 2 2", "ascii", data=b"a b c d e f g h"),
    "elsewhere.nhdr": nrrd(more="data file: /etc/passwd\n"),
    "above.nhdr": nrrd(more="data file: ../secret.raw\n"),
    "no lines.nrrd": b"NRRD0004\n" + b"x" * (1 << 24),
    "huge.nii": nifti((30000, 30000, 30000), packed=False),
    "huge.nii.gz": nifti((30000, 30000, 30000)),
}

READER = """
import json, sys
from pathlib import Path
from crfgan.errors import InputError
from crfgan.hardware.memory import peak_memory
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
for name in sys.argv[1:]:
    print(json.dumps(["begun", name]), flush=True)
    (source,) = find_volumes([Path(name)])
    try:
        read_volume(source)
        print(json.dumps(["read", peak_memory()]), flush=True)
    except InputError as error:
        print(json.dumps([str(error), peak_memory()]), flush=True)
"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """What one process that reads all files says of each, and the most memory that it has taken up to then."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, content in FILES.items():
        (folder / name).write_bytes(content() if callable(content) else content)
    command = [sys.executable, "-c", READER, *FILES]
    child = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    lines = [json.loads(line) for line in child.stdout.splitlines()]
    assert child.returncode == 0, f"ended in reading {lines[-1]}: {child.stderr}"
    return dict(zip(FILES, lines[1::2], strict=True))


@pytest.mark.parametrize("name", FILES)
def test_hostile_files_are_refused_in_a_sentence_with_little_memory(refused, name):
    sentence, peak = refused[name]
    assert sentence.startswith(name) and sentence.endswith(".") and len(sentence) < 250
    assert peak < MEGABYTES * 2**20


def test_a_dicom_header_of_a_gigabyte_is_refused(tmp_path):
    for number in range(3):
        write_slice(
            tmp_path / f"{number}.dcm", np.zeros((2, 2), "i2"), (0, 0, number), "1.2.3", rows=65535, columns=65535
        )
    (source,) = find_volumes([tmp_path / "0.dcm"])
    with pytest.raises(InputError, match=r"0\.dcm must be a DICOM image, got one that is damaged"):
        read_volume(source)


@pytest.mark.parametrize("cut", range(0, 700, 23))
def test_a_dicom_file_cut_anywhere_is_told(tmp_path, cut):
    path = write_slice(tmp_path / "a.dcm", np.zeros((8, 8), "i2"), (0, 0, 0), "1.2.3")
    path.write_bytes(path.read_bytes()[:cut])
    (source,) = find_volumes([path])
    with pytest.raises(InputError, match=r"a\.dcm must be"):
        read_volume(source)


def test_any_byte_of_a_dicom_header_may_be_wrong(tmp_path):
    path = write_slice(tmp_path / "a.dcm", np.zeros((8, 8), "i2"), (0, 0, 0), "1.2.3")
    content, chance = path.read_bytes(), np.random.default_rng(0)
    for _ in range(300):
        spoiled = bytearray(content)
        for place in chance.integers(0, len(content), 3):
            spoiled[place] = chance.integers(0, 256)
        path.write_bytes(spoiled)
        (source,) = find_volumes([path])
        with pytest.raises(InputError):
            read_volume(source)


@pytest.mark.parametrize("suffix", [".mha", ".mhd"])
@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "f4", "f8"])
def test_meta_images_are_read_as_itk_reads_them(tmp_path, suffix, is_packed, dtype):
    image = sitk.GetImageFromArray(np.random.default_rng(0).integers(0, 99, (4, 5, 6)).astype(dtype))
    image.SetSpacing([0.5, 1.25, 3])
    image.SetOrigin([10, -20, 30])
    image.SetDirection([0, 0.6, 0.8, 1, 0, 0, 0, 0.8, -0.6])
    path = tmp_path / f"Schädel{suffix}"
    sitk.WriteImage(image, str(path), useCompression=is_packed)
    (source,) = find_volumes([path])
    volume = read_volume(source)
    assert volume.array.dtype == dtype
    assert np.array_equal(volume.array, sitk.GetArrayFromImage(image))
    matrix = np.c_[np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing(), image.GetOrigin()]
    np.testing.assert_allclose(volume.ijk_to_ras[:3], matrix * [[-1], [-1], [1]], atol=1e-9)


def test_names_that_are_not_utf_8_are_read_in_every_format(tmp_path):
    from crfgan.volumes.volume import Volume
    from crfgan.volumes.writing import write_volume

    array = np.arange(24, dtype="i2").reshape(2, 3, 4)
    for suffix in (".nrrd", ".nii", ".nii.gz", ".mha"):
        write_volume(Volume(array, np.eye(4)), tmp_path / f"a{suffix}", {})
        path = (tmp_path / f"a{suffix}").rename(tmp_path / f"Sch\udce4del{suffix}")
        (source,) = find_volumes([path])
        volume = read_volume(source)
        assert np.array_equal(volume.array, array) and volume.name == "Schädel"


def template(path: Path, sform_code=4, qform_code=1, scale=1.1, **changes):
    header = np.zeros((), NIFTI_HEADER)
    fields = {
        "sizeof_hdr": 348, "magic": b"n+1", "vox_offset": 352, "dim": [3, 4, 3, 2, 1, 1, 1, 1], "datatype": 4,
        "bitpix": 16, "pixdim": [1, 2, 2, 2, 0, 0, 0, 0], "xyzt_units": 2, "sform_code": sform_code,
        "qform_code": qform_code, "srow": np.eye(4)[:3] * 2 * scale, "qoffset": (5, 6, 7),
    } | changes  # fmt: skip
    for name, value in fields.items():
        header[name] = value
    path.write_bytes(header.tobytes() + bytes(4) + np.arange(24, dtype="<i2").tobytes())
    (source,) = find_volumes([path])
    return read_volume(source)


@pytest.mark.parametrize("sform_code", [2, 3, 4, 5])
@pytest.mark.parametrize("scale", [1.1, 0.8])
def test_an_sform_to_a_template_leaves_the_scanner_s_geometry(tmp_path, sform_code, scale):
    volume = template(tmp_path / "a.nii", sform_code, scale=scale)
    assert volume.spacing.tolist() == [2, 2, 2]
    assert volume.ijk_to_ras[:3, 3].tolist() == [5, 6, 7]
    assert "sform that leads to a template" in volume.remark


@pytest.mark.parametrize(
    "changes",
    [{"qform_code": 0}, {"sform_code": 1}, {"scale": 1000}, {"quatern": (0.9, 0.9, 0.9)}, {"qoffset": (np.nan, 0, 0)}],
    ids=["no qform", "the scanner's own", "another unit", "no rotation", "no place"],
)
def test_a_contradiction_without_a_sound_qform_is_refused(tmp_path, changes):
    with pytest.raises(InputError, match=r"a\.nii must give one voxel size, got 2 x 2 x 2 \(pixdim\)"):
        template(tmp_path / "a.nii", **changes)


def test_an_sform_that_keeps_the_size_is_used(tmp_path):
    volume = template(tmp_path / "a.nii", scale=1)
    assert volume.ijk_to_ras[:3, 3].tolist() == [0, 0, 0] and volume.remark == ""
