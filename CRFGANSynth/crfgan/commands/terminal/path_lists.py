"""@FILE on the command line: a text file that names one path a line, for more than a command line holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import InputError

MARK = "@"
COMMENT = "#"
_LARGEST = 1 << 26
"""Bytes of a list; a file of volumes given as one by mistake may be larger."""


def with_lists(arguments: Sequence[str]) -> list[str]:
    """The arguments with each @FILE replaced by the paths that it names.

    Raises:
        InputError: a list can't be read, isn't text, or names what isn't there.
    """
    return [path for argument in arguments for path in _expanded(argument)]


def _expanded(argument: str) -> list[str]:
    return list(_paths(Path(argument[1:]))) if argument.startswith(MARK) and len(argument) > 1 else [argument]


def _paths(file: Path) -> Iterator[str]:
    for number, line in enumerate(re.split("\r\n|\n|\r", _text(file)), 1):
        path = next((each for each in (line, line.strip(), line.strip().strip("\"'")) if os.path.lexists(each)), "")
        if path:
            yield path
        elif line.strip() and not line.lstrip().startswith(COMMENT):
            raise InputError(
                f"{file.name} must name existing files or folders, got {line.strip()[:200]!r} in line {number}. Paths "
                "count from the folder that the command is called in; correct that line."
            )


def _text(file: Path) -> str:
    try:
        with file.open("rb") as content:
            data = content.read(_LARGEST)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise InputError(f"The list {file.name[:200]} can't be read: {reason}. Check its spelling.") from error
    is_utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # as PowerShell writes
    text = data.decode("utf-16" if is_utf_16 else "utf-8", "replace" if is_utf_16 else "surrogateescape")
    if "\0" in text:
        raise InputError(
            f"{file.name} must be a text with one path a line, got a file that isn't text. Leave out the @."
        )
    return text.removeprefix("\ufeff")
