"""What lies on the disk: runs, models, results, prepared volumes."""

import time
from pathlib import Path

from . import preferences

SHIPPED_MODELS = Path(__file__).parents[1] / "Resources" / "Models"


class Library:
    """Where things are, and what can be done with them; a part of the logic."""

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

    def newReportFolder(self):
        """A path for a new report."""
        return self._newFolder("reports")

    def _newFolder(self, kind, name=""):
        from crfgan.runs.library import free_name

        return free_name(self.dataFolder() / kind, name.strip() or time.strftime("%Y-%m-%d_%H-%M-%S"))

    def models(self):
        """Models that can synthesize, shipped ones first: objects with path, name, card and size."""
        from crfgan.runs.library import list_models

        return list_models(SHIPPED_MODELS, self.modelsFolder(), self.runsFolder())

    def runs(self):
        """Training runs, the newest first: objects with folder, name, step, total, resumable, running, size."""
        from crfgan.runs.library import list_runs

        return list_runs(self.runsFolder())

    def runThatMade(self, nodes):
        """The run, on this computer, of the model that made all these volumes, in a list; empty where there is none."""
        from .nodes import ATTRIBUTE

        names = {node.GetAttribute(ATTRIBUTE + "Model") for node in nodes}
        return [run.folder for run in self.runs() if names == {run.name} and run.volumes]

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
