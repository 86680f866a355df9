"""How a run is asked to stop or to wait: Ctrl-C or SIGTERM, or files that appear where the panel said they would."""

from __future__ import annotations

import signal
from pathlib import Path


class Interruption:
    """Remembers the first request to stop, so that a step is finished and saved; a second one ends at once."""

    def __init__(self, stop_file: Path | None = None, pause_file: Path | None = None):
        """Args: stop_file, pause_file: ask for it as long as they exist."""
        self.stop_file, self.pause_file, self.signalled = stop_file, pause_file, False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._remember)

    def _remember(self, number: int, frame: object) -> None:
        self.signalled = True
        signal.signal(number, signal.SIG_DFL)

    def __call__(self) -> bool:
        """Whether to stop now."""
        return self.signalled or _exists(self.stop_file)

    def pausing(self) -> bool:
        """Whether to wait now; a request to stop ends the wait."""
        return _exists(self.pause_file) and not self()


def _exists(file: Path | None) -> bool:
    return file is not None and file.exists()
