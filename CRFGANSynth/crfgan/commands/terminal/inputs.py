"""What several commands read: volumes, prepared ones from the cache, a model."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import TYPE_CHECKING

from ...data.vetting.words import MEANINGS, SYNTHETIC
from ...errors import InputError, Interrupted
from ...events import Report
from .argument_types import some_path
from .interruption import Interruption

if TYPE_CHECKING:
    from ...volumes.discovery import Found

FOUND_EVERY = 1.0
"""Seconds between two words on how far a search is."""


def add_data(group, nargs: str) -> None:
    """DATA, volumes to train on: `nargs` says whether there may be none."""
    text = ".nrrd, .nii.gz, .mha files; folders of them; DICOM folders"
    group.add_argument("data", nargs=nargs, type=some_path, metavar="DATA", help=text)


def add_include(group) -> None:
    """--include, what rules of thumb would leave out."""
    meanings = "; ".join(f"{word}: {meaning}" for word, meaning in MEANINGS.items())
    text = f"use what is left out else; may be given several times. {meanings}"
    group.add_argument("--include", choices=MEANINGS, action="append", default=[], help=text)


def find_data(args: Namespace, report: Report, should_stop: Interruption) -> Found:
    """The volumes of DATA; what was passed over is told.

    Raises:
        InputError: a path can't be read, or all that was found was passed over.
        Interrupted: to stop was asked for.
    """
    from ...volumes.discovery import look_for_volumes

    found = look_for_volumes(args.data, SYNTHETIC in args.include, Search(report, should_stop))
    if not found.sources and found.notes:
        raise InputError(f"No volume was found. {' '.join(note.sentence for note in found.notes)}")
    for note in found.notes:
        report("noted", sentence=note.sentence)
    return found


class Search:
    """Says after each file how many there were, now and then, and ends the search when that is asked for."""

    def __init__(self, report: Report, should_stop: Interruption):
        self.report, self.should_stop, self.files, self.told = report, should_stop, 0, time.monotonic()

    def __call__(self) -> None:
        self.files += 1
        if time.monotonic() - self.told > FOUND_EVERY:
            self.told = time.monotonic()
            self.report("finding", files=self.files)
        if self.should_stop():
            raise Interrupted(
                f"Stopped while volumes were looked for (files so far: {self.files}). Nothing was changed."
            )


def add_cache(group) -> None:
    """--cache, the folder of prepared volumes."""
    text = "keeps prepared volumes for later runs; default: $CRFGAN_CACHE, or crfgan in your folder for caches"
    group.add_argument("--cache", type=some_path, metavar="DIR", help=text)


def add_model(group) -> None:
    """MODEL, one model."""
    group.add_argument("model", type=some_path, metavar="MODEL", help="model.safetensors, or the folder of a run")
