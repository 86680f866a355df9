"""What a command is: its name, what it takes, what it does, and the exit status that it ends with."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from ...events import Report
from .interruption import Interruption

OK, FAILED = 0, 1
INTERRUPTED = 130
"""Exit status of a process that was interrupted, as shells have it."""


@dataclass(frozen=True)
class Command:
    """A verb of the command line."""

    name: str
    summary: str
    """One sentence, for the list of commands and for the command's own help."""
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Report, Interruption], int]
    """Does the work and returns the exit status; what it needs of heavy packages it imports itself."""

    def add_to(self, commands) -> None:
        """Make it one of argparse's subcommands."""
        self.add_arguments(commands.add_parser(self.name, help=self.summary, description=self.summary))
