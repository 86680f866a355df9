"""The command `crfgan`. Heavy imports wait until a command needs them, so that --help answers at once."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter

from ..errors import InputError, Interrupted
from ..events import Lines
from ..version import __version__
from .benchmark import BENCHMARK
from .check import CHECK
from .estimate import ESTIMATE
from .evaluate import EVALUATE
from .model import EXPORT, INFO
from .phantoms import PHANTOMS
from .self_test import SELF_TEST
from .synthesize import SYNTHESIZE
from .terminal.command import FAILED, INTERRUPTED
from .terminal.console import Console
from .terminal.failure import explain
from .terminal.interruption import Interruption
from .terminal.output import complain, settle
from .terminal.path_lists import with_lists
from .train import TRAIN

COMMANDS = {
    command.name: command
    for command in (
        CHECK,
        TRAIN,
        SYNTHESIZE,
        EVALUATE,
        ESTIMATE,
        INFO,
        EXPORT,
        PHANTOMS,
        SELF_TEST,
        BENCHMARK,
    )
}
"""In the order of the help."""
EXAMPLES = """examples:
  crfgan phantoms heads --kind head --count 24          make volumes to try everything with
  crfgan train heads/images --out run --preset tiny-32  train a small model on them
  crfgan train --resume run                             go on after Ctrl-C or a crash
  crfgan synthesize run --count 8 --seed 1 --out new    make eight new volumes
  crfgan estimate --preset standard-128                 memory and time that training will take
  crfgan info run                                       what a model makes, and from what
  crfgan check heads/images                             which volumes can be trained on
  crfgan evaluate new --real heads/images --training run --out report    how good they are, and whether copies
  crfgan export run heads.safetensors --half            a model to give away
"""


def build_parser() -> ArgumentParser:
    """All commands and their arguments."""
    parser = ArgumentParser(
        prog="crfgan",
        description="Train CRF-guided GANs on 3D medical images and synthesize new ones. Data stays on this machine.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"crfgan {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS.values():
        command.add_to(subparsers)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 1 where it failed, 2 for wrong usage, 130 when interrupted."""
    _set_threads()
    try:
        words = sys.argv[1:] if argv is None else argv
        return _run(build_parser().parse_args(with_lists(words), Namespace(words=words)))
    except InputError as error:
        complain(str(error))
        return FAILED
    finally:
        settle()


def _run(args: Namespace) -> int:
    events = getattr(args, "events", False)
    report = Lines(sys.stdout) if events else Console()
    interruption = Interruption(getattr(args, "stop_file", None), getattr(args, "pause_file", None))
    try:
        return COMMANDS[args.command].run(args, report, interruption)
    except Interrupted as interrupted:
        report("interrupted", reason=str(interrupted))
        return INTERRUPTED
    except InputError as error:
        report("failed", reason=str(error))
        report.close()
        complain(str(error))
        return FAILED
    except Exception as error:
        if not events:
            raise
        complain(traceback.format_exc())
        report("failed", **explain(error))
        return FAILED
    finally:
        report.close()


def _set_threads() -> None:
    """Tell libraries how to use threads, before they are loaded."""
    # Threads that spin while they wait halve the speed as soon as another program works, too, and win nothing where
    # none does (docs/benchmarks.md).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # NumPy's own products are small; with threads of its own beside PyTorch's they took up to 15 times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
