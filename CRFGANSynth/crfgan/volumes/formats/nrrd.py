"""NRRD files read: pynrrd reads the header, and the voxels are read here, no more of them than the header promises.

Layout: https://teem.sourceforge.net/nrrd/format.html.
"""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import BinaryIO

import nrrd
import numpy as np

from ...errors import InputError
from .integrity import CHUNK, COPY_AGAIN, GZIP_DENSEST, OPEN_IN_SLICER, spatial_shape
from .memory import require_memory
from .meta import data_file_beside

_SPACES = {
    "left-posterior-superior": (-1, -1, 1), "lps": (-1, -1, 1), "left-anterior-superior": (-1, 1, 1), "las": (-1, 1, 1),
    "right-anterior-superior": (1, 1, 1), "ras": (1, 1, 1),
}  # fmt: skip
_DTYPES = {
    "signed char": "i1", "int8": "i1", "uchar": "u1", "unsigned char": "u1", "uint8": "u1", "short": "i2",
    "signed short": "i2", "int16": "i2", "ushort": "u2", "unsigned short": "u2", "uint16": "u2", "int": "i4",
    "signed int": "i4", "int32": "i4", "uint": "u4", "unsigned int": "u4", "uint32": "u4", "longlong": "i8",
    "long long": "i8", "signed long long": "i8", "int64": "i8", "ulonglong": "u8", "unsigned long long": "u8",
    "uint64": "u8", "float": "f4", "double": "f8",
}  # fmt: skip
_TEXT, _GZIP, _BZIP2 = {"ascii", "text", "txt"}, {"gzip", "gz"}, {"bzip2", "bz2"}
_LONGEST_HEADER = 1 << 24
"""Bytes; segmentations have long ones."""
_LONGEST_NUMBER = 64
"""Bytes that a number in a file of text may take."""


