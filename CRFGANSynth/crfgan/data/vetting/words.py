"""The words by which a user insists on volumes that rules of thumb leave out. Standard library only."""

from __future__ import annotations

import re

LABEL_MAPS, SYNTHETIC, COPIES, LOCALIZERS = "label-maps", "synthetic", "copies", "localizers"
ODD_SIZES, PHASE_MAPS = "odd-sizes", "phase-maps"

MEANINGS = {
    LABEL_MAPS: "masks and segmentations",
    SYNTHETIC: "volumes that a model made",
    COPIES: "volumes that are there under another name, too",
    LOCALIZERS: "volumes of a few slices",
    ODD_SIZES: "volumes many times as large or small as the others",
    PHASE_MAPS: "phase images",
}
"""What each word of `--include` stands for."""

NONE: frozenset[str] = frozenset()
"""Nothing is insisted on."""
_OFFER = re.compile("`--include ([a-z-]+)`")


def offered(sentence: str) -> list[str]:
    """The words by which a sentence on volumes that were left out offers to use them all the same."""
    return [word for word in _OFFER.findall(sentence) if word in MEANINGS]
