"""What people read on stdout and stderr: in letters that their terminal has, and never a reason for work to end."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import IO

from ...errors import InputError, readable
from ...events import abandon

_TROUBLE = (OSError, ValueError, AttributeError)
"""Of a stream that is full or read by nobody, that was closed, and of none at all."""


class Aside:
    """A stream for what is said aside: it may be closed, full or read by nobody, and work goes on."""

    def __init__(self, stream: IO[str] | None):
        """Args: stream: None where a process was started without one."""
        self.stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write what can be written; letters that the stream's encoding hasn't are escaped."""
        with suppress(*_TROUBLE):
            self.stream.write(_encodable(text, self.stream))
        return len(text)

    def flush(self) -> None:
        """Hand on what was written, if somebody takes it."""
        with suppress(*_TROUBLE):
            self.stream.flush()


def show(text: str) -> None:
    """Print what a command was asked for on stdout, line by line as any terminal can show it.

    Raises:
        InputError: it can't be written; that its reader has seen enough is no error.
    """
    shown = "\n".join(readable(line) for line in text.split("\n"))
    try:
        if sys.stdout is not None:
            print(_encodable(shown, sys.stdout), flush=True)
    except BrokenPipeError:
        abandon(sys.stdout)
    except OSError as error:
        abandon(sys.stdout)
        raise InputError(f"The output can't be written: {error.strerror}. Send it elsewhere.") from error


def complain(text: str) -> None:
    """Print on stderr, where somebody may read it."""
    aside = Aside(sys.stderr)
    aside.write("\n".join(readable(line) for line in text.split("\n")) + "\n")
    aside.flush()


def settle() -> None:
    """Let go of what found no reader or room, so that the interpreter has nothing to complain of when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            abandon(stream)


def _encodable(text: str, stream: IO[str]) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
