"""For programs that start a command, such as the panel: events instead of a progress bar, and a file that stops it."""

from __future__ import annotations

import os
from argparse import ArgumentParser

from ...events import Report
from ...version import __version__
from .argument_types import some_path


def add_progress(parser: ArgumentParser) -> None:
    """--events and --stop-file, of every command that a program may start."""
    parser.add_argument("--events", action="store_true", help="print progress as JSON lines on stdout")
    parser.add_argument("--stop-file", type=some_path, metavar="FILE", help="stop and save when FILE appears")


def begin(report: Report, task: str, **facts: object) -> None:
    """Say first of all which version does what, in which process."""
    report("started", version=__version__, pid=os.getpid(), task=task, **facts)
