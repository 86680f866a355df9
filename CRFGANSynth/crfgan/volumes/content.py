"""Which bytes a volume is read from."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import InputError
from ..storage.sealed import digest_of
from .discovery import Source
from .formats.memory import require_memory

_LONGEST_LINE = 1 << 20
_DATA_FILE = re.compile(rb"(?:data ?file\s*:=?|ElementDataFile\s*=)\s*(.+)")


def digests_of(source: Source) -> list[str]:
    """SHA-256 of all that a volume is read from: its files in order, and those that a header among them names.

    Raises:
        InputError: a file can't be read, or they are larger than memory.
    """
    digests = []
    for path in source.files:
        try:
            for file in _with_data_file(path, source.kind):
                require_memory(path.name, file.stat().st_size)  # what can't be read needn't be hashed for hours
                digests.append(digest_of(file))
        except OSError as error:
            raise InputError(f"{path.name} can't be read: {error.strerror}. Copy or export it again.") from error
    return digests


def require_same(name: str, before: object, now: object) -> None:
    """Raise InputError where what a volume is read from isn't what it was before it was read."""
    if now != before:
        raise InputError(f"{name} was changed while it was read. Begin again when nobody writes to it.")


def _with_data_file(path: Path, kind: str) -> list[Path]:
    """A file, and the one beside it that holds its voxels, where they don't follow the header."""
    if kind in ("nrrd", "meta"):
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE).strip():  # an empty line ends a header
                if match := _DATA_FILE.match(line):
                    name = match[1].decode(errors="surrogateescape")
                    is_beside = Path(name).name == name and path.with_name(name).is_file()
                    return [path, path.with_name(name)] if is_beside else [path]
    return [path]
