"""What lies on the disk only while a job is at work."""

import shutil
import time
from pathlib import Path

import slicer

EXPORTED = "exported"
"""Folder in that of the work for volumes of the scene on their way to the worker."""


def newFolder():
    """An empty folder for what only looks at something."""
    folder = Path(slicer.app.temporaryPath) / f"CRFGANSynth-{time.time_ns()}"
    folder.mkdir(parents=True)
    return folder


def removeExported(job):
    """A job's observer: the worker has what it needs of these volumes."""
    if job.ended:
        shutil.rmtree(job.folder / EXPORTED, ignore_errors=True)


def removeFolder(job):
    """A job's observer: nothing in its folder is of use any more."""
    if job.ended:
        shutil.rmtree(job.folder, ignore_errors=True)
