"""Curves and pictures for TensorBoard: a convenience, so no trouble with it ends a run or keeps it waiting.

tensorboardX's own SummaryWriter hands events to a thread; where that dies of a full disk, the next steps wait for it
forever. Here they are written at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

FLUSH_SECONDS = 60


class Board:
    """An event file below `folder` that begins at `step`: TensorBoard hides what an earlier one holds from there on."""

    def __init__(self, folder: Path, step: int):
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto.event_pb2 import SessionLog

        self.writer, self.flushed = None, time.monotonic()
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
            # The name has the time in seconds: two processes may start in one.
            self.writer = EventsWriter(str(folder / "events"), f".{os.getpid()}")
        self._add(step, session_log=SessionLog(status=SessionLog.START))

    def add_scalars(self, group: str, values: Mapping[str, float], step: int) -> None:
        """Values by name, each a curve."""
        from tensorboardX.summary import scalar

        for name, value in values.items():
            self._add(step, summary=scalar(f"{group}/{name}", value))

    def add_picture(self, name: str, picture: Image.Image, step: int) -> None:
        """A grey-scale picture."""
        from tensorboardX.summary import image

        self._add(step, summary=image(name, np.asarray(picture)[None]))

    def close(self) -> None:
        """Close the file."""
        if self.writer is not None:
            with suppress(OSError):
                self.writer.close()

    def _add(self, step: int, **content: object) -> None:
        if self.writer is None:
            return
        from tensorboardX.proto.event_pb2 import Event

        try:
            self.writer.write_event(Event(step=step, wall_time=time.time(), **content))
            if time.monotonic() - self.flushed > FLUSH_SECONDS:
                self.writer.flush()
                self.flushed = time.monotonic()
        except OSError:
            self.writer = None  # half an event may be in the file: nothing after it could be read
