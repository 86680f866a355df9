"""Broken files are told from whole ones before a reader gets near them."""

import gzip
import zlib

import nrrd
import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.volumes.formats.integrity import (
    CHUNK,
    NIFTI_HEADER,
    nifti_header,
    payload,
    spatial_shape,
    unpacked,
)
from crfgan.volumes.formats.meta import check_meta
from crfgan.volumes.formats.nrrd import nrrd_header

CONTENT = np.random.default_rng(0).integers(0, 99, 3 * CHUNK // 2, np.uint8).tobytes()


def nifti(order: str = "<", **changes) -> bytes:
    """Return a NIfTI-1 file of 4 x 3 x 2 int16 voxels, with fields of its header changed."""
    header = np.zeros((), NIFTI_HEADER.newbyteorder(order))
    fields = {
        "sizeof_hdr": 348, "magic": b"n+1", "vox_offset": 352, "dim": [3, 4, 3, 2, 1, 1, 1, 1],
        "datatype": 4, "bitpix": 16, "pixdim": [1, 1, 2, 3, 0, 0, 0, 0],
    }  # fmt: skip
    for name, value in (fields | changes).items():
        header[name] = value
    return header.tobytes() + bytes(4) + np.arange(24, dtype=f"{order}i2").tobytes()


META = {
    "ObjectType": "Image", "NDims": "3", "DimSize": "4 3 2", "ElementSpacing": "1 2 3", "ElementType": "MET_SHORT",
}  # fmt: skip


def meta(data: bytes = bytes(48), data_file: str = "LOCAL", **changes) -> bytes:
    """Return a MetaImage of 4 x 3 x 2 int16 voxels, with fields of its header changed; None leaves one out."""
    fields = {
        key: value for key, value in (META | changes | {"ElementDataFile": data_file}).items() if value is not None
    }
    return "".join(f"{key} = {value}\n" for key, value in fields.items()).encode() + data


@pytest.fixture
def write(tmp_path):
    """Write bytes to a file and return its path."""

    def to(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return to


@pytest.mark.parametrize(
    "packed",
    [
        CONTENT,
        gzip.compress(CONTENT),
        gzip.compress(CONTENT[:9]) + gzip.compress(CONTENT[9:]),
        gzip.compress(CONTENT) + b"trailing rubbish",
        gzip.compress(CONTENT) + bytes(512),
    ],
    ids=["plain", "gzip", "two members", "rubbish after it", "padding after it"],
)
def test_whole_file_is_unpacked_whatever_its_name(write, packed):
    assert b"".join(unpacked(write("a.dat", packed))) == CONTENT


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.999])
def test_cut_stream_is_told(write, kept):
    packed = gzip.compress(CONTENT)
    with pytest.raises(InputError, match=r"a\.gz must be whole, got compressed data that is cut short"):
        list(unpacked(write("a.gz", packed[: int(len(packed) * kept)])))


@pytest.mark.parametrize("position", [0.3, 0.8, 1.0])
def test_flipped_bits_are_told(write, position):
    packed = bytearray(gzip.compress(CONTENT))
    packed[int((len(packed) - 8) * position)] ^= 0x55
    with pytest.raises(InputError, match=r"a\.gz must be intact, got damaged compressed data"):
        list(unpacked(write("a.gz", bytes(packed))))


def test_chunks_stay_small_for_well_compressed_data(write):
    chunks = list(unpacked(write("a.gz", gzip.compress(bytes(20 * CHUNK)))))
    assert max(map(len, chunks)) <= CHUNK and sum(map(len, chunks)) == 20 * CHUNK


def test_payload_is_what_was_asked_for(write):
    assert payload(write("a.gz", gzip.compress(CONTENT)), 100, CHUNK) == CONTENT[100 : CHUNK + 100]


def test_payload_that_is_too_short_is_told(write):
    with pytest.raises(
        InputError, match=r"a\.nii must hold 20 bytes of voxels, got 9: it is cut short\. Copy or export"
    ):
        payload(write("a.nii", bytes(10)), 1, 20)


def test_payload_beyond_the_end_costs_no_memory(write):
    with pytest.raises(InputError, match=r"must hold 1,000,000,000,000,000 bytes of voxels, got 0"):
        payload(write("a.nii", bytes(10)), 10**15, 10**15)


