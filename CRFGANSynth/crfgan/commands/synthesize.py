"""`crfgan synthesize`: new volumes from a model."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..config import DEVICES
from ..events import Report
from .terminal.argument_types import positive, size
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.inputs import add_model
from .terminal.interruption import Interruption
from .terminal.progress import add_progress, begin


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    add_model(parser)
    parser.add_argument("--count", type=positive, default=1, metavar="N", help="how many; default: 1")
    parser.add_argument("--seed", type=int, default=0, metavar="K", help="the same seed gives the same volumes")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the volumes")
    text = "0 to 3: smaller for more typical, less various volumes; default: none"
    parser.add_argument("--truncation", type=float, metavar="T", help=text)
    parser.add_argument("--class", dest="class_name", metavar="NAME", help="class, where the model has classes")
    parser.add_argument("--like", type=Path, metavar="FILE", help="take geometry and place from this volume")
    parser.add_argument("--format", choices=("nrrd", "nii.gz", "mha"), default="nrrd", help="default: nrrd")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: auto")
    parser.add_argument("--memory-budget", type=size, metavar="SIZE", help="such as 2GB; default: what is fastest")


def _synthesize(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "synthesize", total=args.count, path=args.out)
    from ..hardware.device import device_facts
    from ..runs.model_file import load_model
    from ..storage.atomic import make_folder
    from ..synthesis.synthesize import synthesize
    from ..volumes.discovery import find_volumes
    from ..volumes.reading import read_volume
    from ..volumes.writing import write_volume

    model, device = load_model(args.model), device_facts(args.device)
    report("device", **device)
    model.generator.to(device["device"])
    reference = read_volume(find_volumes([args.like])[0]) if args.like else None
    folder = make_folder(args.out)
    made = synthesize(model, args.count, args.seed, args.class_name, reference, args.memory_budget, args.truncation)
    for index, (volume, facts) in enumerate(made):
        path = folder / f"{volume.name}.{args.format}"
        write_volume(volume, path, facts)
        report("synthesized", index=index, total=args.count, path=path)
        if should_stop():
            return INTERRUPTED
    report("finished", path=folder)
    return OK


SYNTHESIZE = Command("synthesize", "Synthesize new volumes from a model.", _add_arguments, _synthesize)
