"""The command `crfgan` for tests: in processes of its own, or in this one, where PyTorch is loaded already."""

import ctypes
import signal
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO

from crfgan.commands.main import main
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
    """Run a command to its end in a process; returns its status and what it printed."""
    words = command(*arguments)
    return subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT, **_ENDING_WITH_TESTS | options)


def run_here(*arguments, cwd="."):
    """Run a command to its end in this process, which spares seconds; returns what `crfgan` does."""
    words, output, errors = command(*arguments), StringIO(), StringIO()
    with chdir(cwd), redirect_stdout(output), redirect_stderr(errors):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:  # argparse's own way
            status = ended.code
    return subprocess.CompletedProcess(words, status, output.getvalue(), errors.getvalue())


def start(*arguments, **options):
    """Start a command in a process; its events are read from `stdout`."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command(*arguments), **pipes, **_ENDING_WITH_TESTS | options)


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
