"""An evaluation from end to end: volumes to one grid, all metrics, the memorisation audit, the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..cache import Cache
from ..config import Preprocessing
from ..errors import InputError
from ..events import Report
from ..memorisation import NOMINAL_RATE, audit
from .entries import Entry, without_known
from .measure import Extractor, measure, require_enough
from .report import describe, write_report
from .sets import Aligned, align
from .wording import METRICS

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
    total = sum(name.partition("_")[2] in extractors or not _is_of_features(name) for name in METRICS) + 1
    whole = True
    for done, (name, score) in enumerate(measure(synthetic.volumes, real.volumes, extractors, window, question.seed)):
        found[name] = score.to_dict()
        report("measured", name=name, value=score.value, floor=score.floor, interval=score.interval)
        report("evaluating", done=done + 1, total=total)
        if should_stop():
            whole, found["partial"] = False, "It was stopped before everything was measured."
            break
    found["memorisation"] = _audited(question, aligned) if whole else _no_audit("It was stopped before the audit.")
    report("evaluating", done=total, total=total)
    write_report(folder, found, aligned)
    return whole


def _is_of_features(name: str) -> bool:
    return name.startswith(("frechet_", "mmd_"))


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


def _audited(question: Question, aligned: Aligned) -> dict:
    if not question.training:
        return _no_audit(UNKNOWN_TRAINING)
    training, real = aligned.sets[TRAINING], aligned.sets[REAL]
    unseen = {entry.name for entry in without_known(question.real, question.training)}
    held_out = [real.volumes[place] for place, name in enumerate(real.names) if name in unseen]
    synthetic = aligned.sets[SYNTHETIC]
    found = audit(synthetic.volumes, training.volumes, held_out)
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
    name = first.parent.name if first.name == "model.safetensors" else first.name
    return name if len(paths) == 1 else f"{name} and {len(paths) - 1} more"


def require_not_empty(paths: Sequence[Path], entries: Sequence[Entry], what: str) -> None:
    """Raise InputError where no volume is found in some places."""
    if not entries:
        raise InputError(
            f"{title_of(paths)} must hold {what} volumes, but none was found. Give files, or a folder with some."
        )
