"""`crfgan synthesize`: new volumes from a model."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import DEVICES
from ..errors import InputError
from ..events import Report
from .terminal.argument_types import positive, seed_number, size, some_path, truncation
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.inputs import add_model
from .terminal.interruption import Interruption
from .terminal.progress import add_progress, begin

if TYPE_CHECKING:
    from ..volumes.discovery import Source

SHOWN = 5
"""Volumes that are named where one is wanted and several are found."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    add_model(parser)
    parser.add_argument("--count", type=positive, default=1, metavar="N", help="how many; default: 1")
    parser.add_argument("--seed", type=seed_number, default=0, metavar="K", help="the same seed gives the same volumes")
    parser.add_argument("--out", type=some_path, required=True, metavar="DIR", help="folder for the volumes")
    text = "0.01 to 3: smaller for more typical, less various volumes; default: none"
    parser.add_argument("--truncation", type=truncation, metavar="T", help=text)
    parser.add_argument("--class", dest="class_name", metavar="NAME", help="class, where the model has classes")
    parser.add_argument("--like", type=some_path, metavar="FILE", help="take geometry and place from this volume")
    parser.add_argument("--format", choices=("nrrd", "nii.gz", "mha"), default="nrrd", help="default: nrrd")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: auto")
    parser.add_argument("--memory-budget", type=size, metavar="SIZE", help="such as 2GB; default: what is fastest")


def _synthesize(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "synthesize", total=args.count, path=args.out)
    from ..data.cache import content_of, read_with_content
    from ..hardware.device import device_facts
    from ..runs.model_file import load_model
    from ..storage.atomic import make_folder, sweep
    from ..synthesis.made_volumes import MadeVolumes
    from ..synthesis.synthesize import synthesize

    model, device = load_model(args.model), device_facts(args.device)
    report("device", **device)
    model.generator.to(device["device"])
    source = _reference(args.like) if args.like else None
    content = content_of(source) if source else ""
    reference = read_with_content(source, content) if source else None
    folder = make_folder(args.out)
    sweep(folder)
    work = model.sha256, args.seed, args.class_name, args.truncation, content
    files = MadeVolumes(folder, args.format, work)
    files.require_free(args.seed, args.count)
    made = synthesize(model, args.count, args.seed, args.class_name, reference, args.memory_budget, args.truncation)
    for index, (volume, facts) in enumerate(made):
        report("synthesized", index=index, total=args.count, path=files.write(volume, facts))
        if should_stop():
            return INTERRUPTED
    report("finished", path=folder)
    return OK


def _reference(path: Path) -> Source:
    """The one volume that a path holds.

    Raises:
        InputError: it holds none, or several.
    """
    from ..volumes.discovery import find_volumes

    found = find_volumes([path])
    if len(found) == 1:
        return found[0]
    names = ", ".join(source.name for source in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    what = f"{len(found)} were found: {names}{more}" if found else "none was found"
    raise InputError(f"A reference must be one volume, but in {path.absolute().name} {what}. Give one file or series.")


SYNTHESIZE = Command("synthesize", "Synthesize new volumes from a model.", _add_arguments, _synthesize)
