"""`crfgan benchmark`: this implementation beside the plain one, in a clone of the source repository."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..errors import InputError
from ..events import Report
from .terminal.command import Command
from .terminal.interruption import Interruption


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="small shapes only, in less than a minute")
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def _benchmark(args: Namespace, report: Report, should_stop: Interruption) -> int:
    # What is compared with stands in the source repository, and is no part of the installed module.
    script = Path(__file__).parents[3] / "Testing" / "Benchmarks" / "bench.py"
    if not script.is_file():
        raise InputError(f"The benchmark needs the source repository: {script} isn't there. Clone it and run it there.")
    options = [option for option, on in (("--quick", args.quick), ("--json", args.json)) if on]
    return subprocess.run([sys.executable, script, *options]).returncode


BENCHMARK = Command("benchmark", "Compare with the plain step and synthesis, in one run.", _add_arguments, _benchmark)
