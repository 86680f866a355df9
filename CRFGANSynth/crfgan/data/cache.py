"""Prepared volumes kept between runs, so that no voxel is read twice.

Every entry is named after all that it depends on, so none ever gets old, and one that isn't whole is made again:

<sha256>.json     the survey of a volume, sealed: by the content of its files, modality and window
<sha256>.npy      its training array: by content, survey and training grid
<sha256>.sha256   the checksum of that
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..config import Preprocessing
from ..errors import InputError
from ..storage.atomic import free_space, replace_with, sweep, telling_user
from ..storage.sealed import digest_of, read_sealed, sealed
from ..volumes.content import require_same
from ..volumes.volume import Volume
from .preprocessing import Survey, TrainingGrid, Units, preprocess, survey
from .vetting.evidence import Evidence, Padding

if TYPE_CHECKING:  # a panel that shows the cache's size must not wait for SimpleITK
    from ..volumes.discovery import Source

PREPROCESSING = 2
"""To be raised with every change of reading or preprocessing that changes a survey or a voxel."""

ReadVolume = Callable[[], Volume]
"""Called only where an entry has to be made."""

_ENTRY = re.compile(r"\.?[0-9a-f]{64}\.")


class CacheError(InputError):
    """The cache can't be written; no fault of the volume at hand."""


def default_folder() -> Path:
    """$CRFGAN_CACHE, or `crfgan` in the user's folder for caches.

    Raises:
        InputError: the user has no home.
    """
    if chosen := os.environ.get("CRFGAN_CACHE"):
        return Path(chosen)
    variable, usual = {
        "darwin": ("", "Library/Caches"),
        "win32": ("LOCALAPPDATA", "AppData/Local"),
    }.get(sys.platform, ("XDG_CACHE_HOME", ".cache"))
    try:
        return Path(os.environ.get(variable) or Path.home() / usual, "crfgan")
    except RuntimeError as error:
        raise InputError("The cache must have a folder, but there is no home. Set CRFGAN_CACHE to one.") from error


def content_of(source: Source) -> str:
    """A hash of all that a volume is read from.

    Raises:
        InputError: a file can't be read.
    """
    from ..volumes.reader.process import digests_apart  # late: a panel that shows the cache's size needn't wait for it

    return _key(source.kind, digests_apart(source))


def read_with_content(source: Source, content: str) -> Volume:
    """The volume in files, as long as they have this content: what is kept is kept under it.

    Raises:
        InputError: the volume can't be used, or its files were changed.
    """
    from ..volumes.reader.process import read_apart

    volume, digests = read_apart(source)
    require_same(source.label, content, _key(source.kind, digests))
    return volume


def read_new(source: Source, following: Source | None) -> tuple[Volume, str]:
    """The volume in files of which nothing is known yet, and their content.

    Args:
        following: what this will be called with next, if anything.

    Raises:
        InputError: the volume can't be used.
    """
    from ..volumes.reader.process import look_apart

    volume, digests = look_apart(source, following)
    return volume, _key(source.kind, digests)


def _key(*parts: object) -> str:
    return hashlib.sha256(json.dumps([PREPROCESSING, *parts], sort_keys=True).encode()).hexdigest()


