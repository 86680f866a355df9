"""How a run is asked to stop: Ctrl-C or SIGTERM, or a file that appears where the panel said it would."""

from __future__ import annotations

import signal
from pathlib import Path

INTERRUPTED = 130
"""Exit status of a process that was interrupted, as shells have it."""


class Interruption:
    """Remembers the first request to stop, so that a step is finished and saved; a second one ends at once."""

    def __init__(self, stop_file: Path | None = None):
        self.stop_file, self.signalled = stop_file, False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._remember)

    def _remember(self, number: int, frame: object) -> None:
        self.signalled = True
        signal.signal(number, signal.SIG_DFL)

    def __call__(self) -> bool:
        """Whether to stop now."""
        return self.signalled or (self.stop_file is not None and self.stop_file.exists())
