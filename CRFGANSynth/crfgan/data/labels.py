"""The class of each volume, from a table: by the volume's name, or by a file or folder that it is read from."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from ..volumes.discovery import Source

TABLE = "labels.csv"
"""Name of the table that is looked for beside volumes."""


@dataclass(frozen=True)
class Labels:
    """What a table of classes says; `of` is the one place that decides which line is a volume's."""

    by_name: Mapping[str, str]
    by_path: Mapping[Path, str] = field(default_factory=dict)
    """Absolute paths of files and folders."""

    def of(self, source: Source) -> str:
        """The class of a volume, empty where the table has none: a line for a file of it comes before one for a folder
        that the file lies in, the nearest folder first, and both before one for its name.

        Raises:
            InputError: files of the volume have different classes.
        """
        classes = sorted({self._of_file(file) for file in source.files} - {""}) if self.by_path else []
        if len(classes) > 1:
            names = ", ".join(classes)
            raise InputError(f"{source.name} must have one class, but its files have {names}. Give all of them one.")
        return classes[0] if classes else self.by_name.get(source.name, "")

    def _of_file(self, file: Path) -> str:
        path = file.resolve()
        return next((self.by_path[place] for place in (path, *path.parents) if place in self.by_path), "")


def read_labels(path: Path) -> Labels:
    """Read a CSV file with the columns `class` and `name`, `file` or both; files are named from the table's folder.

    Raises:
        InputError: the file can't be read or lacks a column.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't text in UTF-8"
        raise InputError(f"{path.name} can't be read as a table of classes: {reason}. Give a CSV file.") from error
    columns = set(rows[0]) if rows else set()
    if "class" not in columns or columns.isdisjoint({"name", "file"}):
        found = ", ".join(rows[0]) if rows else "an empty file"
        raise InputError(f"{path.name} must have the columns `name` and `class`, got {found}. Add a line naming them.")
    table = [{column: (row.get(column) or "").strip() for column in ("name", "file", "class")} for row in rows]
    return Labels(
        {row["name"]: row["class"] for row in table if row["name"]},
        {(path.parent / row["file"]).resolve(): row["class"] for row in table if row["file"]},
    )


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
    missing = [source.name for source, name in zip(sources, named, strict=True) if not name]
    if missing:
        raise InputError(
            f"Every volume must have a class, but {len(missing)} of {len(sources)} have none, {missing[0]} among them. "
            "Add a line for each to the table of classes; names are file names without their ending."
        )
    classes = tuple(sorted(set(named)))
    if len(classes) < 2:
        raise InputError(f"The table of classes must name two or more, got only {classes[0]!r}. Leave it out.")
    return classes, tuple(map(classes.index, named))
