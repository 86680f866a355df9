"""Why work failed, in a sentence for the user."""

import logging
from pathlib import Path

from slicer.i18n import tr as _


def sentenceOf(error):
    """What a user is told of an exception: the core's own sentences as they are."""
    from crfgan.errors import InputError

    if isinstance(error, InputError | RuntimeError):
        return str(error)
    if isinstance(error, OSError):
        where = Path(error.filename).name if error.filename else _("A file")
        return _("{name} can't be used: {reason}.").format(name=where, reason=error.strerror or error)
    logging.exception("CRFGANSynth")
    return _("That did not work because of an unexpected error; the log of the application says more.")


def shortened(text, *folders):
    """The text with what lies in `folders` or at home named from there."""
    for folder in folders:
        text = text.replace(f"{folder}/", "").replace(f"{folder}\\", "").replace(str(folder), Path(folder).name)
    return text.replace(str(Path.home()), "~")
