"""What a run says while it works: one flat dictionary an event, as a JSON line for programs. Standard library only.

Every event has `event`, its kind, and `time`, seconds since 1970:

started     version, pid, task, and for some total, path; first of all
device      device (cpu, cuda, mps), name, reason: why no GPU is used though any would be, or empty
finding     files: how many were looked at so far
skipped     name, reason: a volume that isn't used, or some for one reason, and why
noted       sentence: what the user should know: on volumes that are used otherwise than they are, on files that were
            passed over, on an earlier state that serves
preparing   done, total
prepared    volumes, spacing_mm, units
aligning    done, total: registrations that bring the training volumes to one shape, before the first step
precision   precision, usable, reason: arithmetic that was tried, and why it isn't used
step        step, total, losses, seconds_left
preview     step, path of a picture, volume: path of the first volume shown, in the training data's units and geometry
quality     step, sharpness, variety: of the preview over the training volumes, 1 like them; None where theirs is 0
evaluated   step, distance, floor, best_step, has_stopped: on held-out volumes (see validation.py)
checkpoint  step, path
paused      step; the state is saved
resumed     step
checked     index, total, name, files, shape, spacing_mm, units, problem, thumbnail, class; a later one replaces it
synthesized index, total, path
written     index, total, path
measured    name, value, floor, interval: a metric of an evaluation (see evaluation/floors.py)
evaluating  done, total
trying      package: which is about to be loaded
tried       package, version, problem: what keeps it from being used, or empty
estimated   device, name, presets: what each would take (see hardware/estimate.py)
finished    path of the model or folder; last of a run that reached its end
stopped     step; last of a run that was interrupted and saved
interrupted reason: what is kept of work that was left before a run began, and how to go on; last of it
failed      reason, a sentence, and for some package, which can't be used; last of a run that an error ended
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
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
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and "event" in event else None


def abandon(stream: IO[str]) -> None:
    """Send what a stream holds and gets nowhere, so that the interpreter has nothing to complain of when it ends."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


class Lines:
    """Writes events as JSON lines, each at once. Work goes on though nobody reads them, or the disk has no room."""

    def __init__(self, stream: IO[str] | None):
        """Args: stream: None where a process was started without one."""
        self.stream = stream

    def __call__(self, kind: str, **facts: object) -> None:
        # A disk that is full now may have room for a later event; a reader that is gone stays away.
        with suppress(OSError):
            print(to_line(make_event(kind, **facts)), file=self.stream, flush=True)

    def close(self) -> None:
        """Let go of what found no reader or room."""
        if self.stream is None:
            return
        try:
            self.stream.flush()
        except OSError:
            abandon(self.stream)


class TimeLeft:
    """Seconds left of work done in equal steps, from the pace of the last ones."""

    def __init__(self, total: int, done: int = 0):
        self.total, self.first, self.start = total, done, time.monotonic()
        self.pace: float | None = None
        self.last = (done, self.start)

    def go_on(self) -> None:
        """Leave out the time since the last step, in which no work was done."""
        self.last = (self.last[0], time.monotonic())

    def update(self, done: int) -> float | None:
        """Seconds left after `done` steps; None before the first."""
        now, (before, then) = time.monotonic(), self.last
        if done > before:
            fresh = (now - then) / (done - before)
            # The first steps of a process are slow: recent ones weigh more.
            self.pace = fresh if self.pace is None else 0.9 * self.pace + 0.1 * fresh
            self.last = (done, now)
        return None if self.pace is None else round(self.pace * (self.total - done), 1)
