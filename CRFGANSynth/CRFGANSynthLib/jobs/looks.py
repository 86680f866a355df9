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


def checkJob(folder, makeWorker=WorkerProcess):
    """A Job whose result are the events `checked` of the volumes in a folder on the disk."""
    found, pictures = [], temporary_files.newFolder()
    arguments = ["check", folder, "--out", pictures]
    job = Job(_("Check"), arguments, pictures, lambda: found, makeWorker=makeWorker)
    job.eventObservers.append(lambda job, events: found.extend(e for e in events if e["event"] == "checked"))
    return job


def selfTestJob(makeWorker=WorkerProcess):
    """A Job whose events `tried` name each package and its problem."""
    job = Job(_("Self-test"), ["selftest"], temporary_files.newFolder(), makeWorker=makeWorker)
    job.stateObservers.append(temporary_files.removeFolder)
    return job
