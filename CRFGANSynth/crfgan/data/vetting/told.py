"""Problems of volumes, told in one sentence where several have the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...errors import readable

LISTED = 20
"""Names in a sentence, at most."""
KINDS = {
    "label-maps": ("label map", "label maps"), "copies": ("copy", "copies"), "localizers": ("localizer", "localizers"),
    "phase-maps": ("phase map", "phase maps"),
}  # fmt: skip
"""What is no training volume, one and several, by the cause of the problem."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Problem:
    """Why a volume isn't used."""

    cause: str
    """What volumes with one problem share: a word of `--include`, or what stays of a sentence without its names."""
    name: str
    finding: str
    """A sentence on what was found."""
    advice: str = ""
    """A sentence on what to do."""
    of: str = ""
    """The volume that it is a copy of."""

    @classmethod
    def unreadable(cls, name: str, label: str, sentence: str) -> Problem:
        """Of a volume that can't be read, whose files are called `label` in the sentence."""
        sentence = readable(sentence)
        plain = sentence
        for own in sorted({readable(label), name}, key=len, reverse=True):
            plain = plain.replace(own, "*")
        return cls(_NUMBER.sub("#", plain), name, sentence)

    @property
    def sentence(self) -> str:
        """What was found and what to do."""
        return f"{self.finding} {self.advice}".rstrip()


def told_once(problems: Iterable[Problem]) -> list[tuple[list[str], str]]:
    """The names of the volumes of each cause, and one sentence for all of them."""
    causes: dict[str, list[Problem]] = {}
    for problem in problems:
        causes.setdefault(problem.cause, []).append(problem)
    return [([problem.name for problem in found], _sentence(found)) for found in causes.values()]


def _sentence(found: Sequence[Problem]) -> str:
    first, *others = found
    if not others:
        return first.sentence
    names = [f"{each.name} ({each.of})" if each.of else each.name for each in others]
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"{first.sentence} The same is true of {len(others)} more: {', '.join(names[:LISTED])}{more}."


def left_out(problems: Iterable[Problem]) -> list[str]:
    """Numbers and kinds of what is no training volume, such as `6 label maps`."""
    number = Counter(problem.cause for problem in problems if problem.cause in KINDS)
    return [f"{count} {KINDS[cause][count > 1]}" for cause, count in number.items()]