def test_checksum_is_checked_though_the_payload_ends_before_it(write):
    packed = gzip.compress(CONTENT)
    with pytest.raises(InputError, match="cut short"):
        payload(write("a.nii.gz", packed[:-4]), 0, 10)


@pytest.mark.parametrize(
    ("sizes", "shape"), [((4, 3, 2), (4, 3, 2)), ((4, 3, 2, 1), (4, 3, 2)), ((4, 3, 2, 1, 1), (4, 3, 2))]
)
def test_trailing_single_dimensions_are_left_out(sizes, shape):
    assert spatial_shape("a", sizes) == shape


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((4, 3, 2, 5), r"a must be one 3D volume, got 4D \(4 x 3 x 2 x 5\)"),
        ((1, 2, 3, 1, 3), r"a must be one 3D volume, got 5D \(1 x 2 x 3 x 1 x 3\)"),
        ((4, 3, 1), r"a must be a 3D volume, got no more than one slice \(4 x 3 x 1\)"),
        ((4, 3), r"a must be a 3D volume, got no more than one slice \(4 x 3\)"),
        ((4, 0, 2), r"a must have voxels along every axis, got a size of \(4 x 0 x 2\)"),
        ((4, -3, 2), r"a must have voxels along every axis, got a size of \(4 x -3 x 2\)"),
        ((), r"a must have voxels along every axis"),
    ],
)
def test_sizes_that_are_not_of_one_3d_volume_are_refused(sizes, message):
    with pytest.raises(InputError, match=message):
        spatial_shape("a", sizes)


def test_nifti_header_is_348_bytes():
    assert NIFTI_HEADER.itemsize == 348


@pytest.mark.parametrize("order", ["<", ">"])
def test_nifti_header_is_read_in_either_byte_order(write, order):
    header = nifti_header(write("a.nii", nifti(order)))
    assert (header.shape, header.dtype, header.offset) == ((4, 3, 2), np.dtype(f"{order}i2"), 352)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"magic": b"xx1"}, "must be a NIfTI-1 file, got something else"),
        ({"magic": b"ni1"}, "must be a NIfTI-1 file, got something else"),
        ({"sizeof_hdr": 540}, "must be NIfTI-1, got NIfTI-2"),
        ({"sizeof_hdr": 7}, "must be a NIfTI-1 file, got something else"),
        ({"dim": [0, 4, 3, 2, 1, 1, 1, 1]}, "must have 1 to 7 dimensions, got 0"),
        ({"dim": [9, 4, 3, 2, 1, 1, 1, 1]}, "must have 1 to 7 dimensions, got 9"),
        ({"dim": [4, 4, 3, 2, 6, 1, 1, 1]}, r"must be one 3D volume, got 4D \(4 x 3 x 2 x 6\)"),
        ({"datatype": 9999}, "must hold one number a voxel, got datatype 9999"),
        ({"datatype": 128, "bitpix": 24}, "must hold one number a voxel, got colour"),
        ({"datatype": 32, "bitpix": 64}, "must hold one number a voxel, got complex"),
        ({"bitpix": 8}, "must have bitpix 16 for int16, got 8"),
        ({"pixdim": [1, 1, 0, 3, 0, 0, 0, 0]}, "must have positive voxel spacings, got 1 x 0 x 3"),
        ({"pixdim": [1, -1, 2, 3, 0, 0, 0, 0]}, "must have positive voxel spacings, got -1 x 2 x 3"),
        ({"pixdim": [1, 1, np.nan, 3, 0, 0, 0, 0]}, "must have positive voxel spacings, got 1 x nan x 3"),
        ({"vox_offset": 100}, "must have vox_offset 352 or more in its header, got 100"),
        ({"vox_offset": np.nan}, "must have vox_offset 352 or more in its header, got nan"),
        ({"vox_offset": np.inf}, "must have vox_offset 352 or more in its header, got inf"),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_broken_nifti_header_is_refused(write, changes, message, order):
    with pytest.raises(InputError, match=rf"^a\.nii {message}"):
        nifti_header(write("a.nii", nifti(order, **changes)))


