"""The files that lie in folders and all folders below them, through links, each once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from ...errors import InputError
from ...storage.run_folder import RunFolder
from ..formats.integrity import OPEN_IN_SLICER
from .kinds import SUFFIXES, kind_of, other_format, suffix_of
from .remarks import Cause, Remark

_BINS = {"$recycle.bin", "recycler", "recycled", "@recycle", "#recycle", "system volume information", "lost+found"}
_HIDDEN_BINS = (".trash", ".recycle")
_TOOLS = {".git", ".svn", ".hg", ".venv", ".tox", ".ipynb_checkpoints", ".datalad", ".idea", ".vscode", "@eadir"}
"""Folders of programs, which hold no volumes of the user's and may be large."""
_DRAFTS = ".writing-"
"""Folders of volumes that are being written."""
_MAC = "._"
"""Files beside others in which macOS keeps what other systems' disks can't."""

Tick = Callable[[], None]
"""Called after each file that was looked at; may raise."""


class Walk:
    """Files of volumes below paths; what had to be passed over is in `remarks`."""

    def __init__(self, tick: Tick):
        self.tick = tick
        self.remarks: list[Remark] = []
        self._folders: set[str] = set()
        self._files: set[str] = set()

    def files(self, path: Path) -> Iterator[tuple[Path, str]]:
        """The files of volumes at a path that a person named, and their kinds, without those that were found before.

        Raises:
            InputError: nothing is there, it may not be read, or it's a file of another format.
        """
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            _require_readable(path)
            yield from self._below(path)
        elif not stat.S_ISREG(mode):
            raise InputError(f"{path} must be a file or folder, got a pipe or device. Give a file with a volume.")
        elif (kind := kind_of(path)) is None:
            raise InputError(f"{path.name} must be one of {', '.join(SUFFIXES)}, got another format. {OPEN_IN_SLICER}")
        elif self._is_new(path):
            yield path, kind

    def _below(self, folder: Path) -> Iterator[tuple[Path, str]]:
        real = os.path.realpath(folder)
        if real in self._folders:
            return
        self._folders.add(real)
        for path, mode in self._inside(folder):
            if stat.S_ISDIR(mode):
                yield from self._enter(path)
            elif (kind := self._kind(path, mode)) and self._is_new(path):
                yield path, kind

    def _inside(self, folder: Path) -> list[tuple[Path, int]]:
        """What lies in a folder, and the mode of each; links are followed."""
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in entries]
        except OSError:
            self.remarks.append(Remark(Cause.UNREADABLE, folder))
            return []
        found = []
        for path in (folder / name for name in sorted(names)):
            try:
                found.append((path, path.stat().st_mode))
            except PermissionError:
                self.remarks.append(Remark(Cause.UNREADABLE, folder))
                return found
            except OSError:
                self.remarks.append(Remark(Cause.LINK, path))
        return found

    def _enter(self, folder: Path) -> Iterator[tuple[Path, str]]:
        name = folder.name.lower()
        if name in _TOOLS or name.startswith(_DRAFTS) or _is_of_a_run(folder):
            return
        is_bin = name in _BINS or name.startswith(_HIDDEN_BINS)
        if not is_bin and not name.startswith("."):
            yield from self._below(folder)
            return
        aside = Walk(self.tick)
        aside._folders = self._folders
        self.remarks += [Remark(Cause.BIN if is_bin else Cause.HIDDEN, path) for path, _ in aside._below(folder)]

    def _kind(self, path: Path, mode: int) -> str | None:
        """The kind of a file in a folder, None where it can't be read; a remark is made on those that should be."""
        self.tick()
        if path.name.startswith(_MAC):
            return None
        if not stat.S_ISREG(mode):
            self.remarks += [Remark(Cause.NO_FILE, path)] * (suffix_of(path) in SUFFIXES)
            return None
        kind = kind_of(path)
        if kind is None and other_format(path) and not _belongs_to_a_header(path):
            self.remarks.append(Remark(Cause.FORMAT, path))
        return kind

    def _is_new(self, path: Path) -> bool:
        real = os.path.realpath(path)
        is_new = real not in self._files
        self._files.add(real)
        return is_new


def _is_of_a_run(folder: Path) -> bool:
    """Whether a folder holds what a run has prepared of volumes."""
    run = RunFolder(folder.parent)
    return folder.name == run.volumes.name and run.has_volumes


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except PermissionError as error:
        raise InputError(f"{path} can't be read: permission denied. Have it opened to you, or leave it out.") from error
    except (OSError, ValueError) as error:
        text = str(path)
        shown = text if len(text) < 200 else f"{text[:200]}..."
        reason = f" ({error.strerror})" if isinstance(error, OSError) and error.errno not in (2, 20) else ""
        raise InputError(
            f"{shown} must be an existing file or folder, got none of that name{reason}. Check its spelling."
        ) from error


def _require_readable(folder: Path) -> None:
    try:
        os.scandir(folder).close()
    except OSError as error:
        reason = "permission denied" if isinstance(error, PermissionError) else error.strerror
        raise InputError(f"{folder} can't be read: {reason}. Have it opened to you, or leave it out.") from error


def _belongs_to_a_header(path: Path) -> bool:
    """Whether a file holds the voxels of a header beside it that can be read."""
    stem = path.name.split(".")[0]
    return any(path.with_name(stem + suffix).exists() for suffix in (".mhd", ".nhdr"))
