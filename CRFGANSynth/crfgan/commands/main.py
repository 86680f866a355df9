"""The command `crfgan`. Heavy imports wait until a command needs them, so that --help answers at once."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from dataclasses import asdict, fields
from pathlib import Path

from ..config import PRESETS, Config, Network, Preprocessing, Training, load_config
from ..errors import InputError
from ..events import Lines, Report, abandon
from ..hardware.memory import is_out_of_memory
from ..version import __version__
from .console import Console
from .interruption import INTERRUPTED, Interruption
from .options import build_parser

OK, FAILED = 0, 1

RESUMABLE = {"iterations", "batch_size", "device", "precision"}
"""Settings that a resumed run may change: the networks and the data are as they are."""

FEWEST_SAMPLES, MOST_SAMPLES = 16, 100
"""Volumes of a model that are evaluated unless told otherwise: as many as there are real ones, within these."""


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


def _begin(report: Report, task: str, **facts: object) -> None:
    report("started", version=__version__, pid=os.getpid(), task=task, **facts)


def _train(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    if args.resume is None and not args.data:
        raise InputError("Training needs DATA: files or folders of volumes. See `crfgan train --help`.")
    if args.resume is not None and args.data:
        raise InputError("A resumed run goes on with its own volumes: leave DATA out, or start a new run with --out.")
    folder = args.out or args.resume
    _begin(report, "train", path=folder)
    from ..hardware.device import device_facts
    from ..training.run import open_run, start_run, train_run

    config = _chosen_config(args) if args.resume is None else _resumed_config(args, open_run(folder))
    device = device_facts(config.training.device)
    report("device", **device)
    if args.resume is None:
        from ..data.cache import Cache
        from ..data.dataset import read_labels
        from ..hardware.estimate import fit_to_memory
        from ..volumes.discovery import find_volumes

        # What doesn't fit is said before the volumes are read.
        fit_to_memory(config, device["device"], args.memory_budget)
        labels = read_labels(args.labels) if args.labels else None
        config = start_run(find_volumes(args.data), config, folder, labels, report, Cache(args.cache))
    pausing = should_stop.pausing
    if not train_run(folder, config, report, should_stop, args.licence, args.memory_budget, pausing):
        return INTERRUPTED
    report("finished", path=folder / "model.safetensors")
    return OK


def _check(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    _begin(report, "check", path=args.out or "")
    from ..data.cache import Cache
    from ..data.inspection import check_volumes, find_labels, table, without_minority
    from ..data.preprocessing import require_two
    from ..storage.atomic import make_folder
    from ..volumes.discovery import find_volumes

    settings = Config().override(**_given_settings(args)).preprocessing
    sources, labels = find_volumes(args.data), find_labels(args.data)
    pictures = make_folder(args.out) if args.out else None
    found, total = [], len(sources)
    for index, volume in enumerate(check_volumes(sources, settings, Cache(args.cache), pictures, labels)):
        found.append(volume)
        report("checked", index=index, total=total, **volume.facts())
        report("preparing", done=index + 1, total=total)
        if should_stop():
            return INTERRUPTED
    checked = without_minority(found)
    for index, (before, after) in enumerate(zip(found, checked, strict=True)):
        if after != before:
            report("checked", index=index, total=total, **after.facts())
    if not args.events:
        report.close()
        print(table(checked))
    usable = sum(not volume.problem for volume in checked)
    require_two(total, usable)
    if args.events:
        report("finished", path=args.out or "", usable=usable, total=total)
    return OK


def _synthesize(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    _begin(report, "synthesize", total=args.count, path=args.out)
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


def _evaluate(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    _begin(report, "evaluate", path=args.out)
    from ..data.cache import Cache
    from ..evaluation.collection import collect_volumes, is_run
    from ..evaluation.evaluate import EvaluationInputs, evaluate, require_not_empty, title_of
    from ..evaluation.report import HTML
    from ..evaluation.sampling import is_model, sample
    from ..metrics.features.extractors import make_extractors

    extractors = make_extractors(args.medicalnet)
    settings = Config().override(**_given_settings(args)).preprocessing
    real = collect_volumes(args.real)
    require_not_empty(args.real, real, "real")
    training = args.training or [path for path in args.synthetic if is_run(path)]
    volumes, missing = args.synthetic, ""
    if len(args.synthetic) == 1 and is_model(args.synthetic[0]):
        count = args.count or min(max(len(real), FEWEST_SAMPLES), MOST_SAMPLES)
        folder, missing = sample(args.synthetic[0], count, args.seed, args.out, args.device, report, should_stop)
        volumes = [folder]
    synthetic = collect_volumes(volumes)
    require_not_empty(args.synthetic, synthetic, "synthetic")
    title = args.title or title_of(args.synthetic)
    inputs = EvaluationInputs(title, real, synthetic, collect_volumes(training), settings, args.seed, missing)
    if not evaluate(inputs, args.out, extractors, Cache(args.cache), report, should_stop):
        return INTERRUPTED
    report("finished", path=args.out / HTML)
    return OK


def _estimate(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    _begin(report, "estimate")
    config, settings, budget = _chosen_config(args), _given_settings(args), args.memory_budget
    import torch

    from ..hardware.device import device_facts
    from ..hardware.estimate import describe_estimates, estimate_presets, estimate_synthesis, estimate_training

    facts = device_facts(config.training.device)
    device = torch.device(facts["device"])
    if args.events:
        presets = estimate_presets(settings, device, budget)
        report("estimated", device=facts["device"], name=facts["name"], presets=presets)
        return OK
    step, volume = estimate_training(config, device, budget), estimate_synthesis(config, device)
    if args.json:
        presets = estimate_presets(settings, device, budget)
        both = {"training_step": asdict(step), "synthesis": asdict(volume)}
        print(json.dumps({"device": device.type, **both, "presets": presets}, indent=1))
    else:
        print(describe_estimates(config, device.type, step, volume))
    return OK


def _selftest(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    _begin(report, "selftest")
    from ..hardware.self_test import MODULES, problem_of, sentence, version_of

    problems = {}
    for package in MODULES:
        # Said first: a damaged library may end the process.
        report("trying", package=package)
        problems[package] = problem_of(package)
        report("tried", package=package, version=version_of(package), problem=problems[package])
        if should_stop():
            return INTERRUPTED
    unusable = [sentence(package, problem) for package, problem in problems.items() if problem]
    if unusable:
        raise InputError(" ".join(unusable))
    if args.events:
        report("finished", path="")
    return OK


def _benchmark(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    import subprocess

    # What is compared with stands in the source repository, and is no part of the installed module.
    script = Path(__file__).parents[3] / "Testing" / "Benchmarks" / "bench.py"
    if not script.is_file():
        raise InputError(f"The benchmark needs the source repository: {script} isn't there. Clone it and run it there.")
    options = [option for option, on in (("--quick", args.quick), ("--json", args.json)) if on]
    return subprocess.run([sys.executable, script, *options]).returncode


def _info(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    from ..runs.card import describe, read_card

    card = read_card(args.model)
    print(json.dumps(card, indent=1) if args.json else describe(card))
    return OK


def _export(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    _begin(report, "export", path=args.out)
    changes = {name: text for name, text in (("name", args.name), ("licence", args.licence)) if text is not None}
    if should_stop():
        return INTERRUPTED
    if args.half:
        from ..runs.model_file import save_half

        save_half(args.model, args.out, **changes)
    else:
        from ..runs.library import export_model

        export_model(args.model, args.out, **changes)
    report("finished", path=args.out)
    return OK


def _phantoms(args: argparse.Namespace, report: Report, should_stop: Interruption) -> int:
    _begin(report, "phantoms", total=args.count, path=args.out)
    from ..phantoms import make_chest, make_head
    from ..storage.atomic import make_folder
    from ..volumes.writing import write_volume

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
    "check": _check,
    "train": _train,
    "synthesize": _synthesize,
    "evaluate": _evaluate,
    "estimate": _estimate,
    "info": _info,
    "export": _export,
    "phantoms": _phantoms,
    "selftest": _selftest,
    "benchmark": _benchmark,
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 1 where it failed, 2 for wrong usage, 130 when interrupted."""
    # Before torch is loaded: threads that spin while they wait halve the speed as soon as another program works, too,
    # and win nothing where none does (docs/benchmarks.md).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # NumPy's own products are small; with threads of its own beside PyTorch's they took up to 15 times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    args = build_parser().parse_args(argv)
    events = getattr(args, "events", False)
    report = Lines(sys.stdout) if events else Console()
    interruption = Interruption(getattr(args, "stop_file", None), getattr(args, "pause_file", None))
    try:
        return COMMANDS[args.command](args, report, interruption)
    except InputError as error:
        report("failed", reason=str(error))
        report.close()
        _complain(str(error))
        return FAILED
    except Exception as error:
        if not events:
            raise
        _complain(traceback.format_exc())
        report("failed", **_explain(error))
        return FAILED
    finally:
        report.close()


def _explain(error: Exception) -> dict[str, str]:
    """A sentence for a person on an error that none was written for, and the package that is to blame, if one is."""
    from ..hardware.self_test import first_unusable, sentence

    if is_out_of_memory(error):
        return {"reason": "Memory ran out. Close other programs, or choose a smaller memory budget or model."}
    if unusable := first_unusable():
        return {"reason": sentence(*unusable), "package": unusable[0]}
    if isinstance(error, ModuleNotFoundError):
        return {"reason": f"The Python package {error.name} is missing. Install it, then try again."}
    kind = type(error).__name__
    return {"reason": f"The work ended because of an unexpected error ({kind}). What was saved is kept; see the log."}


def _complain(text: str) -> None:
    """Print on stderr, where somebody may read it."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        abandon(sys.stderr)
