"""`crfgan evaluate`: what synthetic volumes, or those of a model, are worth beside real ones."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import DEVICES, FITS
from ..data.vetting.words import SYNTHETIC
from ..errors import InputError, readable
from ..events import Report
from ..storage.run_folder import RunFolder
from .terminal.argument_types import positive, seed_number, sides, some_path
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.inputs import Search, add_cache, add_include
from .terminal.interruption import Interruption
from .terminal.progress import add_progress, begin
from .terminal.settings import add_intensities, chosen_preprocessing

if TYPE_CHECKING:
    from ..evaluation.collection import LazyVolume
    from ..evaluation.evaluate import EvaluationInputs

FEWEST_SAMPLES, MOST_SAMPLES = 16, 100
"""Volumes of a model that are evaluated unless told otherwise: as many as there are real ones, within these."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    _add_volumes(parser)
    parser.add_argument("--out", type=some_path, required=True, metavar="REPORT", help="folder for the report")
    parser.add_argument("--title", type=readable, metavar="TEXT", help="of the report; default: the name of SYNTHETIC")
    text = "volumes of a model; default: as many as real ones"
    parser.add_argument("--count", type=positive, metavar="N", help=text)
    parser.add_argument("--seed", type=seed_number, default=0, metavar="K", help="of volumes and of all draws")
    text = "grid that all are brought to; default: 64"
    parser.add_argument("--shape", type=sides, metavar="N or D,H,W", help=text)
    parser.add_argument("--fit", choices=FITS, help="as in training; default: isotropic")
    add_intensities(parser)
    add_include(parser)
    text = "weights of MedicalNet's 3D ResNet-50, .safetensors or .pth, for two metrics more"
    parser.add_argument("--medicalnet", type=some_path, metavar="FILE", help=text)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where a model is sampled; default: auto")
    add_cache(parser)


def _add_volumes(parser: ArgumentParser) -> None:
    text = "synthetic volumes, files or folders; or one model to sample from"
    parser.add_argument("synthetic", nargs="+", type=some_path, metavar="SYNTHETIC", help=text)
    text = "real volumes to compare with, best such as were held out of training"
    parser.add_argument("--real", nargs="+", type=some_path, required=True, metavar="REAL", help=text)
    text = "training volumes, or their run: copies of them are looked for; default: those of a run given as SYNTHETIC"
    parser.add_argument("--training", nargs="+", type=some_path, metavar="TRAIN", help=text)


def _evaluate(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "evaluate", path=args.out)
    from ..data.cache import Cache
    from ..evaluation.evaluate import evaluate
    from ..evaluation.report import HTML, require_place
    from ..metrics.features.extractors import make_extractors

    extractors = make_extractors(args.medicalnet)
    inputs = _inputs(args, report, should_stop)
    require_place(args.out)  # said before the work, not after it
    if not evaluate(inputs, args.out, extractors, Cache(args.cache), report, should_stop):
        return INTERRUPTED
    report("finished", path=args.out / HTML)
    return OK


def _inputs(args: Namespace, report: Report, should_stop: Interruption) -> EvaluationInputs:
    """What is to be compared, sampled from a model where one was given."""
    from ..evaluation.collection import collect_volumes
    from ..evaluation.evaluate import EvaluationInputs, require_not_empty, title_of

    settings, tick = chosen_preprocessing(args), Search(report, should_stop)

    def collect(paths: list[Path], with_synthetic: bool) -> list[LazyVolume]:
        collected = collect_volumes(paths, with_synthetic, tick)
        for sentence in collected.notes:
            report("noted", sentence=sentence)
        return collected.volumes

    real = collect(args.real, SYNTHETIC in args.include)
    require_not_empty(args.real, real, "real")
    training = args.training or [path for path in args.synthetic if RunFolder(path).has_volumes]
    volumes, missing = _synthetic(args, len(real), report, should_stop)
    synthetic = collect(volumes, True)
    require_not_empty(args.synthetic, synthetic, "synthetic")
    title = args.title or title_of(args.synthetic)
    known = collect(training, SYNTHETIC in args.include)
    return EvaluationInputs(title, real, synthetic, known, settings, args.seed, missing, args.include)


def _synthetic(args: Namespace, real: int, report: Report, should_stop: Interruption) -> tuple[list[Path], str]:
    """Where the synthetic volumes are, and of a model's what is missing of them."""
    from ..evaluation.sampling import is_model, sample

    models = [path for path in args.synthetic if is_model(path)]
    if not models:
        return args.synthetic, ""
    if len(args.synthetic) > 1:
        raise InputError(
            f"SYNTHETIC must be one model, or volumes, got {models[0].absolute().name} and {len(args.synthetic) - 1} "
            "more. Evaluate each model by itself."
        )
    count = args.count or min(max(real, FEWEST_SAMPLES), MOST_SAMPLES)
    return sample(args.synthetic[0], count, args.seed, args.out, args.device, report, should_stop)


EVALUATE = Command(
    "evaluate", "Say what synthetic volumes are worth beside real ones, in a report.", _add_arguments, _evaluate
)
