"""Volumes found in files and folders, each once and under a readable name of its own."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .formats.dicom import series_of
from .formats.integrity import OPEN_IN_SLICER

SUFFIXES = {
    ".nrrd": "nrrd", ".nhdr": "nrrd", ".nii": "nifti", ".nii.gz": "nifti", ".mha": "meta", ".mhd": "meta",
    ".dcm": "dicom",
}  # fmt: skip
"""Files that can be read, and how. DICOM files without this suffix are told by their first bytes."""


@dataclass(frozen=True)
class Source:
    """One volume waiting to be read."""

    name: str
    """Readable, and different from that of every other source found with it."""
    files: tuple[Path, ...]
    """One file, or the slices of a DICOM series."""
    kind: str
    """nifti, nrrd, meta or dicom."""


def find_volumes(paths: Iterable[Path]) -> list[Source]:
    """Find the volumes in files and in folders with all below them, in natural order and each once.

    A DICOM series is one source. Hidden files and those of other formats in folders are passed over.

    Raises:
        InputError: a path doesn't exist, or a file named by itself isn't of a format that can be read.
    """
    found = {file.resolve(): file for path in paths for file in _candidates(Path(path))}
    groups = {}
    for file in sorted(found.values(), key=_natural):
        groups.setdefault(_identity(file), []).append(file)
    names = _unique_names([_possible_names(files[0]) for files in groups.values()])
    return [Source(name, tuple(files), _kind(files[0])) for name, files in zip(names, groups.values(), strict=True)]


def suffix_of(path: Path) -> str:
    """Return the suffix of a file in lower case, `.nii.gz` as one."""
    name = path.name.lower()
    return ".nii.gz" if name.endswith(".nii.gz") else Path(name).suffix


def _candidates(path: Path) -> Iterator[Path]:
    if path.is_file():
        if _kind(path) is None:
            raise InputError(f"{path.name} must be one of {', '.join(SUFFIXES)}, got another format. {OPEN_IN_SLICER}")
        yield path
    elif not path.is_dir():
        raise InputError(f"{path} must be an existing file or folder, got none of that name. Check its spelling.")
    for folder, subfolders, files in os.walk(path):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        inside = [Path(folder, name) for name in files if not name.startswith(".")]
        yield from (file for file in inside if _kind(file))


def _kind(path: Path) -> str | None:
    return SUFFIXES.get(suffix_of(path)) or ("dicom" if _is_dicom(path) else None)


def _is_dicom(path: Path) -> bool:
    if path.name.upper() == "DICOMDIR":
        return False
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _natural(path: Path) -> list[str | int]:
    return [int(part) if part.isdigit() else part.lower() for part in re.split("([0-9]+)", str(path))]


def _identity(file: Path) -> str:
    """Return what files of one volume have in common."""
    return f"{file.absolute().parent}/{series_of(file)[0]}" if _kind(file) == "dicom" else str(file)


def _possible_names(file: Path) -> tuple[str, str, str]:
    """Return three names, ever longer, for the volume that a file is of."""
    folder = file.absolute().parent
    if _kind(file) == "dicom":
        near = f"{folder.parent.name}_{folder.name}"
        return folder.name, near, f"{near}_{series_of(file)[1]}"
    suffix = suffix_of(file)
    name = file.name[: -len(suffix)]
    near = f"{folder.name}_{name}"
    return name, near, f"{near}_{suffix.strip('.')}"


def _unique_names(possible: list[tuple[str, str, str]]) -> list[str]:
    names = [name for name, _, _ in possible]
    for longer in (1, 2):
        count = Counter(names)
        names = [choices[longer] if count[name] > 1 else name for choices, name in zip(possible, names, strict=True)]
    taken = {}
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken[unique] = None
    return list(taken)
