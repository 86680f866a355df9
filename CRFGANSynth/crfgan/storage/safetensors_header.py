"""The header of a safetensors file, and the card in it, read and changed without the tensors. Standard library only.

Eight bytes of length, JSON with the place of each tensor and a table of texts, then the tensors (the format is
described at https://github.com/huggingface/safetensors). Places count from the header's end, so it may change alone.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import InputError
from .atomic import replace_with

CARD = "card"
"""Name of the text that holds the card."""
CHECKSUM = "tensors_sha256"
"""Name of the card's fact that is a checksum of the tensors."""
_TEXTS = "__metadata__"
_LONGEST = 10_000_000
_ALIGNMENT = 8
_CHUNK = 1 << 20
_BYTES = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"), 1), **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4), **dict.fromkeys(("U64", "I64", "F64"), 8),
}  # fmt: skip
"""Bytes of a number, by type."""


@dataclass(frozen=True)
class Header:
    """What stands before the tensors of a file."""

    entries: Mapping[str, Mapping]
    """Type, shape and place of each tensor, and the texts."""
    card: dict
    checksum: str | None
    """Of the tensors; None in files of earlier versions."""
    length: int
    """Bytes before the tensors."""
    size: int
    """Bytes of the whole file."""

    @property
    def tensors(self) -> dict[str, Mapping]:
        """Type, shape and place of each tensor, by name."""
        return {name: entry for name, entry in self.entries.items() if name != _TEXTS}


def read_header(path: Path) -> Header:
    """The header of a file that crfgan wrote.

    Raises:
        InputError: the file can't be read or isn't one of ours.
    """
    with _open(path) as file:
        return _read(file, path.name)


def check_length(path: Path, header: Header) -> None:
    """Raise InputError unless the file is as long as its header says."""
    _check_length(path.stat().st_size, header, path.name)


def copy_with_card(source: Path, target: Path, changes: Mapping[str, str]) -> None:
    """Write `source` with `changes` of its card to `target`, whole or not at all; they may be the same file.

    Without a change the copy is the same to the last byte, and so are its hash and what volumes say of their model.

    Raises:
        InputError: `source` isn't one of ours or is cut off, or `target` can't be written.
    """
    # Opened once: a training may put a new file in the place of the old one at any time.
    with _open(source) as file:
        header = _read(file, source.name)
        _check_length(os.fstat(file.fileno()).st_size, header, source.name)
        card = {**header.card, **changes}
        start = 0 if card == header.card else header.length
        before = b"" if card == header.card else _with_card(header, card)
        file.seek(start)

        def write(partial: Path) -> None:
            with open(partial, "wb") as new:
                new.write(before)
                shutil.copyfileobj(file, new, _CHUNK)

        replace_with(target, write)


def _open(path: Path) -> IO[bytes]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep its reader waiting
            raise InputError(f"{path.name} must be a file, but it is something else. Choose an existing model or run.")
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"{path.name} can't be read: {error.strerror}. Choose an existing model or run.") from error


def _read(file: IO[bytes], name: str) -> Header:
    try:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > _LONGEST:
            raise ValueError("its header is damaged")
        return _parse(json.loads(file.read(length)), 8 + length)
    except OSError as error:
        raise InputError(f"{name} can't be read: {error.strerror}. Use another copy.") from error
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(
            f"{name} must be a file written by crfgan, but it isn't or is damaged. Choose another."
        ) from error


def _parse(entries: dict, length: int) -> Header:
    card = json.loads(entries[_TEXTS][CARD])
    if not isinstance(card, dict):
        raise ValueError("its card is damaged")
    end = 0
    for first, last in sorted(_place(entry) for name, entry in entries.items() if name != _TEXTS):
        if first != end:
            raise ValueError("its tensors overlap or leave gaps")
        end = last
    return Header(entries, card, card.pop(CHECKSUM, None), length, length + end)


def _place(entry: Mapping) -> tuple[int, int]:
    """First byte of a tensor and the one after its last, which must be as many as its type and shape take."""
    first, last = entry["data_offsets"]
    numbers = [first, last, *entry["shape"]]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("places and shapes must be whole numbers")
    if last - first != math.prod(entry["shape"]) * _BYTES[entry["dtype"]]:
        raise ValueError("a tensor must be as large as its shape")
    return first, last


def _check_length(found: int, header: Header, name: str) -> None:
    if found != header.size:
        raise InputError(
            f"{name} must be {header.size} bytes long, but has {found}: it was cut off or changed. Use another copy."
        )


def _with_card(header: Header, card: Mapping) -> bytes:
    """What stands before the tensors when they come with this card."""
    checksum = {CHECKSUM: header.checksum} if header.checksum else {}
    texts = {**header.entries[_TEXTS], CARD: json.dumps({**card, **checksum})}
    content = json.dumps({**header.entries, _TEXTS: texts}, separators=(",", ":")).encode()
    content += b" " * (-len(content) % _ALIGNMENT)
    return struct.pack("<Q", len(content)) + content
