"""How work is asked to stop or to wait: by signals, or by files that appear where the panel said they would."""

from __future__ import annotations

import signal
from pathlib import Path

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Ctrl-C, what schedulers send, and a terminal or connection that is closed."""


class Interruption:
    """Remembers the first request to stop, so that a step is finished and saved; a second one ends at once.

    Only a closed terminal may say so twice, as its shell does, too; under `nohup` it isn't heard at all.
    """

    def __init__(self, stop_file: Path | None = None, pause_file: Path | None = None):
        """Args: stop_file, pause_file: ask for it as long as they exist."""
        self.stop_file, self.pause_file, self.signalled = stop_file, pause_file, False
        for number in _SIGNALS:
            if not (_is_hangup(number) and signal.getsignal(number) == signal.SIG_IGN):
                signal.signal(number, self._remember)

    def _remember(self, number: int, frame: object) -> None:
        self.signalled = True
        if not _is_hangup(number):
            signal.signal(number, signal.SIG_DFL)

    def __call__(self) -> bool:
        """Whether to stop now."""
        return self.signalled or _exists(self.stop_file)

    def pausing(self) -> bool:
        """Whether to wait now; a request to stop ends the wait."""
        return _exists(self.pause_file) and not self()


def _is_hangup(number: int) -> bool:
    return number == getattr(signal, "SIGHUP", None)


def _exists(file: Path | None) -> bool:
    return file is not None and file.exists()
