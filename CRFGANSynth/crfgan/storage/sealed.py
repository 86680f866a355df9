"""JSON files of a run, each with its format's number and a checksum, so that what was changed or damaged is told.

Files without them, as earlier versions wrote, are taken as they are. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path

from ..errors import InputError
from .atomic import write_whole

FORMAT = 1
"""Number of the files' layout; one of a later number is refused."""
_LARGEST = 1 << 28
SEAL = ("format", "sha256")
"""What a sealed file holds beside its content."""


def write_sealed(path: Path, content: Mapping) -> None:
    """Write an object of JSON's own types, whole or not at all.

    Raises:
        InputError: the file can't be written.
    """
    write_whole(path, sealed(content, indent=1))


def sealed(content: Mapping, indent: int | None = None) -> bytes:
    """An object of JSON's own types as a file of it holds it, on one line unless people may read it."""
    plain = json.loads(json.dumps(content))
    return json.dumps({"format": FORMAT, "sha256": _checksum(plain), **plain}, indent=indent).encode()


def read_sealed(path: Path, advice: str) -> dict:
    """What `write_sealed` was given.

    Args:
        advice: a sentence on what to do where the file doesn't serve.

    Raises:
        InputError: the file can't be read, is no JSON object, is of a later version, or isn't as it was written.
    """
    name = Path(*path.absolute().parts[-2:]).as_posix()
    try:
        content = json.loads(_read(path))
    except OSError as error:
        raise InputError(f"{name} can't be read: {error.strerror or error}. {advice}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} must be a JSON file, but it is damaged. {advice}") from error
    if not isinstance(content, dict):
        raise InputError(f"{name} must hold a JSON object, but it is damaged. {advice}")
    seal = {key: content.pop(key) for key in SEAL if key in content}
    if isinstance(number := seal.get("format"), int) and number > FORMAT:
        raise InputError(f"{name} is of format {number}, but this version reads up to {FORMAT}. Update the program.")
    if seal and seal != {"format": FORMAT, "sha256": _checksum(content)}:
        raise InputError(f"{name} isn't as it was written: it was changed or damaged. {advice}")
    return content


def digest_of(path: Path) -> str:
    """SHA-256 of a file. Raises OSError where it can't be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> bytes:
    """The content of a regular file that isn't larger than any of ours; a pipe would keep its reader waiting."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is no regular file")
    if found.st_size > _LARGEST:
        raise OSError(f"it has {found.st_size} bytes, which is too large for such a file")
    return path.read_bytes()


def _checksum(content: Mapping) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
