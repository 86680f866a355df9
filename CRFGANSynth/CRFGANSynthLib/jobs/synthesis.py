"""Jobs that bring synthetic volumes into the scene."""

import shutil
from pathlib import Path

from slicer.i18n import tr as _

from .. import preferences
from ..job import SYNTHESIS, Job
from ..nodes import exportNodes, loadSynthetic, refuseNonLinear
from .worker import FOLDER_NAME, WorkerProcess


class SynthesisJob(Job):
    """Loads each volume when the worker has written it; `nodes` are those that are in the scene, and its result.

    Args:
        model: path of a model file or of a run's folder.
        folder: for the files behind the nodes.
        referenceNode: volume whose voxel grid the new ones take; None for the model's own.
        options: of the command, by name; those that are None are left out.
    """

    def __init__(self, model, folder, referenceNode=None, options=None, makeWorker=WorkerProcess):
        references = [] if referenceNode is None else [referenceNode]
        refuseNonLinear(references)
        # Neither the result nor an observer holds the job: it would keep the volumes in memory.
        self.nodes = nodes = []
        arguments = _arguments(model, folder, references, options or {})
        super().__init__(_("Synthesis"), arguments, folder, lambda: nodes, SYNTHESIS, makeWorker)
        self.eventObservers.append(_load)
        self.stateObservers.append(_removeWorkerFolder)


def _arguments(model, folder, references, options):
    made = ["synthesize", model, "--out", folder, "--device", preferences.device(), *preferences.memoryArguments()]
    for name, value in options.items():
        made += [] if value is None else [f"--{name}", value]
    if references:
        made += ["--like", *(yield from exportNodes(references, Path(folder) / FOLDER_NAME))]
    return made


def _load(job, events):
    for path in (Path(event["path"]) for event in events if event["event"] == "synthesized"):
        try:
            job.nodes.append(loadSynthetic(path))
        except (RuntimeError, OSError):
            job.error = _("Slicer could not load {name}, which lies in the folder {folder}.").format(
                name=path.name, folder=path.parent
            )


def _removeWorkerFolder(job):
    if job.ended and not job.error:
        shutil.rmtree(job.workerFolder, ignore_errors=True)
