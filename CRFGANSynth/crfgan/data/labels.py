"""The class of each volume, from a table: by the volume's name, or by a file or folder that it is read from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from ..volumes.discovery import Source

_LARGEST = 1 << 26
"""Bytes of a table; a volume given as one by mistake may be larger."""
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
TABLE = "labels.csv"
"""Name of the table that is looked for beside volumes."""


@dataclass(frozen=True)
class Labels:
    """What a table of classes says; `of` is the one place that decides which line is a volume's."""

    by_name: Mapping[str, str]
    by_path: Mapping[Path, str] = field(default_factory=dict)
    """Absolute paths of files and folders."""
    table: str = TABLE
    """Name of the file that says so."""

    def of(self, source: Source) -> str:
        """The class of a volume, empty where the table has none: a line for a file of it comes before one for a folder
        that the file lies in, the nearest folder first, and both before one for its name.

        Raises:
            InputError: files of the volume have different classes.
        """
        classes = sorted({self._of_file(file) for file in source.files} - {""}) if self.by_path else []
        if len(classes) > 1:
            names = ", ".join(classes)[:100]
            raise InputError(f"{source.name} must have one class, but its files have {names}. Give all of them one.")
        return classes[0] if classes else self.by_name.get(source.name, "")

    def problem(self, sources: Sequence[Source]) -> str:
        """A sentence where volumes have no class, or all have the same; empty where they can be trained on by class."""
        try:
            number_classes(sources, self)
        except InputError as error:
            return str(error)
        return ""

    def advice(self, sources: Sequence[Source]) -> str:
        """What to do where a volume has no class: a row that fits none may be meant for it."""
        names = {source.name for source in sources}
        for row in self.by_name:
            alike = [name for name in names if _key(name) == _key(row)]
            if row not in names and len(alike) == 1:
                return (
                    f"{self.table} has a row {row!r:.40}, which fits no volume, but {alike[0]} is likely meant. "
                    "Write names as files are called, without their ending."
                )
        return "Add a line for each to the table of classes; names are file names without their ending."

    def _of_file(self, file: Path) -> str:
        path = file.resolve()
        return next((self.by_path[place] for place in (path, *path.parents) if place in self.by_path), "")


def read_labels(path: Path) -> Labels:
    """Read a CSV file with the columns `class` and `name`, `file` or both; files are named from the table's folder.

    Columns are parted by commas, semicolons or tabs, as the first line shows.

    Raises:
        InputError: the file can't be read, lacks a column, or a row lacks a name or a class.
    """
    rows = _rows(path)
    columns = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if "class" not in columns or {"name", "file"}.isdisjoint(columns):
        found = ", ".join(columns)[:100] if columns else "an empty file"
        raise InputError(f"{path.name} must have the columns `name` and `class`, got {found}. Add a line naming them.")
    by_name, by_path = {}, {}
    for number, cells in rows[1:]:
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        if not row.get("class") or not (row.get("name") or row.get("file")):
            missing = "class" if not row.get("class") else "name"
            shown = ", ".join(cells)
            raise InputError(
                f"{path.name} must have a {missing} in row {number}, got {shown!r:.60}. Add what is missing."
            )
        if row.get("name"):
            by_name[row["name"]] = row["class"]
        if row.get("file"):
            by_path[(path.parent / row["file"]).resolve()] = row["class"]
    return Labels(by_name, by_path, path.name)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The number of each line that isn't empty, and its cells."""
    try:
        with path.open("rb") as file:
            text = _decoded(file.read(_LARGEST))
        if "\0" in text:
            raise csv.Error("it isn't text")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [(rows.line_num, cells) for cells in rows if any(cell.strip() for cell in cells)]
    except (OSError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it is no table ({error})"
        raise InputError(f"{path.name} can't be read as a table of classes: {reason}. Give a CSV file.") from error


def _decoded(data: bytes) -> str:
    """Text as spreadsheets save it: in UTF-8 or UTF-16 with a mark, in UTF-8 without, or in the letters of Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _key(name: str) -> str:
    """A name as spreadsheets and people change it: without zeros before numbers, capitals and endings."""
    return _ZEROS.sub("", name.strip().lower().split(".")[0])


def find_labels(data: Sequence[Path]) -> Labels | None:
    """The table of classes, where just one folder is looked into and it has a `labels.csv`.

    Raises:
        InputError: the table can't be read or lacks a column.
    """
    if len(data) != 1 or not (data[0] / TABLE).is_file():
        return None
    return read_labels(data[0] / TABLE)


def number_classes(sources: Sequence[Source], labels: Labels) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names of the classes in order, and the number of each volume's.

    Raises:
        InputError: a volume has no class, or all have the same.
    """
    named = [labels.of(source) for source in sources]
    if missing := [source.name for source, name in zip(sources, named, strict=True) if not name]:
        raise InputError(
            f"Every volume must have a class, but {len(missing)} of {len(sources)} have none, {missing[0]} among them. "
            f"{labels.advice(sources)}"
        )
    classes = tuple(sorted(set(named)))
    if len(classes) < 2:
        raise InputError(f"The table of classes must name two or more, got only {classes[0]!r:.60}. Leave it out.")
    return classes, tuple(map(classes.index, named))
