"""What the package raises when a person can put it right, and how names of any file are shown to people."""

from __future__ import annotations

import re
from pathlib import Path

_BYTES = re.compile("[\udc80-\udcff]+")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def readable(text: str | Path) -> str:
    """`text` as every terminal and file can have it: bytes that aren't UTF-8 as Latin-1, control characters as `?`.

    Names of files may hold anything: the first kind can't be printed, the second rules a terminal.
    """
    text = _BYTES.sub(lambda found: bytes(ord(letter) - 0xDC00 for letter in found[0]).decode("latin-1"), str(text))
    return _UNSEEN.sub("?", text)


class InputError(ValueError):
    """Bad input, told on one line for the user: what must hold, what was found, what to do about it."""

    def __init__(self, sentence: str):
        super().__init__(readable(sentence))


class Interrupted(Exception):
    """Work was left because to stop was asked for; the text says what is kept, and how to go on."""
