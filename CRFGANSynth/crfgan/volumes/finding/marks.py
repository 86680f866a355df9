"""Volumes that a model of this program made, told by what stands in their file or beside it."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

from ..provenance import is_of_model
from .kinds import suffix_of

_HEADER = 1 << 13
"""Bytes from the beginning of a file that hold its description."""
_DESCRIPTION = re.compile(rb"^Description\s*(?::=|=)\s*(.*)$", re.MULTILINE)
_NIFTI_DESCRIPTION = slice(148, 228)


def is_synthetic(path: Path) -> bool:
    """Whether a model made the volume in a file; phantoms are none."""
    return is_of_model(_told_in(path)) or is_of_model(_told_beside(path))


def _told_in(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER)
    except OSError:
        return ""
    if suffix_of(path).startswith(".nii"):
        if start.startswith(b"\x1f\x8b"):
            try:
                start = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(start, 348)
            except zlib.error:
                return ""
        return start[_NIFTI_DESCRIPTION].split(b"\0")[0].decode("latin-1")
    found = _DESCRIPTION.search(start)
    return found[1].decode("latin-1") if found else ""


def _told_beside(path: Path) -> str:
    facts = path.with_name(f"{path.name[: len(path.name) - len(suffix_of(path))]}.json")
    try:
        if facts.stat().st_size > 1 << 16:
            return ""
        told = json.loads(facts.read_bytes())
        return str(told.get("Description", "")) if isinstance(told, dict) else ""
    except (OSError, ValueError, RecursionError):
        return ""
