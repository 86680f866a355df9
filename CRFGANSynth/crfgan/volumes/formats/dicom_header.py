"""The header of a DICOM file, read as far as the voxels, so that thousands of slices are sorted in a moment.

GDCM reads a whole file to tell its header, and ends the process for a name that isn't UTF-8.
Layout: https://dicom.nema.org/medical/dicom/current/output/html/part05.html, chapters 7 and 10.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import InputError

TAGS = {
    (0x0002, 0x0010): "transfer_syntax", (0x0008, 0x0008): "image_type", (0x0008, 0x0060): "modality",
    (0x0008, 0x103E): "description", (0x0010, 0x0020): "patient", (0x0020, 0x000D): "study",
    (0x0020, 0x000E): "series", (0x0020, 0x0011): "series_number", (0x0020, 0x0032): "position",
    (0x0020, 0x0037): "cosines", (0x0028, 0x0002): "samples", (0x0028, 0x0008): "frames", (0x0028, 0x0010): "rows",
    (0x0028, 0x0011): "columns", (0x0028, 0x0030): "spacing", (0x0028, 0x0100): "bits", (0x0028, 0x1052): "intercept",
    (0x0028, 0x1053): "slope",
}  # fmt: skip
"""What is kept of a header, and what it is called here."""

_PIXELS = (0x7FE0, 0x0010)
_ITEM, _ITEM_END, _SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
_LONG = {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
_UNDEFINED = 0xFFFFFFFF
_SHORT_FIRST, _LARGEST = 1 << 15, 1 << 26
"""Bytes that are read of a file: first, and where its header is longer."""
_DEEPEST = 16
"""Sequences within sequences."""
_BIG_ENDIAN, _IMPLICIT, _DEFLATED = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99"
_UNCOMPRESSED = {"", _IMPLICIT, "1.2.840.10008.1.2.1", _BIG_ENDIAN}


@dataclass(frozen=True)
class DicomHeader:
    """What a DICOM file says of its image."""

    path: Path
    values: Mapping[str, str]
    """By the names in TAGS, as text; what a file lacks isn't there."""
    offset: int
    """Bytes of the file before its voxels."""

    def get(self, name: str) -> str:
        """A value as text, empty where there is none."""
        return self.values.get(name, "")

    def number(self, name: str, default: int = 0) -> int:
        """A whole number, or the default where there is none."""
        try:
            return int(float(self.get(name)))
        except (ValueError, OverflowError):
            return default

    @property
    def is_packed(self) -> bool:
        """Whether the voxels are compressed."""
        return self.get("transfer_syntax") not in _UNCOMPRESSED


def read_dicom_header(path: Path) -> DicomHeader:
    """Read a header up to the voxels.

    Raises:
        InputError: the file is damaged or holds no image.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_SHORT_FIRST)
            try:
                values, offset = _parse(start)
            except _TooShort:
                values, offset = _parse(start + file.read(_LARGEST))
    except (_TooShort, struct.error, zlib.error) as error:
        raise _no_image(path) from error
    except OSError as error:
        raise InputError(f"{path.name} can't be read: {error.strerror}. Copy or export it again.") from error
    header = DicomHeader(path, values, offset)
    if not header.number("rows") or not header.number("columns"):
        raise _no_image(path)
    return header


def _no_image(path: Path) -> InputError:
    return InputError(f"{path.name} must be a DICOM image, got one that is damaged or holds no image. Export it again.")


class _TooShort(Exception):
    """There are fewer bytes than the header has."""


def _parse(data: bytes) -> tuple[dict[str, str], int]:
    """The values of a file that begins with `data`, and where its voxels begin."""
    values: dict[str, str] = {}
    place = 132 if data[128:132] == b"DICM" else 0
    while data[place : place + 2] == b"\x02\x00":  # the file's own group is always explicit and little endian
        place = _take(data, place, "<", True, values)
    syntax = values.get("transfer_syntax", "")
    if syntax == _DEFLATED:
        data, place = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[place:], _LARGEST), 0
    order = ">" if syntax == _BIG_ENDIAN else "<"
    explicit = data[place + 4 : place + 6].isalpha() if not syntax else syntax != _IMPLICIT
    while True:
        if len(data) < place + 8:
            raise _TooShort
        if struct.unpack_from(f"{order}HH", data, place) >= _PIXELS:
            return values, place
        place = _take(data, place, order, explicit, values)


def _take(data: bytes, place: int, order: str, explicit: bool, values: dict[str, str]) -> int:
    """Keep the element at `place` if it is one of TAGS; returns where the next begins."""
    tag, kind, length, place = _element(data, place, order, explicit)
    if length == _UNDEFINED:
        return _after_sequence(data, place, order, explicit and kind != b"UN", 0)
    if len(data) < place + length:
        raise _TooShort
    if name := TAGS.get(tag):
        values[name] = _text(data[place : place + length], kind, tag, order)
    return place + length


def _element(data: bytes, place: int, order: str, explicit: bool) -> tuple[tuple[int, int], bytes, int, int]:
    """Tag, VR, length and beginning of the value of the element at `place`."""
    if len(data) < place + 8:
        raise _TooShort
    tag = struct.unpack_from(f"{order}HH", data, place)
    kind = data[place + 4 : place + 6]
    if tag[0] == 0xFFFE or not explicit or not kind.isalpha():
        return tag, b"", struct.unpack_from(f"{order}I", data, place + 4)[0], place + 8
    if kind in _LONG:
        if len(data) < place + 12:
            raise _TooShort
        return tag, kind, struct.unpack_from(f"{order}I", data, place + 8)[0], place + 12
    return tag, kind, struct.unpack_from(f"{order}H", data, place + 6)[0], place + 8


def _after_sequence(data: bytes, place: int, order: str, explicit: bool, depth: int) -> int:
    """Where a sequence of undefined length ends whose first item begins at `place`."""
    if depth > _DEEPEST:
        raise struct.error("sequences are nested too deep")
    while True:
        if len(data) < place + 8:
            raise _TooShort
        tag = struct.unpack_from(f"{order}HH", data, place)
        length = struct.unpack_from(f"{order}I", data, place + 4)[0]
        place += 8
        if tag == _SEQUENCE_END:
            return place
        if tag != _ITEM:
            raise struct.error("an item is missing")
        place = _after_item(data, place, order, explicit, depth) if length == _UNDEFINED else place + length


def _after_item(data: bytes, place: int, order: str, explicit: bool, depth: int) -> int:
    while True:
        tag, kind, length, value = _element(data, place, order, explicit)
        if tag == _ITEM_END:
            return value
        if length == _UNDEFINED:
            place = _after_sequence(data, value, order, explicit and kind != b"UN", depth + 1)
        else:
            place = value + length
        if place > len(data):
            raise _TooShort


def _text(value: bytes, kind: bytes, tag: tuple[int, int], order: str) -> str:
    is_number = kind == b"US" or (not kind and tag[0] == 0x0028 and tag[1] in (0x02, 0x10, 0x11, 0x100))
    if is_number and len(value) >= 2:
        return str(struct.unpack_from(f"{order}H", value)[0])
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return text.strip(" \0\n\r\t")
