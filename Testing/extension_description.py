"""What an extension says of itself: in an .s4ext file, and in the catalogue's words."""

import json
from pathlib import Path

CATALOGUE_WORDS = {
    "scm_type": "scm",
    "scm_url": "scmurl",
    "scm_revision": "scmrevision",
    "build_dependencies": "depends",
}
"""Keys of the catalogue entry that have another name in an .s4ext file."""


def read_description(path: Path) -> dict[str, str]:
    """Return the keys and values of an .s4ext file, in its order: the first word of a line is its key."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return {key: value.strip() for key, _, value in pairs}


def catalogue_description(path: Path) -> dict[str, str]:
    """Return a catalogue entry, a JSON file, with keys and values as an .s4ext file writes them."""
    entry = json.loads(path.read_text(encoding="utf-8"))
    return {CATALOGUE_WORDS.get(key, key): _as_text(value) for key, value in entry.items() if key != "$schema"}


def _as_text(value) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)
