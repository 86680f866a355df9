"""What a report says in plain words, the worst first. Standard library only: Slicer's panel reads it, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .verdicts import BETTER, CLOSE, FAR, FEWEST_TELLING, LIKE_REAL, UNDECIDED, UNKNOWN, verdicts

MOST_FINDINGS = 4
ENOUGH = 3 * FEWEST_TELLING
"""Real volumes, and as many synthetic ones, from which every measure can tell."""
AXES = {"depth": "from head to foot", "height": "from front to back", "width": "from side to side"}


def summarize(report: Mapping) -> str:
    """What is wrong and how badly, then how many measures find nothing wrong, and how many can't know."""
    judged = verdicts(report)
    found = [
        sentence
        for degree in (FAR, CLOSE)
        for name in _FINDINGS
        if judged.get(name) == degree and (sentence := _FINDINGS[name](report[name]))
    ]
    return " ".join([*found[:MOST_FINDINGS], *_counts(judged)])


def _counts(judged: Mapping[str, str]) -> list[str]:
    """How many measures see no difference, and how many would see none in any case."""
    measured = [each for each in judged.values() if each != UNKNOWN]
    different = sum(each in (FAR, CLOSE) for each in measured)
    like, undecided = sum(each in (LIKE_REAL, BETTER) for each in measured), measured.count(UNDECIDED)
    sentences = []
    if different:
        sentences.append(f"{different} of {len(measured)} measures tell them from real volumes.")
    if like:
        of_all = "" if different else f" of {len(measured)}"
        sentences.append(f"{like}{of_all} find no difference.")
    if undecided:
        sentences.append(
            f"{undecided} can't know from so few volumes: {ENOUGH} real and {ENOUGH} synthetic ones are enough."
        )
    return sentences


def _above(score: Mapping) -> bool:
    return score["value"] > score["interval"][1]


def _sides(below: str, above: str) -> Callable[[Mapping], str]:
    """A sentence for a value under its interval, and one for a value over it; either may be empty."""
    return lambda score: above if _above(score) else below


def _classifier(score: Mapping) -> str:
    return f"A simple classifier tells {score['value']:.0%} of them from real volumes rightly, where chance gives 50%."


def _edges(score: Mapping) -> str:
    ratio, where = score["value"], _axis_of_value(score)
    if ratio < 1:
        return f"They are blurred: edges {where} are {1 - ratio:.0%} weaker than in real volumes."
    return f"They are noisy: edges {where} are {ratio - 1:.0%} stronger than in real volumes."


def _streaks(score: Mapping) -> str:
    where, less = _axis_of_value(score), f"{1 - score['value']:.0%}"
    return f"They are streaked {where}: {less} less changes along that axis than in real volumes."


def _axis_of_value(score: Mapping) -> str:
    """The axis whose ratio is the score's value."""
    return next(words for axis, words in AXES.items() if score[axis] == score["value"])


_FINDINGS: Mapping[str, Callable[[Mapping], str]] = {
    "classifier": _classifier,
    "edges": _edges,
    "streaks": _streaks,
    "ms_ssim": _sides(
        "They differ more from one another than real ones do.", "They differ too little from one another."
    ),
    "coherence": _sides("Parts of a volume don't fit together.", ""),
    "seam_index": _sides(
        "Planes where sub-volumes meet are smoother than others.", "Steps show where sub-volumes meet."
    ),
    "coverage": _sides("Many kinds of real volumes are never made.", ""),
    "spectrum_distance": _sides("", "Their detail, fine or coarse, isn't that of real ones."),
    "histogram_wasserstein": _sides("", "Their intensities are off."),
    "frechet_random3d": _sides("", "As a set they look different."),
}
"""Of each measure outside its interval a sentence, or none; the most telling first."""
