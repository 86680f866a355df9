"""An evaluation from end to end: volumes to one grid, all metrics, the memorisation audit, the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..config import Preprocessing
from ..data.cache import Cache
from ..errors import InputError
from ..events import Report
from ..memorisation.audit import NOMINAL_RATE, audit
from ..metrics.features.extractors import Extractor
from ..storage.run_folder import MODEL
from .collection import Entry, without_known
from .common_grid import Aligned, align
from .measure import measure, require_enough
from .report import describe, write_report
from .verdicts import METRICS

SYNTHETIC, REAL, TRAINING = "synthetic", "real", "training"
UNKNOWN_TRAINING = "The training volumes aren't known, so copies of them can't be looked for."


@dataclass(frozen=True)
class Question:
    """What is to be evaluated."""

    title: str
    synthetic: Sequence[Entry]
    real: Sequence[Entry]
    training: Sequence[Entry]
    """Empty where they aren't known."""
    settings: Preprocessing
    """How all are brought to one grid."""
    seed: int = 0
    partial: str = ""
    """What is missing of the synthetic volumes, in a sentence; empty for nothing."""


def evaluate(
    question: Question,
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
    require_enough(len(question.synthetic), len(question.real))
    aligned, skipped = _aligned(question, cache, report)
    synthetic, real = aligned.sets[SYNTHETIC], aligned.sets[REAL]
    found = describe(aligned, question.seed, question.title, _names(extractors), skipped)
    found["partial"] = question.partial
    window = aligned.units.high - aligned.units.low
    progress = _Progress(report, _count(extractors) + 1)
    whole = True
    for name, score in measure(synthetic.volumes, real.volumes, extractors, window, question.seed, progress):
        found[name] = score.to_dict()
        report("measured", name=name, value=score.value, floor=score.floor, interval=score.interval)
        progress.next()
        if should_stop():
            whole, found["partial"] = False, "It was stopped before everything was measured."
            break
    stopped = "It was stopped before copies were looked for."
    found["memorisation"] = _audited(question, aligned, progress) if whole else _no_audit(stopped)
    progress.next()
    write_report(folder, found, aligned)
    return whole


class _Progress:
    """Tells, in percent, how far an evaluation is: its metrics, and the audit, count the same."""

    def __init__(self, report: Report, total: int):
        self.report, self.total, self.done, self.shown = report, total, 0, -1

    def __call__(self, share: float) -> None:
        """A share of the step at hand is done."""
        percent = int(100 * (self.done + share) / self.total)
        if percent > self.shown:
            self.shown = percent
            self.report("evaluating", done=percent, total=100)

    def next(self) -> None:
        """The step at hand is done."""
        self.done += 1
        self(0.0)


def _count(extractors: Mapping[str, Extractor]) -> int:
    """How many metrics there are with these extractors."""
    return sum(not name.startswith(("frechet_", "mmd_")) or name.partition("_")[2] in extractors for name in METRICS)


def _names(extractors: Mapping[str, Extractor]) -> list[str]:
    return [getattr(extract, "name", name) for name, extract in extractors.items()]


def _aligned(question: Question, cache: Cache, report: Report) -> tuple[Aligned, list[dict]]:
    skipped = []

    def skip(name: str, reason: str) -> None:
        skipped.append({"name": name, "reason": reason})
        report("skipped", name=name, reason=reason)

    def progress(done: int, total: int) -> None:
        report("preparing", done=done, total=total)

    entries = {SYNTHETIC: question.synthetic, REAL: question.real}
    if question.training:
        entries[TRAINING] = question.training
    return align(entries, question.settings, cache, skip, progress), skipped


def _audited(question: Question, aligned: Aligned, progress: Callable[[float], None]) -> dict:
    if not question.training:
        return _no_audit(UNKNOWN_TRAINING)
    training, real = aligned.sets[TRAINING], aligned.sets[REAL]
    unseen = {entry.name for entry in without_known(question.real, question.training)}
    held_out = [real.volumes[place] for place, name in enumerate(real.names) if name in unseen]
    synthetic = aligned.sets[SYNTHETIC]
    found = audit(synthetic.volumes, training.volumes, held_out, lambda done, total: progress(min(done / total, 0.99)))
    pairs = [
        {
            "synthetic": synthetic.names[pair.synthetic],
            "training": training.names[pair.training],
            "distance": pair.distance,
            "flagged": pair.flagged,
        }
        for pair in found.pairs
    ]
    return {
        "flagged": found.flagged,
        "nominal_rate": found.nominal_rate,
        "threshold": found.threshold,
        "held_out": len(held_out),
        "sentence": found.sentence(),
        "pairs": pairs,
    }


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


def require_not_empty(paths: Sequence[Path], entries: Sequence[Entry], what: str) -> None:
    """Raise InputError where no volume is found in some places."""
    if not entries:
        raise InputError(
            f"{title_of(paths)} must hold {what} volumes, but none was found. Give files, or a folder with some."
        )
