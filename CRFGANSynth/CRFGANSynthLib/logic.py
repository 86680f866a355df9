"""The console's way to do all that the panel does.

Whatever takes long comes in two forms: `startX` begins it and returns a Job at once (progress, pause, stop, wait,
result), `x` waits for it and returns its result.
"""

from pathlib import Path

from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from . import preferences
from .jobs import evaluation, looks, training
from .jobs.queue import theQueue
from .jobs.synthesis import SynthesisJob
from .jobs.worker import WorkerProcess
from .library import Library
from .scene import hardening
from .scene.parameters import CRFGANSynthParameterNode


class CRFGANSynthLogic(Library, ScriptedLoadableModuleLogic):
    """Training, synthesis, and what is on the disk, from Python and without the panel."""

    def __init__(self, parent=None, makeWorker=WorkerProcess):
        """Args: makeWorker: what works for the jobs that are begun here, see Job."""
        ScriptedLoadableModuleLogic.__init__(self, parent)
        self.makeWorker = makeWorker

    def getParameterNode(self):
        """The scene's parameter node."""
        return CRFGANSynthParameterNode(super().getParameterNode())

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
        include=(),
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
            preset: tiny-32, small-64, standard-128, full-256, or published-32 to published-256.
            include: words for what to use though it would be left out: label-maps, synthetic, copies, localizers,
                odd-sizes, phase-maps.
            settings: any other setting of crfgan/config.py.

        Raises:
            crfgan.errors.InputError: a setting is illegal, a volume can't be used as it stands, or the folder holds a
                run or can't be written.
        """
        config = _config(preset, shape and tuple(shape), iterations, settings)
        run = Path(folder) if folder is not None else self.newRunFolder()
        job = training.newRun(run, config, list(volumeNodes), list(files), labels, tuple(include), self.makeWorker)
        return self._submit(job, progress)

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
        return self._submit(training.resumedRun(Path(run), iterations, self.makeWorker), progress)

    def watch(self, run):
        """The Job of a run that is at work since before this Slicer was opened; None if it isn't at work."""
        run = Path(run)
        for job in theQueue().jobs:
            if job.folder == run and not job.ended:
                return job
        job = training.runJob(run, [], self.makeWorker)
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
        model = self.models()[0].path if model is None else Path(model)
        folder = self.newOutputFolder() if folder is None else Path(folder)
        options = {"count": count, "seed": seed, "class": className or None, "truncation": truncation}
        job = SynthesisJob(model, folder, referenceNode, options, self.makeWorker)
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
        *,
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
        folder = self.newReportFolder() if folder is None else Path(folder)
        if training is None:
            training = [] if isinstance(synthetic, str | Path) else self.runThatMade(synthetic)
        options = {"shape": ",".join(map(str, shape)), "seed": seed, "count": count, "title": title}
        job = evaluation.evaluationJob(synthetic, list(real), list(training), folder, options, self.makeWorker)
        return self._submit(job, progress)

    def evaluate(self, **arguments):
        """Say what synthetic volumes are worth and wait for it; returns the report. Arguments as of `startEvaluation`.

        Raises:
            RuntimeError: it failed; the text is a sentence for the user.
        """
        return self._waitFor(self.startEvaluation(**arguments))

    # Looking before leaping.

    def startEstimate(self, **settings):
        """Begin to measure what each size takes here; a Job whose result is a dictionary by preset, see `estimate`."""
        job = looks.estimateJob(settings, self.makeWorker)
        job.start()
        return job

    def estimate(self, **settings):
        """What each preset takes on this computer: shape, memory in bytes, whether it fits, seconds a step.

        Raises:
            RuntimeError: it could not be measured; the text is a sentence for the user.
        """
        return self.startEstimate(**settings).result()

    def startCheck(self, folder, progress=None, include=()):
        """Begin to look at the volumes in a folder on the disk; a Job whose result is a list of the events
        `checked`: name, shape, spacing_mm, problem (empty if it can be trained on), files, thumbnail.

        Args:
            include: words for what to use though it would be left out, as of `startTraining`.
        """
        job = looks.checkJob(folder, include, self.makeWorker)
        _report(job, progress)
        job.start()
        return job

    def check(self, folder, include=()):
        """What can be trained on in a folder on the disk; see `startCheck`."""
        return self.startCheck(folder, include=include).result()

    def hardenedCopies(self, volumeNodes):
        """Volume nodes that can be trained on in the place of these, in their order: the nodes themselves, and copies
        of those under a transform that isn't linear, with the transform applied to their voxels. The originals stay.
        """
        return hardening.hardenedCopies(list(volumeNodes))

    # Packages.

    def missing(self):
        """Names of packages without which nothing can be trained or synthesized."""
        from .packages import dependencies

        return dependencies.missing()

    def install(self, **arguments):
        """Install them; see `dependencies.install`."""
        from .packages import dependencies

        dependencies.install(**arguments)

    def startSelfTest(self):
        """Begin to try out what is installed; a Job whose events `tried` name each package and its problem."""
        job = looks.selfTestJob(self.makeWorker)
        job.start()
        return job

    # Small things.

    def _submit(self, job, progress):
        _report(job, progress)
        return theQueue().submit(job)

    def _waitFor(self, job):
        try:
            return job.result()
        except BaseException:
            if not job.ended:  # interrupted: what was done is saved
                job.stop()
                job.wait()
            raise


def _config(preset, shape, iterations, settings):
    from crfgan.config import PRESETS

    given = {"shape": shape, "iterations": iterations, "device": preferences.device()}
    return PRESETS[preset].override(**{name: value for name, value in given.items() if value is not None} | settings)


def _report(job, progress):
    """Have `progress` called with each event of a job; it may stop it."""

    def tell(job, events):
        for event in events:
            try:
                if progress(event) is False:
                    job.stop()
            except Exception:
                job.stop()
                raise

    if progress is not None:
        job.eventObservers.append(tell)
