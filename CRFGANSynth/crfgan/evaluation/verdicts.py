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


LIKENESS, VARIETY, CONSISTENCY = "Likeness", "Variety", "Consistency"

METRICS: Mapping[str, Wording] = {
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
    "seam_index": Wording("Seam index", "Are there steps where sub-volumes meet? 1 is none.", NEAR, CONSISTENCY),
    "coherence": Wording(
        "Coherence", "Which share does a judge take for whole, and not for put together of two?", HIGH, CONSISTENCY
    ),
}

FINDINGS: Mapping[tuple[str, bool], str] = {
    ("ms_ssim", True): "They differ too little from one another.",
    ("ms_ssim", False): "They differ more from one another than real ones do.",
    ("coverage", False): "Many kinds of real volumes are never made.",
    ("spectrum_distance", True): "Their detail, fine or coarse, isn't that of real ones.",
    ("histogram_wasserstein", True): "Their intensities are off.",
    ("seam_index", True): "Steps show where sub-volumes meet.",
    ("seam_index", False): "Planes where sub-volumes meet are smoother than others.",
    ("coherence", False): "Parts of a volume don't fit together.",
    ("frechet_random3d", True): "As a set they look different.",
}
"""What it means when a metric is far above (True) or below its interval; the most telling first."""

LIKE_REAL, CLOSE, FAR, BETTER, UNKNOWN = "like real", "near", "different", "more than real", "not measured"


def verdict(name: str, score: Mapping) -> str:
    """One of LIKE_REAL, CLOSE, FAR, BETTER, UNKNOWN: where a score of report.json stands beside its interval.

    CLOSE is what misses the interval by less than its own width.
    """
    value, interval = score["value"], score["interval"]
    if value is None or interval is None:
        return UNKNOWN
    low, high = interval
    if low <= value <= high:
        return LIKE_REAL
    good = METRICS[name].good
    if (good == LOW and value < low) or (good == HIGH and value > high):
        return BETTER
    miss = low - value if value < low else value - high
    return CLOSE if miss < high - low else FAR


def verdicts(report: Mapping) -> dict[str, str]:
    """The verdict on every metric of a report, by name and in the order of METRICS."""
    return {name: verdict(name, report[name]) for name in METRICS if name in report}


def count_like_real(verdict_of: Mapping[str, str]) -> tuple[int, int]:
    """How many verdicts can't tell the volumes from real ones, and of how many that there are."""
    measured = [each for each in verdict_of.values() if each != UNKNOWN]
    return sum(each in (LIKE_REAL, BETTER) for each in measured), len(measured)


def number(value: float | None) -> str:
    """A number with the digits that matter; a dash where there is none."""
    return "-" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
