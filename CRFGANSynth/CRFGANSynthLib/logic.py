"""The console's way to do all that the panel does.

Whatever takes long comes in two forms: `startX` begins it and returns a Job at once (progress, pause, stop, wait,
result), `x` waits for it and returns its result.
"""

import csv
import json
import shutil
import time
from pathlib import Path

import slicer
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from . import preferences
from .job import EVALUATION, FOLDER_NAME, SYNTHESIS, TRAINING, Job
from .job_queue import theQueue
from .nodes import ATTRIBUTE
from .parameters import CRFGANSynthParameterNode

SHIPPED_MODELS = Path(__file__).parent.parent / "Resources" / "Models"
EXPORTED = "exported"
"""Folder in a run for volumes of the scene on their way to the worker."""


class CRFGANSynthLogic(ScriptedLoadableModuleLogic):
    """Training, synthesis, and what is on the disk, from Python and without the panel."""

    def getParameterNode(self):
        """The scene's parameter node."""
        return CRFGANSynthParameterNode(super().getParameterNode())

    # Where things are.

    def dataFolder(self):
        """Where runs, models and results go unless told otherwise: a folder that a user can see and delete."""
        return preferences.dataFolder()

    def runsFolder(self):
        """Where runs go unless told otherwise."""
        return self.dataFolder() / "runs"

    def modelsFolder(self):
        """Where imported models go."""
        return self.dataFolder() / "models"

    def newRunFolder(self, name=""):
        """A path for a new run, named as wished or after the time."""
        return self._newFolder("runs", name)

    def newOutputFolder(self):
        """A new, empty folder for synthetic volumes."""
        folder = self._newFolder("synthetic")
        folder.mkdir(parents=True)
        return folder

    def _newFolder(self, kind, name=""):
        from crfgan.runs.library import free_name

        return free_name(self.dataFolder() / kind, name.strip() or time.strftime("%Y-%m-%d_%H-%M-%S"))

    # Models and runs on the disk.

    def models(self):
        """Models that can synthesize, shipped ones first: objects with path, name, card and size."""
        from crfgan.runs.library import list_models

        return list_models(SHIPPED_MODELS, self.modelsFolder(), self.runsFolder())

    def runs(self):
        """Training runs, the newest first: objects with folder, name, step, total, resumable, running, size."""
        from crfgan.runs.library import list_runs

        return list_runs(self.runsFolder())

    def importModel(self, path):
        """Copy a model file from elsewhere to the user's models; returns where it is now."""
        from crfgan.runs.library import import_model

        return import_model(Path(path), self.modelsFolder())

    def exportModel(self, model, path):
        """Copy a model, or that of a run, to a file of its own; returns its path."""
        from crfgan.runs.library import export_model

        return export_model(Path(model), Path(path))

    def rename(self, path, name):
        """Rename a model file or a run's folder; returns its new path."""
        from crfgan.runs.library import rename

        return rename(Path(path), name)

    def delete(self, path):
        """Delete a model file or a run for good."""
        from crfgan.runs.library import delete

        delete(Path(path))

    def cacheSize(self):
        """Bytes of the volumes that were prepared for training and are kept for later runs."""
        from crfgan.data.cache import Cache

        return Cache().size()

    def clearCache(self):
        """Delete prepared volumes that are kept for later runs. Runs keep theirs."""
        from crfgan.data.cache import Cache

        Cache().clear()

    # Training.

    def startTraining(
        self,
        volumeNodes=(),
        shape=None,
        iterations=None,
        progress=None,
        folder=None,
        labels=None,
        files=(),
        preset="small-64",
        **settings,
    ):
        """Begin to train a CRF-GAN; returns a Job whose result is the path of the model.

        Args:
            volumeNodes: scalar volume nodes to train on.
            shape: voxels (D, H, W) along superior, anterior, right; each a multiple of 32.
            iterations: training steps. Both are those of the preset unless given.
            progress: called with each event of the worker, a dictionary; returning False saves and stops.
            folder: of the run; default: a new one below `runsFolder()`.
            labels: class of each volume node, then of each of `files`, in their order; default: none.
            files: files and folders of volumes on the disk, to train on as well. A folder's class is that of all in it.
            preset: tiny-32, small-64, standard-128 or full-256.
            settings: any other setting of crfgan/config.py.

        Raises:
            crfgan.errors.InputError: a setting is illegal, or the folder holds a run or can't be written.
        """
        from crfgan.config import PRESETS
        from crfgan.errors import InputError
        from crfgan.storage.atomic import make_folder, write_whole
        from crfgan.storage.run_folder import RunFolder

        given = {"shape": shape and tuple(shape), "iterations": iterations, "device": preferences.device()}
        given = {name: value for name, value in given.items() if value is not None} | settings
        config = PRESETS[preset].override(**given)
        nodes, files = list(volumeNodes), list(files)
        if labels is not None and len(labels) != len(nodes) + len(files):
            text = _("Every volume must have a class: {wanted} are needed, {given} are given.")
            raise InputError(text.format(wanted=len(nodes) + len(files), given=len(labels)))
        run = Path(folder) if folder is not None else self.newRunFolder()
        if RunFolder(run).is_run:
            raise InputError(_("{run} already holds a run. Choose another name.").format(run=run.name))
        exported = make_folder(run / EXPORTED)
        write_whole(exported / "settings.json", json.dumps(config.to_dict()).encode())
        arguments = self._trainingArguments(nodes, files, labels, run)
        job = _trainingJob(run, arguments)
        job.listeners.append(_removeExported)
        return self._submit(job, progress)

    def _trainingArguments(self, nodes, files, labels, run):
        from .nodes import exportNodes

        exported = run / EXPORTED
        paths = (yield from exportNodes(nodes, exported)) + [Path(file).absolute() for file in files]
        # A list in a file: a few hundred paths are more than a command line may hold on Windows.
        (exported / "volumes.txt").write_text("\n".join(map(str, paths)), encoding="utf-8")
        arguments = ["train", f"@{exported / 'volumes.txt'}", "--out", run, "--config", exported / "settings.json"]
        if labels is not None:
            table = exported / "labels.csv"
            with open(table, "w", newline="", encoding="utf-8") as file:
                # By their files: the core alone knows what it calls a volume.
                csv.writer(file).writerows([("file", "class"), *zip(paths, labels, strict=True)])
            arguments += ["--labels", table]
        return arguments + self._memoryArguments()

    def train(self, volumeNodes=(), **arguments):
        """Train a CRF-GAN and wait for it; returns the path of the model. Arguments as of `startTraining`.

        Raises:
            RuntimeError: training failed; its text is a sentence for the user. See also `startTraining`.
        """
        return self._waitFor(self.startTraining(volumeNodes, **arguments))

    def startResuming(self, run, progress=None, iterations=None):
        """Go on with a run that was stopped, or whose worker was killed; returns a Job as `startTraining` does.

        Args:
            iterations: training steps in all, those done among them; default: as many as the run was to have.

        Raises:
            crfgan.errors.InputError: there is no run in this folder, or it is at work.
        """
        from crfgan.errors import InputError
        from crfgan.runs.library import read_run

        run = Path(run)
        if read_run(run).running:
            raise InputError(_("{run} is at work already.").format(run=run.name))
        arguments = ["train", "--resume", run, *self._memoryArguments()]
        if iterations is not None:
            arguments += ["--iterations", iterations]
        return self._submit(_trainingJob(run, arguments), progress)

    def watch(self, run):
        """The Job of a run that is at work since before this Slicer was opened; None if it isn't at work."""
        run = Path(run)
        for job in theQueue().jobs:
            if job.folder == run and not job.ended:
                return job
        job = _trainingJob(run, [])
        if not job.attach():
            return None
        theQueue().add(job)
        return job

    # Synthesis.

    def startSynthesis(
        self,
        model=None,
        count=1,
        seed=0,
        progress=None,
        folder=None,
        className=None,
        referenceNode=None,
        truncation=None,
    ):
        """Begin to synthesize volumes into the scene; returns a Job whose result are their volume nodes.

        Args:
            model: path of a model file or of a run's folder; default: the first of `models()`.
            progress: called with each event of the worker; returning False stops, and those made so far stay.
            folder: for the files behind the nodes; default: a new one below `dataFolder()`.
            className: class to synthesize, where the model has classes.
            referenceNode: volume whose voxel grid the new ones take.
            truncation: limit, 0.2 to 3, of the latent's components: lower gives more typical volumes.
        """
        from .nodes import exportNodes, loadSynthetic

        model = self.models()[0].path if model is None else Path(model)
        folder = self.newOutputFolder() if folder is None else Path(folder)
        nodes = []

        def arguments():
            made = ["synthesize", model, "--count", count, "--seed", seed, "--out", folder]
            made += ["--device", preferences.device(), *self._memoryArguments()]
            if className:
                made += ["--class", className]
            if truncation is not None:
                made += ["--truncation", truncation]
            if referenceNode is not None:
                made += ["--like", *(yield from exportNodes([referenceNode], folder / FOLDER_NAME))]
            return made

        def collect(job, events):
            for path in (Path(event["path"]) for event in events if event["event"] == "synthesized"):
                try:
                    nodes.append(loadSynthetic(path))
                except (RuntimeError, OSError):
                    job.error = _("Slicer could not load {name}, which lies in the folder {folder}.").format(
                        name=path.name, folder=path.parent
                    )
            if job.ended and not job.error:
                shutil.rmtree(job.workerFolder, ignore_errors=True)

        job = Job(_("Synthesis"), arguments(), folder, lambda: nodes, SYNTHESIS)
        job.listeners.append(collect)
        job.nodes = nodes
        return self._submit(job, progress)

    def synthesize(self, model=None, **arguments):
        """Synthesize volumes into the scene and wait for them; returns their vtkMRMLScalarVolumeNodes.

        Arguments as of `startSynthesis`.

        Raises:
            RuntimeError: synthesis failed; its text is a sentence for the user.
        """
        return self._waitFor(self.startSynthesis(model, **arguments))

    # Comparison.

    def startEvaluation(
        self,
        synthetic,
        real,
        training=None,
        progress=None,
        folder=None,
        shape=(64, 64, 64),
        seed=0,
        count=None,
        title=None,
    ):
        """Begin to say what synthetic volumes are worth beside real ones; returns a Job whose result is the report.

        The result is what report.json says (see docs/evaluation.md), and `page`, the path of the page for people.

        Args:
            synthetic: volume nodes; or the path of a model file or of a run's folder, to sample from.
            real: volume nodes to compare with, best such as were held out of training.
            training: volume nodes, or paths of files, folders or runs, to look for copies of; default: those of the
                run whose model made the volumes, where it is on this computer.
            progress: called with each event of the worker; returning False stops, and the report says what is missing.
            folder: for the report; default: a new one below `dataFolder()`.
            shape: voxels (D, H, W) that all volumes are brought to.
            seed: of the draws, and of a model's volumes.
            count: how many volumes of a model.
            title: of the report.
        """
        folder = self._newFolder("reports") if folder is None else Path(folder)
        exported = folder / EXPORTED

        def arguments():
            made, name = [synthetic], Path(str(synthetic)).name
            if not isinstance(synthetic, str | Path):
                made, name = [exported / "synthetic"], _("Synthetic volumes of the scene")
                yield from exportNodes(list(synthetic), made[0])
            yield from exportNodes(list(real), exported / "real")
            known = self._trainingOf(synthetic) if training is None else list(training)
            if known and not isinstance(known[0], str | Path):
                yield from exportNodes(known, exported / "training")
                known = [exported / "training"]
            options = ["--shape", ",".join(map(str, shape)), "--seed", seed, "--title", title or name, "--out", folder]
            options += ["--count", count] if count else []
            options += ["--training", *known] if known else []
            return ["evaluate", *made, "--real", exported / "real", *options]

        from .nodes import exportNodes

        job = Job(_("Comparison"), arguments(), folder, lambda: _readReport(folder), EVALUATION)
        job.listeners.append(_removeExported)
        return self._submit(job, progress)

    def _trainingOf(self, nodes):
        """The run, on this computer, of the model that made all these volumes; nothing where they are of several."""
        if isinstance(nodes, str | Path):
            return []
        names = {node.GetAttribute(ATTRIBUTE + "Model") for node in nodes}
        return [run.folder for run in self.runs() if names == {run.name} and run.volumes]

    def evaluate(self, synthetic, real, **arguments):
        """Say what synthetic volumes are worth and wait for it; returns the report. Arguments as of `startEvaluation`.

        Raises:
            RuntimeError: it failed; the text is a sentence for the user.
        """
        return self._waitFor(self.startEvaluation(synthetic, real, **arguments))

    # Looking before leaping.

    def startEstimate(self, **settings):
        """Begin to measure what each size takes here; a Job whose result is a dictionary by preset, see `estimate`."""
        found = {}
        options = [part for name, value in settings.items() for part in (f"--{name.replace('_', '-')}", value)]
        job = Job(
            _("Estimate"),
            ["estimate", "--device", preferences.device(), *options, *self._memoryArguments()],
            self._temporaryFolder(),
            lambda: found,
        )
        job.listeners.append(lambda job, events: [found.update(e["presets"]) for e in events if "presets" in e])
        job.listeners.append(_removeWorkerFolder)
        job.start()
        return job

    def estimate(self, **settings):
        """What each preset takes on this computer: shape, memory in bytes, whether it fits, seconds a step.

        Raises:
            RuntimeError: it could not be measured; the text is a sentence for the user.
        """
        return self.startEstimate(**settings).result()

    def startCheck(self, folder, progress=None):
        """Begin to look at the volumes in a folder on the disk; a Job whose result is a list of the events
        `checked`: name, shape, spacing_mm, problem (empty if it can be trained on), files, thumbnail.
        """
        found, pictures = [], self._temporaryFolder()
        job = Job(_("Check"), ["check", folder, "--out", pictures], pictures, lambda: found)
        job.listeners.append(lambda job, events: found.extend(e for e in events if e["event"] == "checked"))
        self._report(job, progress)
        job.start()
        return job

    def check(self, folder):
        """What can be trained on in a folder on the disk; see `startCheck`."""
        return self.startCheck(folder).result()

    def _temporaryFolder(self):
        base = Path(slicer.app.temporaryPath) / f"CRFGANSynth-{time.time_ns()}"
        base.mkdir(parents=True)
        return base

    # Packages.

    def missing(self):
        """Names of packages without which nothing can be trained or synthesized."""
        from . import dependencies

        return dependencies.missing()

    def install(self, **arguments):
        """Install them; see `dependencies.install`."""
        from . import dependencies

        dependencies.install(**arguments)

    def startSelfTest(self):
        """Begin to try out what is installed; a Job whose events `tried` name each package and its problem."""
        job = Job(_("Self-test"), ["selftest"], self._temporaryFolder())
        job.listeners.append(_removeWorkerFolder)
        job.start()
        return job

    # Small things.

    def _memoryArguments(self):
        limit = preferences.memoryLimit()
        return ["--memory-budget", f"{limit // 10**6}MB"] if limit else []

    def _submit(self, job, progress):
        self._report(job, progress)
        return theQueue().submit(job)

    def _report(self, job, progress):
        def tell(job, events):
            for event in events:
                try:
                    if progress(event) is False:
                        job.stop()
                except Exception:
                    job.stop()
                    raise

        if progress is not None:
            job.listeners.append(tell)

    def _waitFor(self, job):
        try:
            return job.result()
        except BaseException:
            if not job.ended:  # interrupted: what was done is saved
                job.stop()
                job.wait()
            raise


def _trainingJob(run, arguments):
    from crfgan.storage.run_folder import RunFolder

    title = _("Training {name}").format(name=run.name)
    return Job(title, arguments, run, lambda: RunFolder(run).model, TRAINING)


def _readReport(folder):
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {**report, "page": str(folder / "report.html")}


def _removeExported(job, events):
    # The worker keeps what it has prepared of them.
    if job.ended:
        shutil.rmtree(job.folder / EXPORTED, ignore_errors=True)


def _removeWorkerFolder(job, events):
    if job.ended:
        shutil.rmtree(job.folder, ignore_errors=True)
