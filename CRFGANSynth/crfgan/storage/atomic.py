"""Files that are written whole or not at all, and a sentence for the user where they can't be."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import InputError


@contextmanager
def telling_user(path: Path) -> Iterator[None]:
    """Turn a refusal of the file system to write `path` into an InputError."""
    try:
        yield
    except OSError as error:
        name = Path(*path.absolute().parts[-2:]).as_posix()
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InputError(f"No space is left to write {name}. Free some space, then go on.") from error
        if error.errno == errno.ENOENT:
            raise InputError(f"{name} can't be written: its folder is gone. Put it back, or start again.") from error
        reason = error.strerror or error
        raise InputError(f"{name} can't be written: {reason}. Choose a folder that you may write to.") from error


def make_folder(path: Path) -> Path:
    """Create a folder and those above it, and make sure that files can be written there."""
    with telling_user(path):
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    return path


def free_space(folder: Path, needed: int) -> None:
    """Raise InputError unless `folder` has `needed` bytes left, and a little more."""
    free = shutil.disk_usage(folder).free
    if free < needed * 1.02:
        name = folder.resolve().name
        raise InputError(
            f"{name} needs {needed / 1e9:.1f} GB for the prepared volumes, but its disk has {free / 1e9:.1f} GB free. "
            "Free some space or choose another folder."
        )


def replace_with(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a temporary file beside `path`, then put it in its place in one step."""
    # Two processes that write the same file don't write the same temporary one.
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with telling_user(path):
            write(partial)
            with open(partial, "rb+") as file:
                os.fsync(file.fileno())
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`, or leave what was there."""
    replace_with(path, lambda partial: partial.write_bytes(content))
