"""Jobs that only look at something: begun at once, beside whatever is at work."""

from slicer.i18n import tr as _

from .. import preferences
from ..job import Job
from . import temporary_files
from .worker import WorkerProcess


def estimateJob(settings, makeWorker=WorkerProcess):
    """A Job whose result says what each preset takes on this computer, by its name."""
    found = {}
    options = [part for name, value in settings.items() for part in (f"--{name.replace('_', '-')}", value)]
    arguments = ["estimate", "--device", preferences.device(), *options, *preferences.memoryArguments()]
    job = Job(_("Estimate"), arguments, temporary_files.newFolder(), lambda: found, makeWorker=makeWorker)
    job.eventObservers.append(lambda job, events: [found.update(e["presets"]) for e in events if "presets" in e])
    job.stateObservers.append(temporary_files.removeFolder)
    return job


def checkJob(folder, include=(), makeWorker=WorkerProcess):
    """A Job whose result are the events `checked` of the volumes in a folder on the disk.

    Args:
        include: words by which the user insists on what would be left out.
    """
    found, pictures = [], temporary_files.newFolder()
    arguments = ["check", folder, "--out", pictures, *insisting(include)]
    job = Job(_("Check"), arguments, pictures, lambda: found, makeWorker=makeWorker)
    job.eventObservers.append(lambda job, events: found.extend(e for e in events if e["event"] == "checked"))
    return job


def insisting(include):
    """The arguments of the core for words by which the user insists on what would be left out."""
    return [argument for word in include for argument in ("--include", word)]


def selfTestJob(makeWorker=WorkerProcess):
    """A Job whose events `tried` name each package and its problem."""
    job = Job(_("Self-test"), ["selftest"], temporary_files.newFolder(), makeWorker=makeWorker)
    job.stateObservers.append(temporary_files.removeFolder)
    return job
