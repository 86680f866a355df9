"""What a run says while it works: one flat dictionary an event, as a JSON line for programs. Standard library only.

Every event has `event`, its kind, and `time`, seconds since 1970:

started     version, task, total (steps or volumes); first of all
skipped     name, reason: a volume that can't be used, and why
prepared    volumes, spacing_mm, units
precision   precision, usable, reason: arithmetic that was tried, and why it isn't used
step        step, total, losses, seconds_left
preview     step, path of a picture
checkpoint  step, path
synthesized index, total, path
finished    path of the model or folder; last of a run that reached its end
stopped     step; last of a run that was interrupted and saved
failed      reason; last of a run that bad input ended
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

Event = dict[str, object]
Report = Callable[..., None]
"""Called as report(kind, **facts)."""


def make_event(kind: str, **facts: object) -> Event:
    """An event of this moment; paths become text."""
    plain = {name: str(value) if isinstance(value, Path) else value for name, value in facts.items()}
    return {"event": kind, "time": round(time.time(), 3), **plain}


def to_line(event: Event) -> str:
    """One line of JSON, without the line end."""
    return json.dumps(event, separators=(",", ":"))


def from_line(line: str) -> Event | None:
    """Inverse of `to_line`; None for whatever else a process prints."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


class Lines:
    """Writes events as JSON lines, each at once."""

    def __init__(self, stream: IO[str]):
        self.stream = stream

    def __call__(self, kind: str, **facts: object) -> None:
        print(to_line(make_event(kind, **facts)), file=self.stream, flush=True)


def to_all(*reports: Report) -> Report:
    """One report that tells several."""

    def report(kind: str, **facts: object) -> None:
        for tell in reports:
            tell(kind, **facts)

    return report


class TimeLeft:
    """Seconds left of work done in equal steps, from the pace of the last ones."""

    def __init__(self, total: int, done: int = 0):
        self.total, self.first, self.start = total, done, time.monotonic()
        self.pace: float | None = None
        self.last = (done, self.start)

    def update(self, done: int) -> float | None:
        """Seconds left after `done` steps; None before the first."""
        now, (before, then) = time.monotonic(), self.last
        if done > before:
            fresh = (now - then) / (done - before)
            # The first steps of a process are slow: recent ones weigh more.
            self.pace = fresh if self.pace is None else 0.9 * self.pace + 0.1 * fresh
            self.last = (done, now)
        return None if self.pace is None else round(self.pace * (self.total - done), 1)
