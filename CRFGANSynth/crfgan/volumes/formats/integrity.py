"""Checks that a file holds what its header promises, made before a reader gets near it.

SimpleITK reads cut streams, wrong checksums and dimensions larger than the data without a word, and dies of some.
Every check reads in chunks and raises InputError.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...errors import InputError
from .memory import require_memory

CHUNK = 1 << 20
GZIP_DENSEST = 1032
"""Bytes that a byte of gzip can stand for (https://zlib.net/zlib_tech.html)."""
MOST_BEHIND = 1 << 26
"""Bytes behind the voxels that are read for the sake of a checksum."""
_SHOWN = 7  # dimensions in a message
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
COPY_AGAIN = "Copy or export it again."
"""What to do with a file that is damaged; ends a message."""
OPEN_IN_SLICER = "Open it in Slicer, check it and save it as .nrrd."
"""What to do with a file that is whole but can't be read as it is; ends a message."""

NIFTI_HEADER = np.dtype(
    [
        ("sizeof_hdr", "i4"),
        ("unused", "S35"),
        ("dim_info", "u1"),
        ("dim", "i2", 8),
        ("intent_p", "f4", 3),
        ("intent_code", "i2"),
        ("datatype", "i2"),
        ("bitpix", "i2"),
        ("slice_start", "i2"),
        ("pixdim", "f4", 8),
        ("vox_offset", "f4"),
        ("scl_slope", "f4"),
        ("scl_inter", "f4"),
        ("slice_end", "i2"),
        ("slice_code", "u1"),
        ("xyzt_units", "u1"),
        ("cal_max", "f4"),
        ("cal_min", "f4"),
        ("slice_duration", "f4"),
        ("toffset", "f4"),
        ("glmax", "i4"),
        ("glmin", "i4"),
        ("descrip", "S80"),
        ("aux_file", "S24"),
        ("qform_code", "i2"),
        ("sform_code", "i2"),
        ("quatern", "f4", 3),
        ("qoffset", "f4", 3),
        ("srow", "f4", (3, 4)),
        ("intent_name", "S16"),
        ("magic", "S4"),
    ]
)
"""The 348 bytes of a NIfTI-1 header (https://nifti.nimh.nih.gov/nifti-1)."""

NIFTI_DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_NIFTI_REFUSED = {32: "complex", 1792: "complex", 2048: "complex", 128: "colour", 2304: "colour"}


@dataclass(frozen=True)
class NiftiHeader:
    """What a NIfTI-1 file says of its voxels, checked."""

    shape: tuple[int, int, int]
    """Voxels along I, J, K."""
    dtype: np.dtype
    """Of the voxels as stored, byte order included."""
    offset: int
    """Bytes before the first voxel, once unpacked."""
    fields: np.void
    """All fields, by the names of NIFTI_HEADER."""


def unpacked(path: Path) -> Iterator[bytes]:
    """Yield the content of a file in chunks, gunzipped where its first bytes (not its name) say gzip.

    Raises InputError for a stream that is damaged or cut; what follows a complete stream is left out.
    """
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        if is_gzip:
            yield from inflated(file, path.name)
        else:
            yield from iter(partial(file.read, CHUNK), b"")


def inflated(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield what gzip or zlib streams hold from where `file` stands, until the last of them ends."""
    stream, packed = zlib.decompressobj(_GZIP_OR_ZLIB), b""
    while True:
        packed = packed or file.read(CHUNK)
        try:
            chunk = stream.decompress(packed, CHUNK)
        except zlib.error as error:
            raise InputError(f"{name} must be intact, got damaged compressed data ({error}). {COPY_AGAIN}") from error
        yield chunk
        if stream.eof:
            packed = stream.unused_data or file.read(CHUNK)
            if not packed.startswith(_GZIP_MAGIC):
                return
            stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        elif packed or chunk:
            packed = stream.unconsumed_tail
        else:
            raise InputError(f"{name} must be whole, got compressed data that is cut short. {COPY_AGAIN}")


def payload(path: Path, offset: int, length: int) -> bytearray:
    """Return `length` bytes from `offset` of the unpacked file, reading on to its end so that checksums are checked.

    Raises InputError before anything is read where the file can't have as many, or memory hasn't.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP_MAGIC
    require_bytes(path.name, length, size * GZIP_DENSEST if is_gzip else max(0, size - offset))
    require_memory(path.name, length)
    data, position = bytearray(), 0
    for chunk in unpacked(path):
        data += chunk[max(0, offset - position) : max(0, offset + length - position)]
        position += len(chunk)
        if position > offset + length + MOST_BEHIND:
            break
    require_bytes(path.name, length, len(data))
    return data


def require_bytes(name: str, needed: int, found: int) -> None:
    """Raise InputError unless a file has the bytes of voxels that its header promises."""
    if found < needed:
        raise InputError(f"{name} must hold {needed:,} bytes of voxels, got {found:,}: it is cut short. {COPY_AGAIN}")


def spatial_shape(name: str, sizes: Iterable[int]) -> tuple[int, int, int]:
    """Return the voxels along I, J, K; InputError unless `sizes`, less trailing ones, are those of one 3D volume."""
    try:
        shape = [int(size) for size in sizes]
    except (ValueError, OverflowError):  # NaN, infinity
        shape = []
    while len(shape) > 3 and shape[-1] == 1:
        shape.pop()
    text = " x ".join(map(str, shape[:_SHOWN])) + " ..." * (len(shape) > _SHOWN)
    if not shape or min(shape) < 1:
        raise InputError(f"{name} must have voxels along every axis, got a size of ({text}). {COPY_AGAIN}")
    if len(shape) > 3:
        raise InputError(f"{name} must be one 3D volume, got {len(shape)}D ({text}). Save one of its volumes alone.")
    if len(shape) < 3 or 1 in shape:
        raise InputError(f"{name} must be a 3D volume, got no more than one slice ({text}). Choose the whole volume.")
    return tuple(shape)


def require_spacing(name: str, spacing: Iterable[float]) -> None:
    """Raise InputError unless there are three finite voxel sizes greater than 0."""
    values = np.array([*spacing], dtype=float)
    if len(values) < 3 or not np.isfinite(values).all() or (values <= 0).any():
        text = " x ".join(f"{value:g}" for value in values) or "none"
        raise InputError(
            f"{name} must have positive voxel spacings, got {text}. Correct its header or export it again."
        )


def nifti_header(path: Path) -> NiftiHeader:
    """Read and check the header of a `.nii` or `.nii.gz` file of either byte order; the voxels aren't looked at."""
    fields = _nifti_fields(path)
    dim = fields["dim"].astype(int)
    if not 1 <= dim[0] <= 7:
        raise InputError(f"{path.name} must have 1 to 7 dimensions, got {dim[0]} in its header. {COPY_AGAIN}")
    dtype = _nifti_dtype(path.name, fields)
    shape = spatial_shape(path.name, dim[1 : dim[0] + 1])
    require_spacing(path.name, fields["pixdim"][1:4])
    offset = fields["vox_offset"]
    if not (offset == 0 or 352 <= offset < np.inf):
        raise InputError(f"{path.name} must have vox_offset 352 or more in its header, got {offset:g}. {COPY_AGAIN}")
    return NiftiHeader(shape, dtype, max(352, int(offset)), fields)


def _nifti_fields(path: Path) -> np.void:
    raw = b""
    for chunk in unpacked(path):
        raw += chunk
        if len(raw) >= NIFTI_HEADER.itemsize:
            break
    if len(raw) < NIFTI_HEADER.itemsize:
        raise InputError(f"{path.name} must be a NIfTI file, got only {len(raw)} bytes. {COPY_AGAIN}")
    for order in "<>":
        fields = np.frombuffer(raw, NIFTI_HEADER.newbyteorder(order), 1)[0]
        if fields["sizeof_hdr"] == NIFTI_HEADER.itemsize and fields["magic"] == b"n+1":
            return fields
        if fields["sizeof_hdr"] == 540:
            raise InputError(f"{path.name} must be NIfTI-1, got NIfTI-2. Save it as NIfTI-1 or .nrrd.")
    raise InputError(f"{path.name} must be a NIfTI-1 file, got something else under that name. {COPY_AGAIN}")


def _nifti_dtype(name: str, fields: np.void) -> np.dtype:
    code, bits = int(fields["datatype"]), int(fields["bitpix"])
    if code not in NIFTI_DTYPES:
        kind = _NIFTI_REFUSED.get(code, f"datatype {code}")
        raise InputError(f"{name} must hold one number a voxel, got {kind} voxels. Convert it to a grey-scale volume.")
    dtype = np.dtype(NIFTI_DTYPES[code]).newbyteorder(fields.dtype["sizeof_hdr"].byteorder)
    if bits != 8 * dtype.itemsize:
        raise InputError(f"{name} must have bitpix {8 * dtype.itemsize} for {dtype.name}, got {bits}. {COPY_AGAIN}")
    return dtype
