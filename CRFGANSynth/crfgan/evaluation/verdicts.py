"""What each metric is called and asks, for people. Standard library only: Slicer's panel reads it, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOW, HIGH, NEAR = "low", "high", "near"


@dataclass(frozen=True)
class Wording:
    """A metric in words."""

    title: str
    question: str
    """What it asks, as a question that a radiologist would ask."""
    good: str
    """Whether lower is better (LOW), higher (HIGH), or as near as can be to real volumes (NEAR)."""
    group: str
    plain: float = 0.0
    """Of what is to be LOW or HIGH, the value from which anyone sees it; of NEAR, the factor from 1. 0 for unknown."""


LIKENESS, VARIETY, CONSISTENCY = "Likeness", "Variety", "Consistency"

METRICS: Mapping[str, Wording] = {
    "classifier": Wording(
        "Classifier test",
        "How often is a simple classifier right on which are real? 0.5 is chance.",
        LOW,
        LIKENESS,
        0.9,
    ),
    "edges": Wording(
        "Edges",
        "How strong are edges beside real ones, along the axis that is worst? 1 is right.",
        NEAR,
        LIKENESS,
        1.25,
    ),
    "frechet_random3d": Wording(
        "Frechet distance, random 3D network", "Are they alike, as a random network sees them?", LOW, LIKENESS
    ),
    "frechet_statistics": Wording(
        "Frechet distance, image statistics", "Are intensities, edges and texture alike?", LOW, LIKENESS
    ),
    "frechet_medicalnet": Wording(
        "Frechet distance, MedicalNet",
        "Are they alike, as a network trained on scans sees them?",
        LOW,
        LIKENESS,
    ),
    "mmd_random3d": Wording(
        "Kernel MMD, random 3D network", "The same question, with another distance.", LOW, LIKENESS
    ),
    "mmd_statistics": Wording(
        "Kernel MMD, image statistics", "The same question for statistics, with another distance.", LOW, LIKENESS
    ),
    "mmd_medicalnet": Wording("Kernel MMD, MedicalNet", "The same for MedicalNet.", LOW, LIKENESS),
    "precision": Wording("Precision", "Which share looks as real volumes do?", HIGH, LIKENESS),
    "density": Wording("Density", "Do they lie where real volumes are many?", HIGH, LIKENESS),
    "spectrum_distance": Wording("Power spectrum", "Are they as sharp, with as much noise?", LOW, LIKENESS),
    "histogram_wasserstein": Wording("Intensity histogram", "How far are intensities off?", LOW, LIKENESS),
    "recall": Wording("Recall", "Which share of what real volumes look like is reached?", HIGH, VARIETY),
    "coverage": Wording("Coverage", "Which share of real volumes has a synthetic one near it?", HIGH, VARIETY),
    "ms_ssim": Wording("MS-SSIM of pairs", "Do they differ from one another as much as real ones do?", NEAR, VARIETY),
    "streaks": Wording(
        "Streaks", "Are edges missing along one axis alone? 1 is none, less is streaks.", HIGH, CONSISTENCY, 0.85
    ),
    "seam_index": Wording("Seam index", "Are there steps where sub-volumes meet? 1 is none.", NEAR, CONSISTENCY),
    "coherence": Wording(
        "Coherence", "Which share does a judge take for whole, and not for put together of two?", HIGH, CONSISTENCY
    ),
}

LIKE_REAL, CLOSE, FAR, BETTER = "like real", "near", "different", "more than real"
UNDECIDED, UNKNOWN = "too few to tell", "not measured"
FEWEST_TELLING = 10
"""Volumes in each of two sets from which their distance tells anything: of 5, streaked ones pass for real."""
RELIABLE_ACCURACY = 0.75
"""Share of volumes that the judge of coherence must be right on to be relied on."""


def verdict(name: str, score: Mapping) -> str:
    """Where a score of report.json stands beside its interval: LIKE_REAL, CLOSE, FAR, BETTER, UNDECIDED or UNKNOWN.

    CLOSE is what misses the interval by less than its own width, and isn't plain to see.
    """
    value, interval = score["value"], score["interval"]
    if value is None or interval is None:
        return UNKNOWN
    low, high = interval
    is_inside = low <= value <= high
    if not is_inside and not _is_better(METRICS[name].good, value, low, high):
        miss = low - value if value < low else value - high
        return FAR if miss >= high - low or _is_plain(METRICS[name], value) else CLOSE
    if _tells_nothing(score):
        return UNDECIDED
    return LIKE_REAL if is_inside else BETTER


def _is_better(good: str, value: float, low: float, high: float) -> bool:
    return (good == LOW and value < low) or (good == HIGH and value > high)


def _tells_nothing(score: Mapping) -> bool:
    """Whether so few volumes, or so poor a judge, would have found nothing wrong in any case."""
    too_few = (score.get("subset") or FEWEST_TELLING) < FEWEST_TELLING
    return too_few or score.get("accuracy", 1.0) < RELIABLE_ACCURACY


def _is_plain(words: Wording, value: float) -> bool:
    if not words.plain:
        return False
    if words.good == NEAR:
        return value >= words.plain or value <= 1 / words.plain
    return value >= words.plain if words.good == LOW else value <= words.plain


def verdicts(report: Mapping) -> dict[str, str]:
    """The verdict on every metric of a report, by name and in the order of METRICS."""
    return {name: verdict(name, report[name]) for name in METRICS if name in report}


def number(value: float | None) -> str:
    """A number with the digits that matter; a dash where there is none."""
    return "-" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
