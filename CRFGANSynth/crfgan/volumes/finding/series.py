"""Which DICOM files make one volume together: slices of a series, wherever they lie, without doubled and odd ones."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import InputError, readable
from ..formats.dicom import Slice, in_order, matrix_of, slice_of
from ..formats.dicom_header import DicomHeader, read_dicom_header
from .names import Choices
from .remarks import Cause, Remark, listed

MAJORITY = 2
"""Slices of one size and direction are the series, where there are so many times as many as of all others."""
FEWEST = 3
"""Single slices that may be put together by their places."""


@dataclass
class Series:
    """Files that make one volume, or that were found not to."""

    files: list[Path]
    names: Choices
    problem: str = ""
    """Why they make none, in a sentence."""
    is_localizer: bool = False
    remarks: list[Remark] = field(default_factory=list)


def find_series(files: Sequence[Path], tick: Callable[[], None]) -> list[Series]:
    """The volumes in DICOM files, in the order of their first files."""
    slices, series = [], []
    for path in files:
        tick()
        try:
            slices.append(slice_of(read_dicom_header(path)))
        except InputError as error:
            series.append(_refused([path], str(error)))
    groups = _grouped(slices, lambda each: (_study(each), each.header.get("series")) if _has_uid(each) else None)
    lone = groups.pop(None, [])
    for group in list(groups.values()):
        if len(group) == 1:
            lone += group
        else:
            series += _of_one_uid(group)
    series += _of_lone(lone)
    place = {path: index for index, path in enumerate(files)}
    return sorted(series, key=lambda each: place[each.files[0]])


def _grouped(slices: Iterable[Slice], key: Callable[[Slice], object]) -> dict[object, list[Slice]]:
    groups: dict[object, list[Slice]] = {}
    for each in slices:
        groups.setdefault(key(each), []).append(each)
    return groups


def _has_uid(each: Slice) -> bool:
    return bool(each.header.get("series"))


def _study(each: Slice) -> tuple[str, str]:
    return each.header.get("patient"), each.header.get("study")


def _folder(each: Slice) -> Path:
    return each.path.absolute().parent


def _of_one_uid(slices: list[Slice]) -> list[Series]:
    """The volumes of slices with one series UID; in several folders they may be parts, copies or volumes each."""
    folders = _grouped(slices, _folder)
    whole = _assembled(slices)
    if len(folders) == 1 or not whole.problem:
        if len(_grouped((each for each in slices if each.path in whole.files), _folder)) > 1:
            whole.remarks += [Remark(Cause.FOLDERS, path) for path in whole.files]
        return [whole]
    parts = [_assembled(part) for part in folders.values()]
    if _share_places(list(folders.values())):  # one UID for several scans, as some anonymisers give
        return parts
    problem = (
        f"{listed((folder.name for folder in folders), len(folders))} must hold one series each, got parts of one that "
        "can't be put together: slices are missing or differ. Export the whole series into one folder."
    )
    return [_refused([each.path for each in slices], problem, _choices(slices))]


def _share_places(parts: list[list[Slice]]) -> bool:
    seen: set[object] = set()
    for part in parts:
        places = {_place(each) for each in part}
        if places & seen:
            return True
        seen |= places
    return False


def _of_lone(slices: list[Slice]) -> list[Series]:
    """Slices that no series UID holds together: a volume where they are one by their places, else one by one."""
    number = Counter(map(_folder, slices))

    def neighbourhood(each: Slice) -> Path:
        """Its folder, or the one above where it is the only one there."""
        return _folder(each) if number[_folder(each)] > 1 else _folder(each).parent

    found = []
    for group in _grouped(
        slices, lambda each: (neighbourhood(each), each.header.get("study"), _has_uid(each))
    ).values():
        cause = Cause.OWN_UID if _has_uid(group[0]) else Cause.NO_UID
        for alike in _alike(group):
            if len(alike) >= FEWEST:
                found.append(_put_together(alike, cause))
            else:
                found += [Series([each.path], _choices([each])) for each in alike]
    return found


def _put_together(slices: list[Slice], cause: Cause) -> Series:
    series = _assembled(slices)
    if not series.problem:
        series.remarks += [Remark(cause, path) for path in series.files]
        return series
    folder = _folder(slices[0]).name
    why = "each has a series UID of its own" if cause is Cause.OWN_UID else "they have no series UID"
    series.files = [each.path for each in slices]
    series.problem = (
        f"{folder} must hold whole series, got {len(slices)} single slices ({why}) that don't make one volume by "
        "their places. Export the series again with its SeriesInstanceUID."
    )
    return series


def _alike(slices: list[Slice]) -> list[list[Slice]]:
    """Slices of one size and direction each, the most first."""
    groups: list[list[Slice]] = []
    for each in slices:
        group = next((group for group in groups if each.lies_like(group[0])), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return sorted(groups, key=len, reverse=True)


def _assembled(slices: list[Slice]) -> Series:
    """The one volume that slices make, without copies and without the few of another size or direction."""
    names, files = _choices(slices), [each.path for each in slices]
    most, *others = _alike(slices)
    apart = [each for group in others for each in group]
    if len(most) < MAJORITY * len(apart):
        groups = ", ".join(f"{len(group)} of {_size(group[0])}" for group in (most, *others))
        return _refused(
            files,
            f"{names[0]} must have slices of one size and direction, got several: {groups} voxels. "
            "Export one series alone.",
            names,
        )
    kept, copies, clash = _without_copies(most)
    if clash:
        return _refused(
            files,
            f"The DICOM series {names[0]} must have one slice at each place, got different ones at {clash} of "
            f"{len(kept)}, such as echoes or points in time. Export one of them alone.",
            names,
        )
    remarks = [Remark(Cause.APART, each.path) for each in apart] + [Remark(Cause.COPIES, each.path) for each in copies]
    series = Series([each.path for each in kept], names, remarks=remarks, is_localizer=_is_localizer(kept[0].header))
    if len(kept) > 1:
        try:
            matrix_of(in_order(kept), names[0])
        except InputError as error:
            series.problem = str(error)
    return series


def _without_copies(slices: list[Slice]) -> tuple[list[Slice], list[Slice], int]:
    """Slices at places of their own, copies of them, and at how many places there are different ones."""
    kept, copies, clash = [], [], 0
    for group in _grouped(slices, _place).values():
        group.sort(key=lambda each: len(each.path.name))  # copies have longer names: IM1 (1).dcm
        kept.append(group[0])
        if len(group) > 1:
            digest = _digest(group[0])
            same = [each for each in group[1:] if _digest(each) == digest]
            copies += same
            clash += len(same) < len(group) - 1
    return kept, copies, clash


def _digest(each: Slice) -> bytes:
    try:
        return each.pixels_digest()
    except OSError:
        return str(each.path).encode(errors="surrogateescape")


def _place(each: Slice) -> tuple[float, ...]:
    return tuple((each.position.round(2) + 0.0).tolist())


def _is_localizer(header: DicomHeader) -> bool:
    return "LOCALIZER" in header.get("image_type").upper().split("\\")


def _size(each: Slice) -> str:
    return " x ".join(map(str, each.size))


def _choices(slices: list[Slice]) -> Choices:
    """Names of a volume from the folder that all its slices lie below."""
    folder = Path(os.path.commonpath([_folder(each) for each in slices]))
    header = slices[0].header
    word = header.get("description") or header.get("series_number") or header.path.stem
    near = f"{folder.parent.name}_{folder.name}"
    word = re.sub(r"[^\w.-]+", "-", readable(word))
    return folder.name, near, f"{near}_{word}"


def _refused(files: list[Path], problem: str, names: Choices | None = None) -> Series:
    if names is None:
        folder = files[0].absolute().parent
        near = f"{folder.parent.name}_{folder.name}"
        names = folder.name, near, f"{near}_{files[0].stem}"
    return Series(files, names, problem)
