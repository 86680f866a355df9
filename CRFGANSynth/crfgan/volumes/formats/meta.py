"""MetaImage files read: `.mha`, and `.mhd` with its voxels in one file beside it.

Not by SimpleITK: it ends the process for names that aren't UTF-8 and for headers of many dimensions, and reads cut
files without a word. Layout: https://itk.org/Wiki/ITK/MetaIO/Documentation.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...errors import InputError
from .dicom import LPS_TO_RAS
from .integrity import (
    CHUNK,
    COPY_AGAIN,
    GZIP_DENSEST,
    MOST_BEHIND,
    OPEN_IN_SLICER,
    inflated,
    require_bytes,
    require_spacing,
    spatial_shape,
)
from .memory import require_memory

_DTYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_UINT": "u4",
    "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}  # fmt: skip
_MOST_FIELDS = 10_000


def read_meta(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the voxels (K, J, I) and (4, 4) IJK -> RAS in mm.

    Raises:
        InputError: the file is damaged, doesn't hold what its header promises, or isn't one grey-scale volume.
    """
    fields, start = _checked_header(path)
    shape = spatial_shape(path.name, _numbers(path.name, "DimSize", fields))
    data, voxels = _open_voxels(path, fields, start)
    order = ">" if _is_true(fields, "BinaryDataByteOrderMSB", "ElementByteOrderMSB") else "<"
    dtype = np.dtype(_DTYPES[fields["ElementType"]]).newbyteorder(order)
    needed = prod(shape) * dtype.itemsize
    require_memory(path.name, needed)
    array = np.frombuffer(_bytes(data, voxels, needed, _is_true(fields, "CompressedData")), dtype).reshape(shape[::-1])
    return array.astype(dtype.newbyteorder("="), copy=False), _matrix(path.name, fields)


def check_meta(path: Path) -> None:
    """Check the header of a `.mha` or `.mhd` file and that it, or the file it names, holds all voxels."""
    read_meta(path)


def _checked_header(path: Path) -> tuple[dict[str, str], int]:
    """The fields of a header, and where it ends."""
    with path.open("rb") as file:
        fields = _fields(file, path.name)
        start = file.tell()
    sizes = _numbers(path.name, "DimSize", fields)
    spatial_shape(path.name, sizes)
    if [len(sizes)] != _numbers(path.name, "NDims", {"NDims": str(len(sizes))} | fields):
        raise InputError(f"{path.name} must have as many sizes as dimensions, got {len(sizes)} sizes. {COPY_AGAIN}")
    require_spacing(path.name, _numbers(path.name, _spacing_field(fields), fields))
    channels, element = fields.get("ElementNumberOfChannels", "1"), fields.get("ElementType")
    if channels != "1" or element not in _DTYPES:
        raise InputError(
            f"{path.name} must hold one number a voxel, got {channels} x {element}. Convert it to grey scale."
        )
    if fields.get("BinaryData", "True").lower() == "false":
        raise InputError(f"{path.name} must hold binary voxels, got text. {OPEN_IN_SLICER}")
    return fields, start


def _fields(file: BinaryIO, name: str) -> dict[str, str]:
    fields = {}
    while "ElementDataFile" not in fields:
        key, equals, value = file.readline(CHUNK).decode(errors="surrogateescape").partition("=")
        if not equals or len(fields) > _MOST_FIELDS:
            raise InputError(f"{name} must be a MetaImage file, got a header that can't be read. {COPY_AGAIN}")
        fields[key.strip()] = value.strip()
    return fields


def _spacing_field(fields: dict[str, str]) -> str:
    return "ElementSpacing" if "ElementSpacing" in fields else "ElementSize"


def _is_true(fields: dict[str, str], *names: str) -> bool:
    return any(fields.get(name, "").lower() in ("true", "1") for name in names)


def _numbers(name: str, field: str, fields: dict[str, str]) -> list[float]:
    try:
        return [float(word) for word in fields.get(field, "").split()]
    except ValueError as error:
        raise InputError(f"{name} must have numbers in {field}, got {fields[field]!r}. {COPY_AGAIN}") from error


def _open_voxels(path: Path, fields: dict[str, str], start: int) -> tuple[Path, int]:
    """The file that holds the voxels, and where they begin; -1 where they end it."""
    if fields["ElementDataFile"].upper() == "LOCAL":
        return path, start
    data = data_file_beside(path, fields["ElementDataFile"])
    skip = _numbers(path.name, "HeaderSize", {"HeaderSize": "0"} | fields)
    return data, int(skip[0]) if len(skip) == 1 and np.isfinite(skip[0]) else 0


def data_file_beside(header: Path, name: str) -> Path:
    """The file in which a header says that its voxels are: one beside it, and nowhere else.

    Raises:
        InputError: there is none.
    """
    data = header.parent / Path(name).name
    if Path(name).name != name or not data.is_file():
        raise InputError(f"{header.name} must have its voxels in one file {name} beside it, got none. Copy both files.")
    return data


def _bytes(path: Path, start: int, needed: int, is_packed: bool) -> bytes | bytearray:
    size = path.stat().st_size
    with path.open("rb") as file:
        if not is_packed:
            start = size - needed if start < 0 else start
            require_bytes(path.name, needed, size - max(start, 0))
            file.seek(max(start, 0))
            return file.read(needed)
        require_bytes(path.name, needed, (size - max(start, 0)) * GZIP_DENSEST)
        file.seek(max(start, 0))
        voxels = bytearray()
        behind = -needed
        for chunk in inflated(file, path.name):
            voxels += chunk[: needed - len(voxels)]
            behind += len(chunk)
            if behind > MOST_BEHIND:
                break
        require_bytes(path.name, needed, len(voxels))
        return voxels


def _matrix(name: str, fields: dict[str, str]) -> np.ndarray:
    """Return (4, 4) IJK -> RAS in mm."""
    size = len(fields["DimSize"].split())
    spacing = _numbers(name, _spacing_field(fields), fields)[:3]
    axes = _first(name, fields, size * size, "TransformMatrix", "Rotation", "Orientation")
    axes = np.eye(3) if axes is None else axes.reshape(size, size)[:3, :3].T  # a row for each axis
    origin = _first(name, fields, size, "Offset", "Position", "Origin")
    matrix = np.eye(4)
    matrix[:3] = np.c_[axes * spacing, np.zeros(3) if origin is None else origin[:3]]
    return LPS_TO_RAS @ matrix


def _first(name: str, fields: dict[str, str], count: int, *choices: str) -> np.ndarray | None:
    """The numbers of the first of some fields that there is."""
    field = next((choice for choice in choices if choice in fields), None)
    if field is None:
        return None
    numbers = np.array(_numbers(name, field, fields))
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise InputError(f"{name} must have {count} numbers in {field}, got {fields[field]!r:.60}. {COPY_AGAIN}")
    return numbers
