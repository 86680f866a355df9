"""`crfgan phantoms`: procedural volumes to try everything with."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ..events import Report
from .terminal.argument_types import phantom_sides, positive, seed_number, some_path
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.interruption import Interruption
from .terminal.progress import add_progress, begin


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    parser.add_argument("out", type=some_path, metavar="OUT", help="folder; gets images/ and labels/")
    parser.add_argument("--count", type=positive, default=24, metavar="N", help="how many; default: 24")
    parser.add_argument("--kind", choices=("head", "chest"), default="head", help="MRI head or CT chest")
    parser.add_argument("--seed", type=seed_number, default=0, metavar="K", help="number of the first one")
    parser.add_argument("--shape", type=phantom_sides, default=(64, 64, 64), metavar="N or D,H,W", help="default: 64")


def _phantoms(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "phantoms", total=args.count, path=args.out)
    from ..phantoms import make_chest, make_head
    from ..storage.atomic import make_folder, sweep
    from ..storage.manifest import Manifest
    from ..volumes.provenance import synthetic
    from ..volumes.writing import write_volume

    make = {"head": make_head, "chest": make_chest}[args.kind]
    images, labels = make_folder(args.out / "images"), make_folder(args.out / "labels")
    seeds = range(args.seed, args.seed + args.count)
    made = [Manifest(folder, f"{args.kind} {args.shape}") for folder in (images, labels)]
    for manifest in made:
        sweep(manifest.folder)
        manifest.require_free(name for seed in seeds for name in _names(args.kind, seed))
    for index, seed in enumerate(seeds):
        phantom = make(seed, args.shape)
        facts = synthetic(f"Procedural {args.kind} phantom, seed {seed}", Seed=seed)
        names = {f"Label{number}": name for number, name in phantom.label_names.items()}
        path = images / _names(args.kind, seed)[0]
        for volume, manifest, story in zip((phantom.image, phantom.labels), made, (facts, facts | names), strict=True):
            with manifest.writing(*_names(args.kind, seed)):
                write_volume(volume, manifest.folder / path.name, story)
        report("written", index=index, total=args.count, path=path)
        if should_stop():
            return INTERRUPTED
    report("finished", path=args.out)
    return OK


def _names(kind: str, seed: int) -> tuple[str, str]:
    """The files of a phantom: the volume, and its story."""
    return f"{kind}_{seed:04d}.nrrd", f"{kind}_{seed:04d}.json"


PHANTOMS = Command("phantoms", "Make procedural head or chest volumes with label maps.", _add_arguments, _phantoms)
