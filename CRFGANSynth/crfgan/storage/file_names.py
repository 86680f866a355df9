"""Names for runs and model files that every system can have. Standard library only."""

from __future__ import annotations

import os
import re
from itertools import chain, count
from pathlib import Path

from ..errors import InputError

SUFFIX = ".safetensors"
LONGEST = 200
"""Bytes of a name: file systems take 255, and files being written have longer names."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])(\..*)?", re.IGNORECASE)


def check_name(name: str) -> None:
    """Raise InputError unless a file or folder may have this name, on Windows as well."""
    problem = ""
    if not name.strip(" ."):
        problem = "nothing to read"
    elif found := _FORBIDDEN.search(name):
        problem = f"{found[0]!r} in it"
    elif name != name.strip() or name.endswith(".") or name.startswith("."):
        problem = "a space or full stop at its ends"
    elif _DEVICES.fullmatch(name):
        problem = "a word that Windows keeps for itself"
    elif len(os.fsencode(name)) > LONGEST:
        problem = f"more than {LONGEST} bytes"
    if problem:
        raise InputError(f"The name must be one that a file can have, got {problem} ({name!r:.60}). Choose another.")


def is_free(path: Path) -> bool:
    """Whether nothing has this path, not even a link to nowhere."""
    return not os.path.lexists(path)


def free_name(folder: Path, wanted: str) -> Path:
    """`wanted` in `folder`, or with the first number that makes it free: run_2, mine_2.safetensors.

    Raises:
        InputError: no file can have the name.
    """
    check_name(wanted)
    stem, suffix = (wanted.removesuffix(SUFFIX), SUFFIX) if wanted.endswith(SUFFIX) else (wanted, "")
    names = chain([wanted], (f"{stem}_{number}{suffix}" for number in count(2)))
    return next(path for path in (folder / name for name in names) if is_free(path))


def check_new_model(path: Path) -> None:
    """Raise InputError unless `path` can become a model file: none is there, and its name ends as it should."""
    check_name(path.name)
    if path.suffix != SUFFIX:
        raise InputError(f"{path.name} must end in {SUFFIX}, got {path.suffix or 'no ending'}. Change the name.")
    if not is_free(path):
        raise InputError(f"{path.name} must be a new file, but it is there already. Choose another name.")
