"""A lock on an open file, which the system lets go of when the process ends in whatever way. Standard library only.

It holds between containers and users of one machine, where process numbers tell nothing.
"""

from __future__ import annotations

import errno
import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)


def take(file: IO[bytes], shared: bool = False) -> bool | None:
    """Lock an open file if nobody else has; returns whether, and None where the file system has no locks.

    Args:
        shared: others may hold it so at the same moment.
    """
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_NB | (fcntl.LOCK_SH if shared else fcntl.LOCK_EX))
    except OSError as error:
        return False if error.errno in _TAKEN else None
    return True


def release(file: IO[bytes]) -> None:
    """Unlock an open file."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_UN)
    except OSError:
        pass  # there was none to take