def test_vox_offset_0_means_right_after_the_header(write):
    assert nifti_header(write("a.nii", nifti(vox_offset=0))).offset == 352


def test_nifti_of_a_few_bytes_is_refused(write):
    with pytest.raises(InputError, match=r"a\.nii must be a NIfTI file, got only 5 bytes"):
        nifti_header(write("a.nii", b"Hello"))


def test_nrrd_header_is_given_as_pynrrd_does(tmp_path):
    nrrd.write(str(tmp_path / "a.nrrd"), np.zeros((4, 3, 2), "i2"))
    assert nrrd_header(tmp_path / "a.nrrd")["sizes"].tolist() == [4, 3, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be an NRRD file, got a header that can't be read"),
        ("Hello", "must be an NRRD file, got a header that can't be read"),
        ("NRRD0004\nnonsense\n\n", "must be an NRRD file, got a header that can't be read"),
        ("NRRD0004\nsizes: a b\n\n", "must be an NRRD file, got a header that can't be read"),
        ("NRRD0004\ntype: short\n\n", "must have voxels along every axis"),
        ("NRRD0004\ntype: short\ndimension: 4\nsizes: 3 4 3 2\n\n", r"must be one 3D volume, got 4D \(3 x 4 x 3 x 2\)"),
        (
            "NRRD0004\ntype: short\ndimension: 3\nsizes: 3 4 3\nkinds: vector domain domain\n\n",
            "must hold one number a voxel, got vectors or colours",
        ),
        (
            "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\ndata file: a.raw\n\n",
            r"must have its voxels in one file a\.raw beside it, got none",
        ),
    ],
)
def test_broken_nrrd_header_is_refused(write, text, message):
    with pytest.raises(InputError, match=rf"^a\.nrrd {message}"):
        nrrd_header(write("a.nrrd", text.encode()))


@pytest.mark.parametrize("data_file", ["LOCAL", "a.raw"])
@pytest.mark.parametrize("compressed", [False, True])
def test_whole_meta_image_passes(write, data_file, compressed):
    data = zlib.compress(bytes(48)) if compressed else bytes(48)
    write("a.raw", data)
    content = meta(data if data_file == "LOCAL" else b"", data_file, CompressedData=str(compressed))
    check_meta(write("a.mha", content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Hello", r"a\.mha must be a MetaImage file, got a header that can't be read"),
        (meta(bytes(47)), r"a\.mha must hold 48 bytes of voxels, got 47"),
        (meta(zlib.compress(bytes(47)), CompressedData="True"), r"a\.mha must hold 48 bytes of voxels, got 47"),
        (
            meta(zlib.compress(bytes(48))[:-2], CompressedData="True"),
            r"a\.mha must be whole, got compressed data that is",
        ),
        (meta(b"no stream", CompressedData="True"), r"a\.mha must be intact, got damaged compressed data"),
        (meta(DimSize="4 3 2 2"), r"a\.mha must be one 3D volume, got 4D"),
        (meta(DimSize=None), r"a\.mha must have voxels along every axis"),
        (meta(DimSize="four 3 2"), r"a\.mha must have numbers in DimSize, got 'four 3 2'"),
        (meta(ElementSpacing="1 0 3"), r"a\.mha must have positive voxel spacings, got 1 x 0 x 3"),
        (meta(ElementSpacing=None), r"a\.mha must have positive voxel spacings, got none"),
        (meta(ElementSpacing="1 nan 3"), r"a\.mha must have positive voxel spacings, got 1 x nan x 3"),
        (meta(ElementNumberOfChannels="3"), r"a\.mha must hold one number a voxel, got 3 x MET_SHORT"),
        (meta(ElementType="MET_OTHER"), r"a\.mha must hold one number a voxel, got 1 x MET_OTHER"),
        (meta(data_file="b.raw"), r"a\.mha must have its voxels in one file b\.raw beside it, got none"),
        (meta(data_file="short.raw"), r"short\.raw must hold 48 bytes of voxels, got 40"),
    ],
)
def test_broken_meta_image_is_refused(write, content, message):
    write("short.raw", bytes(40))
    with pytest.raises(InputError, match=f"^{message}"):
        check_meta(write("a.mha", content))
