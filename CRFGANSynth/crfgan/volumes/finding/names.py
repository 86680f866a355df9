"""Readable names of volumes, each different from all others'."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

Choices = tuple[str, str, str]
"""Names of a volume, ever longer."""


def natural(path: Path) -> list[str | int]:
    """A key that sorts paths as people do: 9 before 10."""
    parts = re.split("([0-9]+)", str(path))  # not isdigit(), which is true of superscripts, too
    return [int(part) if index % 2 else part.lower() for index, part in enumerate(parts)]


def unique_names(possible: Sequence[Choices]) -> list[str]:
    """The shortest of each volume's names that no other has; a number where all clash."""
    names = [name for name, _, _ in possible]
    for longer in (1, 2):
        count = Counter(names)
        names = [choices[longer] if count[name] > 1 else name for choices, name in zip(possible, names, strict=True)]
    taken = {}
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken[unique] = None
    return list(taken)
