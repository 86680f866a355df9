"""The curves of a run, in its folder: files of JSON lines, one a step, that can be read meanwhile. Needs numpy alone.

log.jsonl      step, and the loss of each network that learned in it
evaluation.jsonl  step, distance to the held-out volumes and its floor (validation.py)
quality.jsonl  step, sharpness and variety of the preview volumes over those of real ones (preview_quality.py)
"""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..errors import InputError
from .atomic import replace_with, telling_user
from .run_folder import RunFolder

FORMAT = 1
"""Number of the lines' layout; one of a later number is refused."""
_FORMAT = "format"
_CHECKSUM = "crc32"
"""Of the rest of a line, so that one that was changed or damaged is told from others."""


class CurveLog:
    """Adds to a curve; each line is in the file at once, so that it can be read while the run goes on.

    What a killed process wrote after `step`, its last checkpoint, is dropped: those steps are done again. So are lines
    that aren't as they were written, of which `damaged` tells the number.

    Raises:
        InputError: here or when a line is added: the file can't be written, or the disk is full.
    """

    def __init__(self, path: Path, step: int):
        self.path = path
        self.damaged = forget_steps_after(path, step)
        with telling_user(path):
            self.file = path.open("a", encoding="utf-8", buffering=1)

    def add(self, step: int, **values: float | None) -> None:
        """Write what belongs to a step."""
        with telling_user(self.path):
            print(_to_line({"step": step, **values}), file=self.file)

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):  # a line that found no room has been told of
            self.file.close()


def _to_line(values: dict) -> str:
    told = {**values, _FORMAT: FORMAT}
    return json.dumps({**told, _CHECKSUM: _checksum(told)})


def _checksum(values: dict) -> int:
    return zlib.crc32(json.dumps(values).encode())


def _from_line(line: str) -> dict | None:
    """Inverse of `_to_line`; None for what it hasn't written. Lines of earlier versions have no format or checksum.

    Raises:
        InputError: it is of a later format.
    """
    try:
        values = json.loads(line)
        checksum = values.pop(_CHECKSUM, None)
        is_whole = checksum in (None, _checksum(values))
        number = values.pop(_FORMAT, FORMAT)
        numbers = all(value is None or type(value) in (int, float) for value in values.values())
        right = type(values["step"]) is int and 0 < values["step"] < 1 << 53 and numbers
        later = is_whole and checksum is not None and type(number) is int and number > FORMAT
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if later:
        raise InputError(
            f"A curve of this run is of format {number}, but this version reads up to {FORMAT}. Update the program."
        )
    return values if right and is_whole else None


def _read(path: Path) -> tuple[list[dict], int]:
    """The lines that are whole, each of a later step than the one before, and how many others there are.

    A last line that is cut off isn't counted: a process that was killed, or found no room, leaves one.
    """
    if not path.is_file():
        return [], 0
    with telling_user(path):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    found, damaged = [], 0
    for line in lines:
        values = _from_line(line) if line.endswith("\n") else None
        if values is not None and values["step"] > (found[-1]["step"] if found else 0):
            found.append(values)
        else:
            damaged += line.endswith("\n")
    return found, damaged


def forget_steps_after(path: Path, step: int) -> int:
    """Drop the lines of later steps, and those that aren't whole; returns the number of those."""
    if not path.exists():
        return 0
    if not path.is_file():
        raise InputError(f"{path.name} must be a file, but it is something else. Remove it, then go on.")
    lines, damaged = _read(path)
    kept = "".join(_to_line(values) + "\n" for values in lines if values["step"] <= step)
    replace_with(path, lambda draft: draft.write_text(kept, encoding="utf-8"))
    return damaged


def last_step(path: Path) -> int:
    """Step of a curve's last line; 0 where there is none."""
    lines, _damaged = _read(path)
    return lines[-1]["step"] if lines else 0


def last_values(path: Path) -> dict[str, float | None]:
    """What a curve's last line holds besides its step; nothing where there is none."""
    lines, _damaged = _read(path)
    return {name: value for name, value in lines[-1].items() if name != "step"} if lines else {}


def _read_curves(path: Path) -> dict[str, np.ndarray]:
    lines, _damaged = _read(path)
    curves = {"step": np.array([line["step"] for line in lines], dtype=int)}
    for name in sorted({name for line in lines for name in line} - {"step"}):
        curves[name] = np.array([np.nan if line.get(name) is None else line[name] for line in lines], dtype=float)
    return curves


def read_losses(folder: Path) -> dict[str, np.ndarray]:
    """The losses of a run so far: `step`, and one curve a network, NaN where it didn't learn."""
    return _read_curves(RunFolder(folder).losses)


def read_quality(folder: Path) -> dict[str, np.ndarray]:
    """The quality of a run's previews so far: `step`, `sharpness` and `variety`, 1 like the training volumes."""
    return _read_curves(RunFolder(folder).quality)


def read_evaluation(folder: Path) -> dict[str, np.ndarray]:
    """The evaluations of a run so far: `step`, `distance` and `floor`; `step` alone where there is none."""
    return _read_curves(RunFolder(folder).evaluation)
