"""The command `crfgan`. Heavy imports wait until a command needs them, so that --help answers at once."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path

from .arguments import build_parser
from .config import PRESETS, Config, Network, Preprocessing, Training, load_config
from .console import Console
from .errors import InputError
from .events import Lines, Report
from .interruption import INTERRUPTED, Interruption
from .version import __version__

OK, BAD_INPUT = 0, 1

RESUMABLE = {"iterations", "batch_size", "device", "precision"}
"""Settings that a resumed run may change: the networks and the data are as they are."""


def _given_settings(args: argparse.Namespace) -> dict[str, object]:
    """The settings that stand on the command line."""
    names = [setting.name for section in (Preprocessing, Network, Training) for setting in fields(section)]
    given = {name: getattr(args, name) for name in names if getattr(args, name, None) is not None}
    if "window" in given:
        given = {"modality": "ct", **given, "window": tuple(given["window"])}
    return given


def _resumed_config(args: argparse.Namespace, config: Config) -> Config:
    """The run's own configuration with what may change replaced."""
    given = _given_settings(args)
    fixed = sorted(set(given) - RESUMABLE)
    if fixed or args.config or args.labels:
        names = ", ".join(fixed) or ("config" if args.config else "labels")
        raise InputError(f"A resumed run keeps its own {names}. Leave that out, or start a new run with --out.")
    return config.override(**given)


def _chosen_config(args: argparse.Namespace) -> Config:
    """The preset's or file's configuration with the settings that stand on the command line."""
    config = load_config(args.config) if args.config else PRESETS[args.preset]
    return config.override(**_given_settings(args))


def _train(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    if args.resume is None and not args.data:
        raise InputError("Training needs DATA: files or folders of volumes. See `crfgan train --help`.")
    if args.resume is not None and args.data:
        raise InputError("A resumed run goes on with its own volumes: leave DATA out, or start a new run with --out.")
    folder = args.out or args.resume
    report("started", version=__version__, task="train", path=folder)
    from .run import open_run, save_config, start_run, train_run

    if args.resume is None:
        config = _chosen_config(args)
        from .cache import Cache
        from .dataset import read_labels
        from .estimate import fit_to_memory
        from .sources import find_volumes
        from .synthesis import choose_device

        # What doesn't fit is said before the volumes are read.
        fit_to_memory(config, choose_device(config.training.device).type, args.memory_budget)
        labels = read_labels(args.labels) if args.labels else None
        config = start_run(find_volumes(args.data), config, folder, labels, report, Cache(args.cache))
    else:
        config = _resumed_config(args, open_run(folder))
        save_config(folder, config)
    if not train_run(folder, config, report, should_stop, args.licence, args.memory_budget):
        return INTERRUPTED
    report("finished", path=folder / "model.safetensors")
    return OK


def _synthesize(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    report("started", version=__version__, task="synthesize", total=args.count, path=args.out)
    from .files import make_folder
    from .model import load_model
    from .reading import read_volume
    from .sources import find_volumes
    from .synthesis import choose_device, synthesize
    from .writing import write_volume

    model = load_model(args.model)
    model.generator.to(choose_device(args.device))
    reference = read_volume(find_volumes([args.like])[0]) if args.like else None
    folder = make_folder(args.out)
    made = synthesize(model, args.count, args.seed, args.class_name, reference, args.memory_budget)
    for index, (volume, facts) in enumerate(made):
        path = folder / f"{volume.name}.{args.format}"
        write_volume(volume, path, facts)
        report("synthesized", index=index, total=args.count, path=path)
        if should_stop():
            return INTERRUPTED
    report("finished", path=folder)
    return OK


def _estimate(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    config = _chosen_config(args)
    from .estimate import describe_estimates, estimate_synthesis, estimate_training
    from .synthesis import choose_device

    device = choose_device(config.training.device)
    step, volume = estimate_training(config, device, args.memory_budget), estimate_synthesis(config, device)
    if args.json:
        print(json.dumps({"device": device.type, "training_step": asdict(step), "synthesis": asdict(volume)}, indent=1))
    else:
        print(describe_estimates(config, device.type, step, volume))
    return OK


def _benchmark(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    import subprocess

    # What is compared with stands in the source repository, and is no part of the installed module.
    script = Path(__file__).parents[2] / "Testing" / "Benchmarks" / "bench.py"
    if not script.is_file():
        raise InputError(f"The benchmark needs the source repository: {script} isn't there. Clone it and run it there.")
    options = [option for option, on in (("--quick", args.quick), ("--json", args.json)) if on]
    return subprocess.run([sys.executable, script, *options]).returncode


def _info(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    from .card import describe
    from .model import read_card

    card = read_card(args.model)
    print(json.dumps(card, indent=1) if args.json else describe(card))
    return OK


def _phantoms(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    report("started", version=__version__, task="phantoms", total=args.count, path=args.out)
    from .files import make_folder
    from .phantoms import make_chest, make_head
    from .writing import write_volume

    make = {"head": make_head, "chest": make_chest}[args.kind]
    images, labels = make_folder(args.out / "images"), make_folder(args.out / "labels")
    for index in range(args.count):
        seed = args.seed + index
        phantom = make(seed, args.shape)
        facts = {
            "Description": f"SYNTHETIC - not for diagnosis. Procedural {args.kind} phantom, seed {seed}",
            "Synthetic": "YES",
            "Seed": str(seed),
            "Software": f"crfgan {__version__}",
        }
        path = images / f"{args.kind}_{seed:04d}.nrrd"
        write_volume(phantom.image, path, facts)
        names = {f"Label{number}": name for number, name in phantom.label_names.items()}
        write_volume(phantom.labels, labels / path.name, facts | names)
        report("written", index=index, total=args.count, path=path)
        if should_stop():
            return INTERRUPTED
    report("finished", path=args.out)
    return OK


COMMANDS = {
    "train": _train,
    "synthesize": _synthesize,
    "estimate": _estimate,
    "info": _info,
    "phantoms": _phantoms,
    "benchmark": _benchmark,
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 1 for bad input, 2 for wrong usage, 130 when interrupted."""
    args = build_parser().parse_args(argv)
    events = getattr(args, "events", False)
    report = Lines(sys.stdout) if events else Console()
    try:
        return COMMANDS[args.command](args, report, Interruption(getattr(args, "stop_file", None)))
    except InputError as error:
        report("failed", reason=str(error))
        if not events:
            report.close()
        print(error, file=sys.stderr)
        return BAD_INPUT
    finally:
        if not events:
            report.close()
