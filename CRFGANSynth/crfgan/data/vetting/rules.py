"""Which volumes of a set are no training volumes, or would spoil the others: rules of thumb, and a word against each.

The one place that knows: `check`, `train` and `evaluate` ask it, and through them the panel.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...volumes.discovery import Source
from ..preprocessing import CT, Survey
from .told import Problem
from .words import COPIES, LABEL_MAPS, LOCALIZERS, NONE, ODD_SIZES, PHASE_MAPS

FEWEST_SLICES = 8
"""Slices under which a volume is a localizer."""
ODD_FACTOR = 4.0
"""So many times as large as the others along an axis, a volume would leave them a few voxels each."""
FEWEST_OTHERS = 2
"""Volumes that say together how large one is."""
_LABEL_WORDS = {
    "seg", "segs", "dseg", "segmentation", "segmentations", "mask", "masks", "label", "labels", "labelmap", "lbl",
    "labelstr", "labelsts", "roi", "rois", "aseg", "aparc", "parcellation", "annotation", "annotations", "gt",
}  # fmt: skip
_WORDS = re.compile("[a-z]+")
UNITS = "units"
"""Cause of what no word of `--include` helps against, but the modality does."""


@dataclass(frozen=True)
class Member:
    """A volume of a set: where it is from, and what is known of it."""

    source: Source
    survey: Survey

    @property
    def name(self) -> str:
        """What people call it."""
        return self.source.name


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a set."""

    problems: dict[int, Problem]
    """Why a volume is left out, by its index."""
    notes: list[str]
    """Sentences on volumes that are used."""


def vet(members: Sequence[Member], modality: str, include: Collection[str] = NONE) -> Verdict:
    """Judge each volume of a set, and the set.

    Args:
        modality: as in the settings.
        include: words of `words.MEANINGS` on which the user insists.
    """
    problems: dict[int, Problem] = {}
    for index, member in enumerate(members):
        problem = next((p for p in _by_itself(member, modality) if p.cause not in include), None)
        if problem:
            problems[index] = problem
    for rule in (_copies, _odd_sizes, _minority):
        left = [index for index in range(len(members)) if index not in problems]
        found = rule([members[index] for index in left])
        problems |= {left[place]: p for place, p in found.items() if p.cause not in include}
    kept = [member for index, member in enumerate(members) if index not in problems]
    return Verdict(problems, [*_remarks(kept), *_padding_note(kept), *_unit_notes(kept, modality)])


def _insist(word: str) -> str:
    return f"Leave it out, or add `--include {word}` to use it all the same."


def _by_itself(member: Member, modality: str) -> Iterator[Problem]:
    """What is wrong with a volume whatever the others are."""
    name, evidence = member.name, member.survey.evidence
    if evidence.is_label_map or (evidence.may_be_label_map and _is_named_label_map(member.source)):
        yield Problem(
            LABEL_MAPS, name, f"{name} looks like a label map ({_why_label_map(member)}).", _insist(LABEL_MAPS)
        )
    if member.source.is_localizer or min(evidence.shape) < FEWEST_SLICES:
        why = "its header says so" if member.source.is_localizer else f"{min(evidence.shape)} slices"
        yield Problem(LOCALIZERS, name, f"{name} looks like a localizer ({why}).", _insist(LOCALIZERS))
    if evidence.is_phase:
        yield Problem(
            PHASE_MAPS, name, f"{name} looks like a map of phases (values evenly spread).", _insist(PHASE_MAPS)
        )
    if modality == "auto" and evidence.lacks_intercept:
        sentence = f"{name} looks like CT with 1024 added to each value (its rescale intercept is missing)."
        advice = "Name the modality lung-ct, by which 1024 is taken off, or export it again."
        yield Problem(UNITS, name, sentence, advice)


def _is_named_label_map(source: Source) -> bool:
    path = source.files[0]
    words = _WORDS.findall(f"{path.parent.name} {_stem(path)}".lower())
    return not _LABEL_WORDS.isdisjoint(words)


def _stem(path: Path) -> str:
    return path.name.split(".")[0] + (" seg" if ".seg." in path.name.lower() else "")


def _why_label_map(member: Member) -> str:
    values = member.survey.evidence.values
    content = f"{values} whole values" if values else "values from 0 to 1"
    return f"{content}, and its name" if _is_named_label_map(member.source) else content


def _copies(members: Sequence[Member]) -> dict[int, Problem]:
    """All but the first of those with the same voxels."""
    first: dict[str, str] = {}
    problems = {}
    for index, member in enumerate(members):
        original = first.setdefault(member.survey.evidence.identity, member.name)
        if original != member.name:
            sentence = f"{member.name} is the same scan as {original}, which is used once."
            advice = f"Remove one of them, or add `--include {COPIES}` to use both."
            problems[index] = Problem(COPIES, member.name, sentence, advice, of=original)
    return problems


