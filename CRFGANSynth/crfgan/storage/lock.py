"""One process at a time in a folder: a lock that the system lets go of when its process ends in whatever way.

Standard library only.
"""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import InputError
from .atomic import telling_user

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = ".lock"
PATIENCE = 1.0
"""Seconds in which a lock must come free: whoever asks `is_locked` holds it for a moment."""
_PAUSE = 0.05
_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)


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
            _release(file)


def is_locked(folder: Path) -> bool:
    """Whether a process holds the folder's lock; this one counts as well."""
    try:
        with open(folder / NAME, "rb") as file:
            free = _take(file, shared=True)
            if free:
                _release(file)
            return not free
    except OSError:
        return False


def _open(path: Path) -> IO[bytes]:
    with telling_user(path):
        return path.open("ab")


def _wait_for(file: IO[bytes]) -> bool:
    end = time.monotonic() + PATIENCE
    while not _take(file):
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def _take(file: IO[bytes], shared: bool = False) -> bool:
    """Lock an open file if nobody else has; `shared`, others may ask at the same moment."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_NB | (fcntl.LOCK_SH if shared else fcntl.LOCK_EX))
    except OSError as error:
        # A file system without locks can't tell, and must not keep anyone from training.
        return error.errno not in _TAKEN
    return True


def _release(file: IO[bytes]) -> None:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_UN)
    except OSError:
        pass  # there was none to take
