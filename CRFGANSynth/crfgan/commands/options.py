"""The words of the command line. Standard library only."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..config import CRF_MODES, DEVICES, FITS, MODALITIES, PRECISIONS, PRESETS
from ..errors import InputError
from ..hardware.memory import parse_size
from ..version import __version__

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
_DATA = ".nrrd, .nii.gz, .mha files; folders of them; DICOM folders"


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="crfgan",
        description="Train CRF-guided GANs on 3D medical images and synthesize new ones. Data stays on this machine.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # Of a few hundred files, a command line holds too little on Windows: @FILE names a file with one a line.
        fromfile_prefix_chars="@",
    )
    parser.add_argument("--version", action="version", version=f"crfgan {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in _ADD_COMMANDS:
        add(commands)
    return parser


def _command(commands, name: str, summary: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=summary)
    if name in ("train", "check", "synthesize", "evaluate", "export", "phantoms", "estimate", "selftest"):
        command.add_argument("--events", action="store_true", help="print progress as JSON lines on stdout")
        command.add_argument("--stop-file", type=Path, metavar="FILE", help="stop and save when FILE appears")
    return command


def _add_train(commands) -> None:
    train = _command(commands, "train", "Train a CRF-GAN on volumes, into the folder of a run.")
    train.add_argument("--pause-file", type=Path, metavar="FILE", help="save and wait as long as FILE exists")
    where = train.add_argument_group("data and run")
    where.add_argument("data", nargs="*", type=Path, metavar="DATA", help=_DATA)
    target = where.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", type=Path, metavar="RUN", help="folder of the new run")
    target.add_argument("--resume", type=Path, metavar="RUN", help="go on with the run in this folder")
    where.add_argument("--labels", type=Path, metavar="CSV", help="classes: columns `name` (file name) and `class`")
    _add_cache(where)
    where.add_argument("--licence", default="", help="licence of the model, written into its card")

    where.add_argument(
        "--memory-budget", type=_size, metavar="SIZE", help="such as 8GB; default: what the device has free"
    )
    _add_settings(train)


def _add_settings(command: argparse.ArgumentParser) -> None:
    base = command.add_argument_group("settings", "From a preset or a file; single ones replace what stands there.")
    source = base.add_mutually_exclusive_group()
    source.add_argument("--preset", choices=PRESETS, default="small-64", help="default: small-64")
    source.add_argument("--config", type=Path, metavar="JSON", help="configuration, such as config.json of a run")
    base.add_argument("--shape", type=_sides, metavar="N or D,H,W", help="voxels, multiples of 32 from 32 to 512")
    _add_intensities(base)
    base.add_argument("--fit", choices=FITS, help="cubic voxels and padding, or stretch to fill; default: isotropic")
    base.add_argument("--iterations", type=int, metavar="N", help="training steps")
    base.add_argument("--batch-size", type=int, metavar="N", help="volumes in a step")
    base.add_argument("--seed", type=int, metavar="N", help="the same seed gives the same losses; default: 0")
    text = "evaluate on held-out volumes every N steps, and keep the best model; default: never"
    base.add_argument("--evaluate-every", type=int, metavar="N", help=text)
    base.add_argument("--held-out", type=float, metavar="SHARE", help="of the volumes, for that; default: 0.15")
    base.add_argument("--width", type=int, metavar="N", help="channels of A, a multiple of 16; published: 64")
    base.add_argument("--latent", type=int, metavar="N", help="length of the latent vector; published: 1024")
    base.add_argument("--crf", choices=CRF_MODES, help="kind of the CRF's nodes; default: spatial")
    base.add_argument("--device", choices=DEVICES, help="default: auto")
    base.add_argument("--precision", choices=PRECISIONS, help="arithmetic; default: auto, tested before it is used")


def _add_intensities(group) -> None:
    group.add_argument("--modality", choices=MODALITIES, help="intensity window; default: auto")
    group.add_argument("--window", type=float, nargs=2, metavar=("LOW", "HIGH"), help="HU kept, with --modality ct")


def _add_cache(group) -> None:
    text = "keeps prepared volumes for later runs; default: $CRFGAN_CACHE, or crfgan in your folder for caches"
    group.add_argument("--cache", type=Path, metavar="DIR", help=text)


def _add_check(commands) -> None:
    check = _command(commands, "check", "Say of each volume whether it can be trained on, and why not.")
    check.add_argument("data", nargs="+", type=Path, metavar="DATA", help=_DATA)
    check.add_argument("--out", type=Path, metavar="DIR", help="folder for a small picture of each volume")
    _add_cache(check)
    _add_intensities(check)


def _add_synthesize(commands) -> None:
    synthesize = _command(commands, "synthesize", "Synthesize new volumes from a model.")
    synthesize.add_argument("model", type=Path, metavar="MODEL", help="model.safetensors, or the folder of a run")
    synthesize.add_argument("--count", type=_positive, default=1, metavar="N", help="how many; default: 1")
    synthesize.add_argument("--seed", type=int, default=0, metavar="K", help="the same seed gives the same volumes")
    synthesize.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the volumes")
    text = "0 to 3: smaller for more typical, less various volumes; default: none"
    synthesize.add_argument("--truncation", type=float, metavar="T", help=text)
    synthesize.add_argument("--class", dest="class_name", metavar="NAME", help="class, where the model has classes")
    synthesize.add_argument("--like", type=Path, metavar="FILE", help="take geometry and place from this volume")
    synthesize.add_argument("--format", choices=("nrrd", "nii.gz", "mha"), default="nrrd", help="default: nrrd")
    synthesize.add_argument("--device", choices=DEVICES, default="auto", help="default: auto")
    synthesize.add_argument("--memory-budget", type=_size, metavar="SIZE", help="such as 2GB; default: what is fastest")


def _add_evaluate(commands) -> None:
    evaluate = _command(commands, "evaluate", "Say what synthetic volumes are worth beside real ones, in a report.")
    text = "synthetic volumes, files or folders; or one model to sample from"
    evaluate.add_argument("synthetic", nargs="+", type=Path, metavar="SYNTHETIC", help=text)
    text = "real volumes to compare with, best such as were held out of training"
    evaluate.add_argument("--real", nargs="+", type=Path, required=True, metavar="REAL", help=text)
    text = "training volumes, or their run: copies of them are looked for; default: those of a run given as SYNTHETIC"
    evaluate.add_argument("--training", nargs="+", type=Path, metavar="TRAIN", help=text)
    evaluate.add_argument("--out", type=Path, required=True, metavar="REPORT", help="folder for report.json and .html")
    evaluate.add_argument("--title", metavar="TEXT", help="of the report; default: the name of SYNTHETIC")
    evaluate.add_argument(
        "--count", type=_positive, metavar="N", help="volumes of a model; default: as many as real ones"
    )
    evaluate.add_argument("--seed", type=int, default=0, metavar="K", help="of a model's volumes, and of all draws")
    evaluate.add_argument(
        "--shape", type=_sides, metavar="N or D,H,W", help="grid that all are brought to; default: 64"
    )
    evaluate.add_argument("--fit", choices=FITS, help="as in training; default: isotropic")
    _add_intensities(evaluate)
    text = "weights of MedicalNet's 3D ResNet-50, .safetensors or .pth, for two metrics more"
    evaluate.add_argument("--medicalnet", type=Path, metavar="FILE", help=text)
    evaluate.add_argument("--device", choices=DEVICES, default="auto", help="where a model is sampled; default: auto")
    _add_cache(evaluate)


def _add_estimate(commands) -> None:
    estimate = _command(commands, "estimate", "Say what a training step and a new volume will take.")
    estimate.add_argument("--memory-budget", type=_size, metavar="SIZE", help="default: what the device has free")
    estimate.add_argument("--json", action="store_true", help="as one JSON object")
    _add_settings(estimate)


def _add_benchmark(commands) -> None:
    benchmark = _command(commands, "benchmark", "Compare with the plain step and synthesis, in one run.")
    benchmark.add_argument("--quick", action="store_true", help="small shapes only, in less than a minute")
    benchmark.add_argument("--json", action="store_true", help="as one JSON object")


def _add_selftest(commands) -> None:
    _command(commands, "selftest", "Say whether every package that is needed can be loaded.")


def _add_info(commands) -> None:
    info = _command(commands, "info", "Print a model's card.")
    info.add_argument("model", type=Path, metavar="MODEL", help="model.safetensors, or the folder of a run")
    info.add_argument("--json", action="store_true", help="the whole card as JSON")


def _add_export(commands) -> None:
    export = _command(commands, "export", "Copy a model to a file of its own.")
    export.add_argument("model", type=Path, metavar="MODEL", help="model.safetensors, or the folder of a run")
    export.add_argument("out", type=Path, metavar="OUT", help="new file, NAME.safetensors")
    export.add_argument("--half", action="store_true", help="half as large: weights of 16 bits")
    export.add_argument("--name", help="the model's name in its card; default: as it is, a run's is the run's")
    export.add_argument("--licence", metavar="TEXT", help="licence of the model in its card; default: as it is")


def _add_phantoms(commands) -> None:
    phantoms = _command(commands, "phantoms", "Make procedural head or chest volumes with label maps.")
    phantoms.add_argument("out", type=Path, metavar="OUT", help="folder; gets images/ and labels/")
    phantoms.add_argument("--count", type=_positive, default=24, metavar="N", help="how many; default: 24")
    phantoms.add_argument("--kind", choices=("head", "chest"), default="head", help="MRI head or CT chest")
    phantoms.add_argument("--seed", type=int, default=0, metavar="K", help="number of the first one")
    phantoms.add_argument("--shape", type=_sides, default=(64, 64, 64), metavar="N or D,H,W", help="default: 64")


def _sides(text: str) -> tuple[int, int, int]:
    try:
        sides = tuple(int(n) for n in text.replace("x", ",").split(","))
    except ValueError:
        sides = ()
    sides = sides * 3 if len(sides) == 1 else sides
    if len(sides) != 3 or min(sides) < 8:
        raise argparse.ArgumentTypeError(f"must be one number or three such as 64,96,96, got {text!r}")
    return sides


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"must be a whole number greater than 0, got {text!r}")
    return int(text)


_ADD_COMMANDS = (
    _add_check,
    _add_train,
    _add_synthesize,
    _add_evaluate,
    _add_estimate,
    _add_info,
    _add_export,
    _add_phantoms,
    _add_selftest,
    _add_benchmark,
)
