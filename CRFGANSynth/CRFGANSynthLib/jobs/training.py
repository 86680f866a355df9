"""Jobs that train: a new run, or one that goes on."""

import csv
import json
from pathlib import Path

from slicer.i18n import tr as _

from .. import preferences
from ..job import TRAINING, Job
from ..nodes import exportNodes, refuseNonLinear
from .looks import insisting
from .temporary_files import EXPORTED, removeExported
from .worker import WorkerProcess


def runJob(run, arguments, makeWorker=WorkerProcess):
    """A Job in the folder of a run, whose result is the path of the model."""
    from crfgan.storage.run_folder import RunFolder

    title = _("Training {name}").format(name=run.name)
    return Job(title, arguments, run, lambda: RunFolder(run).model, TRAINING, makeWorker)


def newRun(run, config, nodes, files, labels=None, include=(), makeWorker=WorkerProcess):
    """A Job that trains in a new folder.

    Args:
        config: a crfgan.config.Config.
        nodes: scalar volume nodes to train on.
        files: files and folders of volumes on the disk, to train on as well.
        labels: class of each node, then of each file; None for no classes.
        include: words by which the user insists on what would be left out.

    Raises:
        crfgan.errors.InputError: labels, volumes or words don't fit; the folder holds a run, or can't be written.
    """
    from crfgan.data.vetting.words import MEANINGS
    from crfgan.errors import InputError
    from crfgan.storage.atomic import make_folder, write_whole
    from crfgan.storage.run_folder import RunFolder

    if labels is not None and len(labels) != len(nodes) + len(files):
        text = _("Every volume must have a class: {wanted} are needed, {given} are given.")
        raise InputError(text.format(wanted=len(nodes) + len(files), given=len(labels)))
    for word in include:
        if word not in MEANINGS:
            text = _("`include` must hold words of {words}, got {word!r}. Choose among them.")
            raise InputError(text.format(words=", ".join(MEANINGS), word=word))
    refuseNonLinear(nodes)
    if RunFolder(run).is_run:
        raise InputError(_("{run} already holds a run. Choose another name.").format(run=run.name))
    exported = make_folder(run / EXPORTED)
    write_whole(exported / "settings.json", json.dumps(config.to_dict()).encode())
    job = runJob(run, _argumentsOfNewRun(run, nodes, files, labels, include), makeWorker)
    job.stateObservers.append(removeExported)
    return job


def _argumentsOfNewRun(run, nodes, files, labels, include):
    exported = run / EXPORTED
    paths = (yield from exportNodes(nodes, exported)) + [Path(file).absolute() for file in files]
    # A list in a file: a few hundred paths are more than a command line may hold on Windows.
    # Names of files that aren't UTF-8 are written byte by byte, as the core reads them.
    (exported / "volumes.txt").write_text("\n".join(map(str, paths)), encoding="utf-8", errors="surrogateescape")
    arguments = ["train", f"@{exported / 'volumes.txt'}", "--out", run, "--config", exported / "settings.json"]
    if labels is not None:
        table = exported / "labels.csv"
        with open(table, "w", newline="", encoding="utf-8", errors="surrogateescape") as file:
            # By their files: the core alone knows what it calls a volume.
            csv.writer(file).writerows([("file", "class"), *zip(paths, labels, strict=True)])
        arguments += ["--labels", table]
    return arguments + insisting(include) + preferences.memoryArguments()


def resumedRun(run, iterations=None, makeWorker=WorkerProcess):
    """A Job that goes on with a run, to so many training steps in all; None for as many as it was to have.

    Raises:
        crfgan.errors.InputError: there is no run in this folder, or it is at work.
    """
    from crfgan.errors import InputError
    from crfgan.runs.library import read_run

    if read_run(run).running:
        raise InputError(_("{run} is at work already.").format(run=run.name))
    arguments = ["train", "--resume", run, *preferences.memoryArguments()]
    if iterations is not None:
        arguments += ["--iterations", iterations]
    return runJob(run, arguments, makeWorker)
