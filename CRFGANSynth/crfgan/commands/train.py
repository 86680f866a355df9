"""`crfgan train`: a new run on volumes, or one that goes on."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..config import Config
from ..errors import InputError
from ..events import Report
from ..runs.configuration import CHANGEABLE
from ..storage.run_folder import RunFolder
from .terminal.argument_types import size, some_path
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.inputs import add_cache, add_data, add_include, find_data
from .terminal.interruption import Interruption
from .terminal.path_lists import MARK
from .terminal.progress import add_progress, begin
from .terminal.settings import add_settings, chosen_config, given_settings


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    parser.add_argument("--pause-file", type=some_path, metavar="FILE", help="save and wait as long as FILE exists")
    where = parser.add_argument_group("data and run")
    add_data(where, nargs="*")
    target = where.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", type=some_path, metavar="RUN", help="folder of the new run")
    target.add_argument("--resume", type=some_path, metavar="RUN", help="go on with the run in this folder")
    where.add_argument("--labels", type=some_path, metavar="CSV", help="classes: columns `name` or `file`, and `class`")
    add_include(where)
    add_cache(where)
    where.add_argument("--licence", default="", help="licence of the model, written into its card")
    text = "such as 8GB; default: what the device has free"
    where.add_argument("--memory-budget", type=size, metavar="SIZE", help=text)
    add_settings(parser)


def _train(args: Namespace, report: Report, should_stop: Interruption) -> int:
    _require_data_or_run(args)
    folder = args.out or args.resume
    begin(report, "train", path=folder)
    from ..hardware.device import device_facts
    from ..training.run import check_run, open_run, train_run

    config = chosen_config(args) if args.resume is None else _resumed_config(args, open_run(folder))
    device = device_facts(config.training.device)
    report("device", **device)
    if args.resume is None:
        config = _start(args, config, device["device"], report, should_stop)
    else:
        check_run(folder, report, should_stop)
    pausing = should_stop.pausing
    if not train_run(folder, config, report, should_stop, args.licence, args.memory_budget, pausing):
        return INTERRUPTED
    report("finished", path=RunFolder(folder).model)
    return OK


def _require_data_or_run(args: Namespace) -> None:
    if args.resume is None and not args.data:
        raise InputError("Training needs DATA: files or folders of volumes. See `crfgan train --help`.")
    if args.resume is not None and args.data:
        raise InputError("A resumed run goes on with its own volumes: leave DATA out, or start a new run with --out.")


def _resumed_config(args: Namespace, config: Config) -> Config:
    """The run's own configuration with what may change replaced."""
    given = given_settings(args)
    fixed = sorted(set(given) - CHANGEABLE)
    if fixed or args.config or args.labels:
        names = ", ".join(fixed) or ("config" if args.config else "labels")
        raise InputError(f"A resumed run keeps its own {names}. Leave that out, or start a new run with --out.")
    return config.override(**given)


def _start(args: Namespace, config: Config, device: str, report: Report, should_stop: Interruption) -> Config:
    """Make the folder of a new run from its volumes; returns the run's own configuration."""
    from ..data.cache import Cache
    from ..data.labels import read_labels
    from ..hardware.memory_fit import fit_to_memory
    from ..training.run import start_run

    # What doesn't fit is said before the volumes are read.
    fit_to_memory(config, device, args.memory_budget)
    labels = read_labels(args.labels) if args.labels else None
    sources, cache = find_data(args, report, should_stop).sources, Cache(args.cache)
    return start_run(sources, config, args.out, labels, report, cache, args.include, should_stop, _repeatable(args))


def _repeatable(args: Namespace) -> str:
    """The command, for whoever goes on with a preparation that was interrupted; empty where it can't be given again.

    A panel keeps the list of volumes in the run's folder, and removes it.
    """
    lists = [Path(word.removeprefix(MARK)).absolute() for word in args.words if word.startswith(MARK)]
    is_passing = any(path.is_relative_to(args.out.absolute()) for path in lists)
    return "" if is_passing else shlex.join(["crfgan", *args.words])


TRAIN = Command("train", "Train a CRF-GAN on volumes, into the folder of a run.", _add_arguments, _train)
