"""Volumes found in files and folders, each once and under a readable name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import readable
from .finding.kinds import suffix_of
from .finding.marks import is_synthetic
from .finding.names import Choices, natural, unique_names
from .finding.remarks import Cause, Note, Remark, notes_of
from .finding.series import find_series
from .finding.walk import Walk


@dataclass(frozen=True)
class Source:
    """One volume waiting to be read."""

    name: str
    """Readable, and different from that of every other source found with it."""
    files: tuple[Path, ...]
    """One file, or the slices of a DICOM series."""
    kind: str
    """nifti, nrrd, meta or dicom."""
    problem: str = ""
    """Why its files don't make a volume, in a sentence."""
    is_localizer: bool = False
    """Whether its header says that it was made to plan others."""

    @property
    def label(self) -> str:
        """What sentences about its files call it."""
        return self.files[0].name if len(self.files) == 1 else f"The DICOM series {self.name}"


@dataclass(frozen=True)
class Found:
    """Volumes, and what is to be told of files that are used otherwise than they lie, or not at all."""

    sources: list[Source]
    notes: list[Note]


def look_for_volumes(
    paths: Iterable[Path], with_synthetic: bool = False, tick: Callable[[], None] = lambda: None
) -> Found:
    """Find the volumes in files and in folders with all below them, in natural order and each once.

    A DICOM series is one source. Links are followed.

    Args:
        with_synthetic: whether volumes that a model of this program made are wanted.
        tick: called after each file that was looked at; what it raises ends the search.

    Raises:
        InputError: a path doesn't exist, or a file named by itself isn't of a format that can be read.
    """
    walk = Walk(tick)
    kinds = dict(found for path in paths for found in walk.files(Path(path)))
    files, remarks = sorted(kinds, key=natural), walk.remarks
    if not with_synthetic:
        made = {file for file in files if kinds[file] != "dicom" and is_synthetic(file)}
        remarks += [Remark(Cause.SYNTHETIC, file) for file in files if file in made]
        files = [file for file in files if file not in made]
    groups = [_Group((file,), _choices(file), kinds[file]) for file in files if kinds[file] != "dicom"]
    for series in find_series([file for file in files if kinds[file] == "dicom"], tick):
        remarks += series.remarks
        groups.append(_Group(tuple(series.files), series.names, "dicom", series.problem, series.is_localizer))
    groups.sort(key=lambda group: natural(group.files[0]))
    names = unique_names([tuple(map(readable, group.choices)) for group in groups])
    sources = [
        Source(name, group.files, group.kind, group.problem, group.is_localizer)
        for name, group in zip(names, groups, strict=True)
    ]
    return Found(sources, notes_of(remarks))


def find_volumes(paths: Iterable[Path]) -> list[Source]:
    """The volumes that `look_for_volumes` finds, synthetic ones too, for those who tell nothing of the rest."""
    return look_for_volumes(paths, with_synthetic=True).sources


@dataclass(frozen=True)
class _Group:
    """Files of one volume that has no name yet."""

    files: tuple[Path, ...]
    choices: Choices
    kind: str
    problem: str = ""
    is_localizer: bool = False


def _choices(file: Path) -> Choices:
    suffix = suffix_of(file)
    name = file.name[: -len(suffix)]
    near = f"{file.absolute().parent.name}_{name}"
    return name, near, f"{near}_{suffix.strip('.')}"
