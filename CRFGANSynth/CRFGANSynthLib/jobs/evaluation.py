"""Jobs that measure synthetic volumes beside real ones."""

import json
from pathlib import Path

from slicer.i18n import tr as _

from ..job import EVALUATION, Job
from ..nodes import exportNodes, refuseNonLinear
from .temporary_files import EXPORTED, removeExported
from .worker import WorkerProcess


def evaluationJob(synthetic, real, training, folder, options, makeWorker=WorkerProcess):
    """A Job whose result is the report.

    Args:
        synthetic: volume nodes; or the path of a model file or of a run's folder, to sample from.
        real: volume nodes.
        training: volume nodes, or paths, to look for copies of.
        folder: for the report.
        options: of the command, by name, a title among them; None stands for the default.
    """
    made = [] if _isPath(synthetic) else synthetic
    refuseNonLinear([each for each in (*made, *real, *training) if not _isPath(each)])
    arguments = _arguments(synthetic, real, training, folder, options)
    job = Job(_("Comparison"), arguments, folder, lambda: _readReport(folder), EVALUATION, makeWorker)
    job.stateObservers.append(removeExported)
    return job


def _arguments(synthetic, real, training, folder, options):
    exported = folder / EXPORTED
    measured, title = [synthetic], Path(str(synthetic)).name
    if not _isPath(synthetic):
        measured, title = [exported / "synthetic"], _("Synthetic volumes of the scene")
        yield from exportNodes(synthetic, measured[0])
    yield from exportNodes(real, exported / "real")
    if training and not _isPath(training[0]):
        yield from exportNodes(training, exported / "training")
        training = [exported / "training"]
    made = ["evaluate", *measured, "--real", exported / "real", "--out", folder]
    for name, value in {**options, "title": options["title"] or title}.items():
        made += [] if value is None else [f"--{name}", value]
    return made + (["--training", *training] if training else [])


def _isPath(given):
    return isinstance(given, str | Path)


def _readReport(folder):
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {**report, "page": str(folder / "report.html")}
