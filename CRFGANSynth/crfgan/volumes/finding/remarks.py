"""What is told of files that were passed over, or used in another way than they lie: one sentence a cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ...errors import readable
from .kinds import other_format

SHOWN = 3
"""Names in a sentence, at most."""


class Cause(Enum):
    """Why files are passed over or put together: what one is called, what several, and what is told of them."""

    FORMAT = ("file of another format", "files of another format", "")
    UNREADABLE = (
        "folder that may not be read",
        "folders that may not be read",
        "{what}: {names} (permission denied). Have it opened to you, or leave it out.",
    )
    LINK = (
        "link that leads nowhere",
        "links that lead nowhere",
        "{what} passed over: {names}. Put back what they lead to, or remove them.",
    )
    NO_FILE = ("pipe or device", "pipes or devices", "{what} passed over: {names}. Give files that hold volumes.")
    BIN = (
        "volume in a recycle bin",
        "volumes in a recycle bin",
        "{what} passed over (in {places}). Take out of the bin what you want to use.",
    )
    HIDDEN = (
        "volume in a hidden folder",
        "volumes in hidden folders",
        "{what} passed over (in {places}). Name the folder itself to use what is in it.",
    )
    SYNTHETIC = (
        "synthetic volume",
        "synthetic volumes",
        "{what} passed over, which a model made (in {places}). Add `--include synthetic` to use them all the same.",
    )
    COPIES = (
        "copied slice",
        "copied slices",
        "{what} passed over: their images are there already ({names}). Nothing needs to be done.",
    )
    APART = (
        "file of another direction or size",
        "files of another direction or size",
        "{what} left out of a series that has many others, as localizers are: {names}. Nothing needs to be done.",
    )
    OWN_UID = (
        "single slice",
        "single slices",
        "{what} put together by place (in {places}): each has its own series UID. Look whether they are one volume.",
    )
    NO_UID = (
        "slice without a series UID",
        "slices without a series UID",
        "{what} put together by place (in {places}). Look whether they are one volume.",
    )
    FOLDERS = (
        "slice of a series in several folders", "slices of series in several folders",
        "{what} put together (in {places}). Nothing needs to be done.",
    )  # fmt: skip


_USED = {Cause.OWN_UID, Cause.NO_UID, Cause.FOLDERS}


@dataclass(frozen=True)
class Remark:
    """What happened to one file or folder."""

    cause: Cause
    place: Path


@dataclass(frozen=True)
class Note:
    """What is to be told of all files of one cause."""

    what: str
    """Their number and kind, such as `3 .hdr files`."""
    sentence: str
    is_left_out: bool = True
    """Whether they aren't used."""


def notes_of(remarks: Iterable[Remark]) -> list[Note]:
    """One note a cause, in the order in which the causes came up."""
    places: dict[Cause, list[Path]] = {}
    for remark in remarks:
        places.setdefault(remark.cause, []).append(remark.place)
    return [_of_formats(found) if cause is Cause.FORMAT else _note(cause, found) for cause, found in places.items()]


def listed(names: Iterable[str], shown: int = SHOWN) -> str:
    """A few names, each once, and how many more there are."""
    names = [readable(name) for name in dict.fromkeys(names)]
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def counted(count: int, one: str, many: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {one if count == 1 else many}"


def _note(cause: Cause, places: list[Path]) -> Note:
    one, many, tell = cause.value
    what = counted(len(places), one, many)
    names, folders = listed(place.name for place in places), listed(place.parent.name for place in places)
    return Note(what, tell.format(what=what, names=names, places=folders), cause not in _USED)


def _of_formats(places: list[Path]) -> Note:
    number = Counter(map(other_format, places))
    what = " and ".join(f"{count} {suffix}" for suffix, count in sorted(number.items()))
    passed = "was" if len(places) == 1 else "were"
    return Note(
        f"{what} file{'s' * (len(places) != 1)}",
        f"{what} {passed} passed over, for such files can't be read: {listed(place.name for place in places)}. "
        "Unpack what is packed; open the others in Slicer and save them as .nrrd.",
    )
