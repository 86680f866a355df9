"""The curves of a run, in its folder: files of JSON lines, one a step, that can be read meanwhile. Needs numpy alone.

log.jsonl      step, and the loss of each network that learned in it
evaluation.jsonl  step, distance to the held-out volumes and its floor (validation.py)
quality.jsonl  step, sharpness and variety of the preview volumes over those of real ones (preview_quality.py)
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np

from .atomic import replace_with, telling_user
from .run_folder import RunFolder


class CurveLog:
    """Adds to a curve; each line is in the file at once, so that it can be read while the run goes on.

    What a killed process wrote after `step`, its last checkpoint, is dropped: those steps are done again.

    Raises:
        InputError: here or when a line is added: the file can't be written, or the disk is full.
    """

    def __init__(self, path: Path, step: int):
        self.path = path
        forget_steps_after(path, step)
        with telling_user(path):
            self.file = path.open("a", encoding="utf-8", buffering=1)

    def add(self, step: int, **values: float | None) -> None:
        """Write what belongs to a step."""
        with telling_user(self.path):
            print(json.dumps({"step": step, **values}), file=self.file)

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):  # a line that found no room has been told of
            self.file.close()


def _parse(text: str) -> list[dict]:
    """The lines that are whole: a process that was killed, or found no room, leaves one that isn't."""
    found = []
    for line in text.splitlines(keepends=True):
        with suppress(ValueError):
            values = json.loads(line)
            if line.endswith("\n") and isinstance(values, dict) and "step" in values:
                found.append(values)
    return found


def _read(path: Path) -> list[dict]:
    try:
        return _parse(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return []


def forget_steps_after(path: Path, step: int) -> None:
    """Drop the lines of later steps, and those that aren't whole."""
    if path.exists():
        kept = "".join(json.dumps(line) + "\n" for line in _read(path) if line["step"] <= step)
        replace_with(path, lambda partial: partial.write_text(kept, encoding="utf-8"))


def _read_curves(path: Path) -> dict[str, np.ndarray]:
    lines = _read(path)
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
