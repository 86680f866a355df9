"""An evaluation from end to end: volumes to one grid, all metrics, the memorisation audit, the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..config import Preprocessing
from ..data.cache import Cache
from ..data.prepare import Asked
from ..data.vetting.words import NONE
from ..errors import InputError, Interrupted
from ..events import Report
from ..memorisation.audit import NOMINAL_RATE, audit
from ..metrics.features.extractors import Extractor
from ..storage.run_folder import MODEL
from .collection import LazyVolume
from .common_grid import REAL, SYNTHETIC, TRAINING, ResampledSets, VolumeSet, resample_sets
from .measure import measure, require_enough
from .report import report_header, write_report
from .verdicts import METRICS

UNKNOWN_TRAINING = "The training volumes aren't known, so copies of them can't be looked for."


@dataclass(frozen=True)
class EvaluationInputs:
    """What is to be evaluated."""

    title: str
    real: Sequence[LazyVolume]
    synthetic: Sequence[LazyVolume]
    training: Sequence[LazyVolume]
    """Empty where they aren't known."""
    settings: Preprocessing
    """How all are brought to one grid."""
    seed: int = 0
    partial: str = ""
    """What is missing of the synthetic volumes, in a sentence; empty for nothing."""
    include: Collection[str] = NONE
    """Words by which the user insists on volumes that rules of thumb leave out."""


def evaluate(
    inputs: EvaluationInputs,
    folder: Path,
    extractors: Mapping[str, Extractor],
    cache: Cache,
    report: Report,
    should_stop: Callable[[], bool],
) -> bool:
    """Write report.json and report.html into `folder`; returns whether all was measured.

    What can't be read is left out and told of; when to stop is asked for, the report says what is missing.

    Raises:
        InputError: too few volumes can be used, they are of different modality, or a folder can't be written.
    """
    require_enough(len(inputs.real), len(inputs.synthetic))
    resampled, skipped = _resampled(inputs, cache, report, should_stop)
    real, synthetic = resampled.sets[REAL], resampled.sets[SYNTHETIC]
    results = report_header(resampled, inputs.seed, inputs.title, _feature_names(extractors), skipped)
    results["partial"] = inputs.partial
    window_width = resampled.units.high - resampled.units.low
    progress = _Progress(report, _metric_count(extractors) + 1, should_stop)
    results["memorisation"] = _no_audit("It was stopped before copies were looked for.")
    complete = False
    with suppress(Interrupted):
        for name, score in measure(real.volumes, synthetic.volumes, extractors, window_width, inputs.seed, progress):
            results[name] = score.to_dict()
            report("measured", name=name, value=score.value, floor=score.floor, interval=score.interval)
            progress.next()
        results["memorisation"] = _memorisation(inputs, resampled, progress)
        complete = True
    if not complete:
        results["partial"] = "It was stopped before everything was measured."
    report("evaluating", done=100, total=100)
    write_report(folder, results, resampled)
    return complete


class _Progress:
    """Tells, in percent, how far an evaluation is: its metrics, and the audit, count the same.

    Raises:
        Interrupted: from any method: to stop was asked for.
    """

    def __init__(self, report: Report, total: int, should_stop: Callable[[], bool]):
        self.report, self.total, self.should_stop, self.done, self.shown = report, total, should_stop, 0, -1

    def __call__(self, share: float) -> None:
        """A share of the current step is done."""
        if self.should_stop():
            raise Interrupted("Stopped; the report holds what was measured.")
        percent = int(100 * (self.done + share) / self.total)
        if percent > self.shown:
            self.shown = percent
            self.report("evaluating", done=percent, total=100)

    def next(self) -> None:
        """The current step is done."""
        self.done += 1
        self(0.0)


def _metric_count(extractors: Mapping[str, Extractor]) -> int:
    """How many metrics there are with these extractors."""
    return sum(not name.startswith(("frechet_", "mmd_")) or name.partition("_")[2] in extractors for name in METRICS)


def _feature_names(extractors: Mapping[str, Extractor]) -> list[str]:
    return [getattr(extract, "name", name) for name, extract in extractors.items()]


def _resampled(
    inputs: EvaluationInputs, cache: Cache, report: Report, should_stop: Asked
) -> tuple[ResampledSets, list[dict]]:
    """The sets on one grid, and what was left out of them."""
    skipped = []

    def skip(name: str, reason: str) -> None:
        skipped.append({"name": name, "reason": reason})
        report("skipped", name=name, reason=reason)

    def note(sentence: str) -> None:
        report("noted", sentence=sentence)

    def progress(done: int, total: int) -> None:
        report("preparing", done=done, total=total)

    # report.json lists what was skipped in this order.
    volumes = {SYNTHETIC: inputs.synthetic, REAL: inputs.real}
    if inputs.training:
        volumes[TRAINING] = inputs.training
    resampled = resample_sets(volumes, inputs.settings, cache, inputs.include, skip, note, progress, should_stop)
    return resampled, skipped


def _memorisation(inputs: EvaluationInputs, resampled: ResampledSets, progress: Callable[[float], None]) -> dict:
    if not inputs.training:
        return _no_audit(UNKNOWN_TRAINING)
    real, synthetic, training = (resampled.sets[name] for name in (REAL, SYNTHETIC, TRAINING))
    known = set(training.identities)
    held_out = [real.volumes[index] for index, identity in enumerate(real.identities) if identity not in known]
    result = audit(training.volumes, held_out, synthetic.volumes, lambda done, total: progress(min(done / total, 0.99)))
    pairs = [
        {
            "synthetic": synthetic.names[pair.synthetic],
            "training": training.names[pair.training],
            "distance": pair.distance,
            "flagged": pair.flagged,
        }
        for pair in result.pairs
    ]
    return {
        "flagged": result.flagged,
        "nominal_rate": NOMINAL_RATE,
        "threshold": result.threshold,
        "held_out": len(held_out),
        "sentence": result.sentence() + _leaked(len(real) - len(held_out), len(real)) + _exact(synthetic, known),
        "pairs": pairs,
    }


def _leaked(count: int, total: int) -> str:
    """What is said where real volumes are training volumes."""
    if not count:
        return ""
    are = "is a training volume" if count == 1 else "are training volumes"
    isnt = "it isn't" if count == 1 else "they aren't"
    so = "copies can't be told by them" if count == total else f"{isnt} counted as held out"
    return f" {count} of {total} real volumes {are}, so that {so}."


def _exact(synthetic: VolumeSet, training: Collection[str]) -> str:
    """What is said of synthetic volumes that are training volumes, voxel by voxel."""
    count = sum(identity in training for identity in synthetic.identities)
    return f" {count} of {len(synthetic)} synthetic volumes hold a training volume's very voxels." if count else ""


def _no_audit(sentence: str) -> dict:
    return {
        "flagged": None, "nominal_rate": NOMINAL_RATE, "threshold": None, "held_out": 0, "sentence": sentence,
        "pairs": [],
    }  # fmt: skip


def title_of(paths: Sequence[Path]) -> str:
    """What a report of volumes from these places is called."""
    first = paths[0].absolute()
    name = first.parent.name if first.name == MODEL else first.name
    return name if len(paths) == 1 else f"{name} and {len(paths) - 1} more"


def require_not_empty(paths: Sequence[Path], volumes: Sequence[LazyVolume], name: str) -> None:
    """Raise InputError where no volume is found in some places."""
    if not volumes:
        raise InputError(
            f"{title_of(paths)} must hold {name} volumes, but none was found. Give files, or a folder with some."
        )