def read_nrrd(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the voxels (K, J, I) and (4, 4) IJK -> RAS in mm of a `.nrrd` or `.nhdr` file.

    Raises:
        InputError: the file is damaged, doesn't hold what its header promises, or isn't one grey-scale volume in mm.
    """
    header, start = _header(path)
    matrix = _matrix(header, path.name)
    shape = spatial_shape(path.name, header["sizes"])
    dtype = _dtype(header, path.name)
    data = header.get("data file", header.get("datafile"))
    try:
        with (path if data is None else data_file_beside(path, data)).open("rb") as file:
            file.seek(start if data is None else 0)
            array = _voxels(file, header, dtype, prod(shape))
    except _Damaged as error:
        raise InputError(f"{path.name} must be whole, got damaged data ({error}). {COPY_AGAIN}") from error
    return array.reshape(shape[::-1]).astype(dtype.newbyteorder("="), copy=False), matrix


def nrrd_header(path: Path) -> dict:
    """Read and check the header of a `.nrrd` or `.nhdr` file, as pynrrd gives it; the voxels aren't looked at."""
    return _header(path)[0]


class _Damaged(Exception):
    """The voxels aren't what the header says."""


def _header(path: Path) -> tuple[dict, int]:
    """The fields of a header, and where it ends."""
    lines, size = [], 0
    with path.open("rb") as file:
        while line := file.readline(_LONGEST_HEADER - size):
            lines.append(line.decode(errors="surrogateescape"))
            size += len(line)
            if not line.strip():
                break
    try:
        with np.errstate(invalid="ignore"):  # sizes that are no numbers, which are told below
            header = nrrd.read_header(lines)
        sizes = [int(number) for number in header.get("sizes", ())]
        if sizes and header["dimension"] != len(sizes):
            raise ValueError("dimension")
    except (nrrd.NRRDError, ArithmeticError, ValueError, LookupError, RuntimeError, StopIteration, TypeError) as error:
        raise InputError(f"{path.name} must be an NRRD file, got a header that can't be read. {COPY_AGAIN}") from error
    kinds = set(header.get("kinds", ())) - {"domain", "space", "none", "???"}
    if header.get("type") == "block" or (kinds and header.get("dimension") == 3):
        raise InputError(f"{path.name} must hold one number a voxel, got vectors or colours. Convert it to grey scale.")
    spatial_shape(path.name, sizes)
    data = header.get("data file", header.get("datafile"))
    if data is not None:
        data_file_beside(path, data)
    return header, size


def _dtype(header: dict, name: str) -> np.dtype:
    kind = str(header.get("type")).lower().removesuffix("_t")
    kind = kind.removesuffix(" int") if "short" in kind or "long" in kind else kind
    if kind not in _DTYPES:
        raise InputError(f"{name} must hold numbers of a type that NRRD knows, got {kind!r:.40}. {OPEN_IN_SLICER}")
    dtype, endian = np.dtype(_DTYPES[kind]), header.get("endian")
    if dtype.itemsize > 1 and header.get("encoding", "").lower() not in _TEXT and endian not in ("big", "little"):
        raise InputError(f"{name} must say its endian, big or little, got {endian}. {OPEN_IN_SLICER}")
    return dtype.newbyteorder(">" if endian == "big" else "<")


def _matrix(header: dict, name: str) -> np.ndarray:
    """Return (4, 4) IJK -> RAS in mm."""
    signs = _SPACES.get(header.get("space", "").lower())
    directions = np.array(header.get("space directions", ()), dtype=float)[:3]
    if signs is None or directions.shape != (3, 3):
        raise InputError(
            f"{name} must have a space (like LPS) and space directions, got none that are known. {OPEN_IN_SLICER}"
        )
    units = {unit.lower() for unit in header.get("space units", ())} - {"", "mm", "millimeter", "millimeters"}
    if units:
        raise InputError(f"{name} must have space units in mm, got {', '.join(sorted(units))}. {OPEN_IN_SLICER}")
    matrix = np.eye(4)
    matrix[:3] = np.c_[directions.T, header.get("space origin", np.zeros(3))]
    with np.errstate(invalid="ignore"):  # Volume refuses what isn't finite
        return np.diag([*signs, 1.0]) @ matrix


def _voxels(file: BinaryIO, header: dict, dtype: np.dtype, count: int) -> np.ndarray:
    """The voxels from where `file` stands, flat."""
    skip = _skips(file, header)
    encoding, needed = header.get("encoding", "").lower(), count * dtype.itemsize
    if encoding in _TEXT:
        return _numbers(file, dtype, count)
    if encoding == "raw":
        return _raw(file, skip, dtype, needed)
    if encoding not in _GZIP | _BZIP2:
        raise _Damaged(f"an encoding {encoding!r:.20} that isn't known")
    if encoding in _GZIP and needed > GZIP_DENSEST * _bytes_left(file):
        raise _Damaged(f"{needed:,} bytes of voxels can't be in {_bytes_left(file):,}")
    require_memory(Path(file.name).name, needed)
    return np.frombuffer(_inflated(file, encoding in _GZIP, skip, needed, dtype.itemsize), dtype)


def _skips(file: BinaryIO, header: dict) -> int:
    """Pass over the lines that don't count; returns the bytes that don't."""
    lines = header.get("lineskip", header.get("line skip", 0))
    skip = header.get("byteskip", header.get("byte skip", 0))
    if skip < -1:
        raise _Damaged("Invalid byteskip, allowed values are greater than or equal to -1")
    if not 0 <= lines <= _bytes_left(file):
        raise _Damaged("Invalid lineskip, more lines than there are")
    for _ in range(lines):
        if not file.readline():
            raise _Damaged("Invalid lineskip, more lines than there are")
    return skip


def _bytes_left(file: BinaryIO) -> int:
    here = file.tell()
    size = file.seek(0, 2)
    file.seek(here)
    return size - here


def _raw(file: BinaryIO, skip: int, dtype: np.dtype, needed: int) -> np.ndarray:
    skip = _bytes_left(file) - needed if skip == -1 else skip
    found = _bytes_left(file) - skip
    if skip < 0 or found - found % dtype.itemsize != needed:
        raise _Damaged(f"{needed:,} bytes of voxels, found {max(found, 0):,}")
    require_memory(Path(file.name).name, needed)
    file.seek(skip, 1)
    return np.frombuffer(file.read(needed), dtype)


def _numbers(file: BinaryIO, dtype: np.dtype, count: int) -> np.ndarray:
    if _bytes_left(file) > count * _LONGEST_NUMBER + CHUNK:
        raise _Damaged("more text than numbers of voxels")
    require_memory(Path(file.name).name, 8 * count)
    words = file.read().split()
    if len(words) != count:
        raise _Damaged(f"{count:,} numbers, found {len(words):,}")
    try:
        return np.array(words).astype(float).astype(dtype)
    except ValueError as error:
        raise _Damaged("text that is no number") from error


def _inflated(file: BinaryIO, is_gzip: bool, skip: int, needed: int, item: int) -> bytearray:
    """`needed` bytes of a compressed stream after `skip`, or its last ones where that is -1."""
    data, passed = bytearray(), 0
    for chunk in _stream(file, zlib.decompressobj(zlib.MAX_WBITS | 16) if is_gzip else bz2.BZ2Decompressor()):
        if skip > passed:
            passed, chunk = passed + len(chunk), chunk[skip - passed :]
        data += chunk
        if skip == -1:
            del data[:-needed]
        elif len(data) >= needed + item:
            raise _Damaged(f"{needed:,} bytes of voxels, found more")
    if len(data) - len(data) % item != needed:
        raise _Damaged(f"{needed:,} bytes of voxels, found {len(data):,}")
    return data[:needed]


def _stream(file: BinaryIO, packed) -> Iterator[bytes]:
    """What a decompressor makes of the rest of a file, in chunks; whatever follows the stream is left."""
    rest = b""
    while not packed.eof:
        if not (rest or not getattr(packed, "needs_input", True)):
            rest = file.read(CHUNK)
            if not rest:
                raise _Damaged("it is cut short")
        try:
            yield packed.decompress(rest, CHUNK)
        except (zlib.error, OSError, EOFError, ValueError) as error:
            raise _Damaged(str(error)) from error
        rest = getattr(packed, "unconsumed_tail", b"")