def _odd_sizes(members: Sequence[Member]) -> dict[int, Problem]:
    """Those many times as large as the others, and those as small whose voxels are as small, too."""
    if len(members) <= FEWEST_OTHERS:
        return {}
    extents = np.array([member.survey.extent for member in members])
    spacings = np.array([member.survey.spacing for member in members])
    others = _medians_of_others(extents)
    ratios, finer = extents / others, _medians_of_others(spacings) / spacings
    is_small = (1 / ratios >= ODD_FACTOR) & (finer >= ODD_FACTOR)
    is_odd = (ratios >= ODD_FACTOR).any(axis=1) | is_small.all(axis=1)
    problems = {
        int(index): _odd_size(members[index], extents[index], others[index], ratios[index])
        for index in np.flatnonzero(is_odd)
    }
    return problems if len(problems) <= len(members) / 2 else {}


def _medians_of_others(values: np.ndarray) -> np.ndarray:
    """For each row of (N, 3) the median of all other rows, without looking at all for each."""
    in_order, ranks = np.sort(values, axis=0), values.argsort(axis=0).argsort(axis=0)
    others = len(values) - 1
    middle = [np.where(at < ranks, in_order[at], in_order[at + 1]) for at in ((others - 1) // 2, others // 2)]
    return sum(middle) / 2


def _odd_size(member: Member, own: np.ndarray, others: np.ndarray, ratio: np.ndarray) -> Problem:
    factor = ratio.max() if ratio.max() >= ODD_FACTOR else 1 / ratio.min()
    times = f"{factor:.3g} times as {'large' if ratio.max() >= ODD_FACTOR else 'small'}"
    sizes = [" x ".join(f"{mm:.0f}" for mm in size) for size in (own, others)]
    sentence = f"{member.name} shows {sizes[0]} mm, {times} as the others ({sizes[1]} mm)."
    advice = f"Correct its voxel size, or add `--include {ODD_SIZES}` to use it all the same."
    return Problem(ODD_SIZES, member.name, sentence, advice)


def _minority(members: Sequence[Member]) -> dict[int, Problem]:
    """Those that aren't of the kind that most are; at a tie, that the first is."""
    kinds = Counter(member.survey.units.name for member in members)
    if len(kinds) < 2:
        return {}
    (most, _), total = kinds.most_common(1)[0], kinds.total()
    problems = {}
    for index, member in enumerate(members):
        if (units := member.survey.units.name) != most:
            others = f"{total - kinds[units]} of {total} volumes"
            seems = (
                f"looks like CT, while {others} don't" if units == "HU" else f"doesn't look like CT, while {others} do"
            )
            problems[index] = Problem(
                UNITS, member.name, f"{member.name} {seems}.", "Leave it out: a training learns one kind."
            )
    return problems


def _remarks(members: Sequence[Member]) -> Iterator[str]:
    for remark in dict.fromkeys(member.survey.remark for member in members if member.survey.remark):
        names = [member.name for member in members if member.survey.remark == remark]
        yield f"{len(names)} of {len(members)} volumes have {remark}; {names[0]} is among them."


def _padding_note(members: Sequence[Member]) -> Iterator[str]:
    padded = [member for member in members if member.survey.evidence.padding]
    if padded:
        paddings = [member.survey.evidence.padding for member in padded]
        values = ", ".join(f"{value:g}" for value in sorted({padding.value for padding in paddings}))
        share = np.mean([padding.share for padding in paddings])
        yield (
            f"{len(padded)} of {len(members)} volumes hold {values} in {share:.1%} of their voxels, where nothing was "
            f"measured ({padded[0].name} among them): taken for air."
        )


def _unit_notes(members: Sequence[Member], modality: str) -> Iterator[str]:
    if modality not in CT:
        return
    raw = [member.name for member in members if member.survey.evidence.lacks_intercept]
    if raw:
        yield (
            f"{len(raw)} of {len(members)} volumes look like CT with 1024 added to each value (their rescale intercept "
            f"is missing): 1024 was taken off ({raw[0]} among them)."
        )
    known = {*raw, *(member.name for member in members if member.survey.evidence.looks_like_ct)}
    other = [member.name for member in members if member.name not in known]
    if other:
        yield (
            f"{len(other)} of {len(members)} volumes don't look like CT, though the modality is {modality} "
            f"({other[0]} among them). Look whether their values are Hounsfield units."
        )
