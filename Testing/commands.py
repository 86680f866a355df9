"""The command `crfgan` in processes of its own, for tests."""

import subprocess
import sys

from crfgan.events import from_line

TIMEOUT = 240
"""Seconds that a command may take."""


def crfgan(*arguments, **options):
    """Run a command to its end; returns its status and what it printed."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=TIMEOUT, **options)


def start(*arguments, **options):
    """Start a command; its events are read from `stdout`."""
    return subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


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
