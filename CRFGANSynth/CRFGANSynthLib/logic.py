"""The console's way to train and synthesize, which the panel uses as well, and what a scene keeps of the panel."""

import csv
import json
import os
import shutil
import time
from pathlib import Path
from typing import Annotated

import slicer
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import Choice, WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic


@parameterNodeWrapper
class CRFGANSynthParameterNode:
    """All that a user sets in the panel; saved with the scene."""

    inputVolumes: list[vtkMRMLScalarVolumeNode]
    preset: Annotated[str, Choice(["tiny-32", "small-64", "standard-128", "full-256"])] = "tiny-32"
    modality: Annotated[str, Choice(["auto", "brain-mri", "lung-ct"])] = "auto"
    iterations: Annotated[int, WithinRange(1, 1000000)] = 2000
    trainingSeed: Annotated[int, WithinRange(0, 999999)] = 0
    runFolder: Path
    modelPath: Path
    count: Annotated[int, WithinRange(1, 1000)] = 3
    seed: Annotated[int, WithinRange(0, 999999)] = 0


class CRFGANSynthLogic(ScriptedLoadableModuleLogic):
    """Training and synthesis from Python, without the panel."""

    def getParameterNode(self):
        """The scene's parameter node."""
        return CRFGANSynthParameterNode(super().getParameterNode())

    def dataFolder(self):
        """Where runs and results go unless told otherwise: a folder the user can see and delete."""
        return Path(os.path.dirname(slicer.app.slicerUserSettingsFilePath)) / "CRFGANSynth"

    def newRunFolder(self):
        """A path for a new run."""
        return self._newFolder("runs")

    def newOutputFolder(self):
        """A new, empty folder for synthetic volumes."""
        folder = self._newFolder("synthetic")
        folder.mkdir(parents=True)
        return folder

    def _newFolder(self, kind):
        base = self.dataFolder() / kind / time.strftime("%Y-%m-%d_%H-%M-%S")
        count, folder = 1, base
        while folder.exists():
            count += 1
            folder = base.with_name(f"{base.name}_{count}")
        return folder

    def trainingArguments(self, volumeNodes, run, preset="small-64", labels=None, **settings):
        """Write the volumes for the worker; returns the arguments of `crfgan` that train on them.

        Raises:
            crfgan.errors.InputError: a setting is illegal, a volume can't be used, the folder can't be written.
        """
        from crfgan.config import PRESETS
        from crfgan.errors import InputError
        from crfgan.files import make_folder, write_whole

        from .nodes import exportNodes

        config = PRESETS[preset].override(**settings)
        if (run / "config.json").exists():
            raise InputError(_("{run} already holds a run. Choose another folder.").format(run=run))
        make_folder(run)
        exported = make_folder(run / "exported")
        paths = exportNodes(volumeNodes, exported)
        write_whole(exported / "settings.json", json.dumps(config.to_dict()).encode())
        arguments = ["train", *paths, "--out", run, "--config", exported / "settings.json"]
        if labels is not None:
            table = exported / "labels.csv"
            with open(table, "w", newline="", encoding="utf-8") as file:
                rows = [(path.stem, label) for path, label in zip(paths, labels, strict=True)]
                csv.writer(file).writerows([("name", "class"), *rows])
            arguments += ["--labels", table]
        return arguments

    def synthesisArguments(self, model, count, seed, folder, className=None, referenceNode=None):
        """The arguments of `crfgan` that synthesize volumes into `folder`."""
        from .nodes import exportNodes

        arguments = ["synthesize", model, "--count", count, "--seed", seed, "--out", folder]
        if className is not None:
            arguments += ["--class", className]
        if referenceNode is not None:
            (folder / "reference").mkdir()
            arguments += ["--like", *exportNodes([referenceNode], folder / "reference")]
        return arguments

    def train(
        self, volumeNodes, shape=(64, 64, 64), iterations=2000, progress=None, folder=None, labels=None, **settings
    ):
        """Train a CRF-GAN on scalar volume nodes; returns the path of the model when done.

        Args:
            shape: voxels (D, H, W) along superior, anterior, right; each a multiple of 32.
            progress: called with each event of the worker, a dictionary; returning False saves and stops.
            folder: of the run; default: a new one below `dataFolder()`.
            labels: class of each volume, in their order; default: none.
            settings: any other setting of crfgan/config.py, and `preset`.

        Raises:
            RuntimeError: training could not start or failed; its text is a sentence for the user.
        """
        run = Path(folder) if folder is not None else self.newRunFolder()
        arguments = self.trainingArguments(
            volumeNodes, run, labels=labels, shape=tuple(shape), iterations=iterations, **settings
        )
        try:
            self._runJob(arguments, run, progress)
        finally:
            shutil.rmtree(run / "exported", ignore_errors=True)
        return run / "model.safetensors"

    def synthesize(self, model, count=1, seed=0, progress=None, folder=None, className=None, referenceNode=None):
        """Synthesize volumes into the scene; returns their vtkMRMLScalarVolumeNodes.

        Args:
            model: path of a model file or of a run's folder.
            progress: called with each event of the worker; returning False stops, and those made so far are returned.
            folder: for the files behind the nodes; default: a new one below `dataFolder()`.
            className: class to synthesize, where the model has classes.
            referenceNode: volume whose voxel grid the new ones take.

        Raises:
            RuntimeError: synthesis could not start or failed; its text is a sentence for the user.
        """
        from .nodes import loadSynthetic

        nodes = []

        def collect(event):
            if event["event"] == "synthesized":
                nodes.append(loadSynthetic(event["path"]))
            return progress(event) if progress is not None else None

        folder = self.newOutputFolder() if folder is None else Path(folder)
        arguments = self.synthesisArguments(model, count, seed, folder, className, referenceNode)
        self._runJob(arguments, folder, collect)
        return nodes

    def _runJob(self, arguments, folder, progress):
        from .job import Job

        def onEvent(event):
            if progress is not None and progress(event) is False:
                job.stop()

        job = Job(arguments, folder, onEvent)
        job.start()
        try:
            job.wait()
        except BaseException:
            job.stop()
            job.wait()
            raise
        if job.error:
            raise RuntimeError(job.error)
