"""The command `crfgan` in processes of its own, for tests."""

import ctypes
import signal
import subprocess
import sys

from crfgan.events import from_line

TIMEOUT = 240
"""Seconds that a command may take."""

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux."""
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_tests():
    _LIBC.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


_ENDING_WITH_TESTS = {"preexec_fn": _end_with_tests} if _LIBC else {}
"""A training that outlives tests that were killed would take the processor for hours."""


def crfgan(*arguments, **options):
    """Run a command to its end; returns its status and what it printed."""
    words = command(*arguments)
    return subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT, **_ENDING_WITH_TESTS, **options)


def start(*arguments, **options):
    """Start a command; its events are read from `stdout`."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command(*arguments), **pipes, **_ENDING_WITH_TESTS, **options)


def command(*arguments):
    """The words that start a command."""
    return [sys.executable, "-m", "crfgan", *map(str, arguments)]


def wait_for(process, kind):
    """Read a process's events up to the next of one kind; returns it and those before it."""
    before = []
    for line in process.stdout:
        event = from_line(line)
        if event and event["event"] == kind:
            return event, before
        before += [event] if event else []
    raise AssertionError(f"no event {kind} after {before}: {process.stderr.read()}")
