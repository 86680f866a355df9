"""`crfgan phantoms`: procedural volumes to try everything with."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..events import Report
from .terminal.argument_types import positive, sides
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.interruption import Interruption
from .terminal.progress import add_progress, begin


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder; gets images/ and labels/")
    parser.add_argument("--count", type=positive, default=24, metavar="N", help="how many; default: 24")
    parser.add_argument("--kind", choices=("head", "chest"), default="head", help="MRI head or CT chest")
    parser.add_argument("--seed", type=int, default=0, metavar="K", help="number of the first one")
    parser.add_argument("--shape", type=sides, default=(64, 64, 64), metavar="N or D,H,W", help="default: 64")


def _phantoms(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "phantoms", total=args.count, path=args.out)
    from ..phantoms import make_chest, make_head
    from ..storage.atomic import make_folder
    from ..volumes.provenance import synthetic
    from ..volumes.writing import write_volume

    make = {"head": make_head, "chest": make_chest}[args.kind]
    images, labels = make_folder(args.out / "images"), make_folder(args.out / "labels")
    for index in range(args.count):
        seed = args.seed + index
        phantom = make(seed, args.shape)
        facts = synthetic(f"Procedural {args.kind} phantom, seed {seed}", Seed=seed)
        path = images / f"{args.kind}_{seed:04d}.nrrd"
        write_volume(phantom.image, path, facts)
        names = {f"Label{number}": name for number, name in phantom.label_names.items()}
        write_volume(phantom.labels, labels / path.name, facts | names)
        report("written", index=index, total=args.count, path=path)
        if should_stop():
            return INTERRUPTED
    report("finished", path=args.out)
    return OK


PHANTOMS = Command("phantoms", "Make procedural head or chest volumes with label maps.", _add_arguments, _phantoms)