def _header(shape: tuple[int, int, int]) -> bytes:
    """The 128 bytes before the voxels of a `.npy` file, format 1.0, the same with every release of numpy."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + text.ljust(117).encode() + b"\n"


def save_array(path: Path, array: np.ndarray) -> None:
    """Write a float32 array (D, H, W) as `.npy`; a memory map would end the process where the disk is full."""
    with path.open("wb") as file:
        file.write(_header(array.shape))
        file.write(np.ascontiguousarray(array, "<f4").data)


def open_array(path: Path, shape: tuple[int, int, int]) -> np.memmap:
    """Map the float32 array (D, H, W) that `save_array` wrote, read-only.

    Raises:
        InputError: it isn't there, isn't whole or is of another shape.
    """
    header = _header(shape)
    try:
        with path.open("rb") as file:
            whole = os.fstat(file.fileno()).st_size == len(header) + 4 * np.prod(shape)
            if whole and file.read(len(header)) == header:
                return np.memmap(file, "<f4", "r", len(header), shape)
        found = "it is damaged"
    except OSError as error:
        found = f"it can't be read: {error.strerror}"
    size = " x ".join(map(str, shape))
    raise InputError(f"{path.name} must hold a prepared volume of {size} voxels, but {found}. Train into a new folder.")


def array_checksum(array: np.ndarray) -> str:
    """SHA-256 of the file that `save_array` makes of an array."""
    digest = hashlib.sha256(_header(array.shape))
    digest.update(np.ascontiguousarray(array, "<f4").data)
    return digest.hexdigest()


@dataclass(frozen=True)
class Kept:
    """A training array in the cache."""

    path: Path
    checksum: str
    """SHA-256 of the file, which has just been written or compared."""


class Cache:
    """A folder of surveys and training arrays; made when the first is kept, and shared by any number of processes."""

    def __init__(self, folder: Path | None = None):
        self.folder = folder or default_folder()
        sweep(self.folder)

    def survey(self, name: str, content: str, settings: Preprocessing, read: ReadVolume) -> Survey:
        """The survey of the volume `name` with this content.

        Raises:
            InputError: the volume can't be used, and nothing is kept.
            CacheError: the cache can't be written.
        """
        path = self.folder / f"{_key(content, settings.modality, settings.window)}.json"
        found = _load_survey(path)
        if found is None:
            found = survey(read(), settings)
            with self._telling_user():
                # Neither as a draft nor forced to the disk, which would take longer than all else: its seal tells.
                path.write_bytes(sealed(_nameless(found)))
        return replace(found, name=name)

    def holds(self, content: str, found: Survey, grid: TrainingGrid) -> bool:
        """Whether there is what `array` will be asked for; whether it's as it was written `array` finds out."""
        path = self._array_path(content, found, grid)
        try:
            open_array(path, grid.shape)
        except InputError:
            return False
        return _checksum_file(path).is_file()

    def array(self, content: str, found: Survey, grid: TrainingGrid, read: ReadVolume) -> Kept:
        """The training array of the volume with this content. Its file (see `open_array`) is never to be changed.

        Raises:
            InputError: the volume can't be read any more.
            CacheError: the cache can't be written.
        """
        path = self._array_path(content, found, grid)
        if self.holds(content, found, grid):
            with suppress(OSError):
                checksum = digest_of(path)
                if _checksum_file(path).read_bytes() == checksum.encode():
                    return Kept(path, checksum)
        array = preprocess(read(), found, grid)
        checksum = array_checksum(array)
        self._keep(path, lambda partial: save_array(partial, array))
        self._keep(_checksum_file(path), lambda partial: partial.write_text(checksum, encoding="ascii"))
        return Kept(path, checksum)

    def make_room(self, needed: int) -> None:
        """Raise CacheError unless `needed` bytes more can be kept."""
        with self._telling_user():
            free_space(self.folder, needed)

    def size(self) -> int:
        """Bytes of all entries; runs made from them share these."""
        total = 0
        for path in self._entries():
            with suppress(FileNotFoundError):
                total += path.stat().st_size
        return total

    def clear(self) -> None:
        """Remove all entries, and nothing else that lies in the folder. Runs keep the volumes that they have."""
        for path in self._entries():
            with suppress(FileNotFoundError, PermissionError):  # Windows keeps what a running training has open
                path.unlink()

    def _entries(self) -> list[Path]:
        return [path for path in self.folder.glob("*") if _ENTRY.match(path.name)]

    def _array_path(self, content: str, found: Survey, grid: TrainingGrid) -> Path:
        # With `fill`, the spacing is the median over the set, and no voxel depends on it.
        spacing = None if grid.fit == "fill" else grid.spacing
        return self.folder / f"{_key(content, _nameless(found), grid.shape, grid.fit, spacing)}.npy"

    def _keep(self, path: Path, write: Callable[[Path], object]) -> None:
        with self._telling_user():
            replace_with(path, write)

    @contextmanager
    def _telling_user(self) -> Iterator[None]:
        """Make the folder, and turn any refusal to write there into a CacheError."""
        try:
            with telling_user(self.folder):
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                yield
        except InputError as error:
            raise CacheError(f"{error} The variable CRFGAN_CACHE chooses another for prepared volumes.") from error


def _checksum_file(array: Path) -> Path:
    return array.with_suffix(".sha256")


def _nameless(found: Survey) -> dict:
    """A survey as a dictionary without the name, which no voxel depends on and which may be a person's."""
    facts = asdict(found)
    del facts["name"]
    return facts


def _evidence(facts: dict) -> Evidence:
    padding = facts.pop("padding")
    shape = tuple(map(int, facts.pop("shape")))
    return Evidence(**facts, shape=shape, padding=None if padding is None else Padding(**padding))


def _load_survey(path: Path) -> Survey | None:
    try:
        facts = read_sealed(path, "")
        box = tuple((int(first), int(last)) for first, last in facts["box"])
        spacing, center = (tuple(map(float, facts[name])) for name in ("spacing", "center"))
        return Survey("", Units(**facts["units"]), box, spacing, center, _evidence(facts["evidence"]), facts["remark"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
