"""One process at a time in a folder: a lock that the system lets go of when its process ends in whatever way.

Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import InputError
from .atomic import telling_user
from .file_lock import release, take

NAME = ".lock"
PATIENCE = 1.0
"""Seconds in which a lock must come free: whoever asks `is_locked` holds it for a moment."""
_PAUSE = 0.05


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of an existing folder.

    Raises:
        InputError: another process holds it, or the folder can't be written to.
    """
    with _open(folder / NAME) as file:
        if not _wait_for(file):
            name = folder.resolve().name
            raise InputError(f"{name} is being trained by another process. Wait for it to end, or stop it.")
        try:
            yield
        finally:
            release(file)


def is_locked(folder: Path) -> bool:
    """Whether a process holds the folder's lock; this one counts as well."""
    try:
        with open(folder / NAME, "rb") as file:
            # A file system without locks can't tell, and must not keep anyone from training.
            free = take(file, shared=True) is not False
            if free:
                release(file)
            return not free
    except OSError:
        return False


def _open(path: Path) -> IO[bytes]:
    with telling_user(path):
        return path.open("ab")


def _wait_for(file: IO[bytes]) -> bool:
    end = time.monotonic() + PATIENCE
    while take(file) is False:
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True
