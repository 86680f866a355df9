"""Files that are written whole or not at all, and a sentence for the user where they can't be."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import IO

from ..errors import InputError
from .file_lock import take

DRAFTS = ".crfgan-"
"""How names of folders for what isn't whole yet begin."""
_LOCK = ".lock"


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
        with TemporaryFile(dir=path):  # the name is nobody else's, and gone even after a kill
            pass
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


@contextmanager
def draft_folder(parent: Path) -> Iterator[Path]:
    """A hidden folder in `parent` for what isn't whole yet, removed in the end.

    It is locked as long as this process lives, so that `sweep` can tell it from what a killed one left.
    """
    lock = None
    while lock is None:  # somebody swept the folder before it was locked
        folder = Path(mkdtemp(prefix=DRAFTS, dir=parent))
        lock = _lock(folder)
    try:
        yield folder
    finally:
        lock.close()
        shutil.rmtree(folder, ignore_errors=True)


def _lock(folder: Path) -> IO[bytes] | None:
    try:
        file = (folder / _LOCK).open("ab")
    except FileNotFoundError:
        return None
    if take(file) is not False and (folder / _LOCK).exists():
        return file
    file.close()
    return None


def sweep(folder: Path) -> None:
    """Remove what killed processes left half-written in a folder; what a living one writes, and all else, stays."""
    with suppress(OSError):
        drafts = [path for path in folder.glob(f"{DRAFTS}*") if path.is_dir() and not path.is_symlink()]
        for draft in drafts:
            _sweep_draft(draft)


def _sweep_draft(draft: Path) -> None:
    with suppress(OSError):
        draft.rmdir()  # killed before it was locked
    abandoned = False
    with suppress(OSError), (draft / _LOCK).open("rb+") as lock:
        if abandoned := take(lock) is True:
            shutil.rmtree(draft, ignore_errors=True)
    if abandoned:  # Windows keeps a file that is open
        shutil.rmtree(draft, ignore_errors=True)


def replace_with(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` fill a draft, then put it in the place of `path` in one step, readable as any other file is."""
    with telling_user(path), draft_folder(path.parent) as folder:
        draft = folder / path.name
        write(draft)
        with open(draft, "rb+") as file:
            os.fsync(file.fileno())
        draft.chmod((path if path.exists() else folder / _LOCK).stat().st_mode & 0o777)
        draft.replace(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`, or leave what was there."""
    replace_with(path, lambda draft: draft.write_bytes(content))
