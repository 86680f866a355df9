"""Amounts as a person says them, what the core says in the panel's terms, and paths that aren't set."""

import math
import re
from pathlib import Path

from slicer.i18n import tr as _


def duration(seconds):
    """45 s, 12 min, 3 h 20 min; an ellipsis while it isn't known."""
    if seconds is None:
        return "..."
    if seconds < 90:
        return _("{count} s").format(count=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 90:
        return _("{count} min").format(count=minutes)
    hours = minutes // 60
    if hours < 48:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes % 60)
    return _("{count} days").format(count=round(hours / 24))


def size(count):
    """950 MB, 1.2 GB."""
    if count < 1e9:
        return _("{count} MB").format(count=math.ceil(count / 1e6))
    return _("{count} GB").format(count=f"{count / 1e9:.1f}")


def isUnset(path):
    """Whether a path parameter has no value: an empty path is the folder `.`."""
    return path is None or path == Path()


def inPanel(sentence):
    """A sentence of the core, with the panel's button in the place of the command line's option."""
    sentence = re.sub("Add `--include [a-z-]+`", _("Press Use them anyway"), sentence)
    return re.sub("add `--include [a-z-]+`", _("press Use them anyway"), sentence)
