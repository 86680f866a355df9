"""Choose volumes and a size, see what that takes, begin."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from .. import preferences
from ..jobs.timers import singleShotTimer
from ..scene import thumbnails
from ..scene.parameters import Modality, Preset
from . import sentences
from .widgets.typed_path import TypedPath
from .widgets.volume_table import Row, VolumeTable, sizeText

FEWEST = 2
PAUSE_MS = 600
"""Typing a path or a number isn't followed by a job for every letter."""


class TrainSection:
    """From volumes to a run."""

    def __init__(self, ui, logic, onChange):
        """Args: onChange: called when it may have changed whether training can begin."""
        self.ui, self.logic, self.onChange, self.parameters = ui, logic, onChange, None
        self.estimates, self.place = {}, ""
        self._estimate = self._check = None
        self._checked, self._offered = (Path(), []), set()
        self.volumes = VolumeTable(ui.volumesTable, self._onVolumes)
        self._checker = singleShotTimer(PAUSE_MS, self._checkFolder)
        self._estimator = singleShotTimer(PAUSE_MS, self.startEstimate)
        ui.memoryLimitSpinBox.value = (preferences.memoryLimit() or 0) / 1e9
        ui.memoryLimitSpinBox.connect("valueChanged(double)", self.onMemoryLimit)
        ui.checkAllButton.connect("clicked(bool)", lambda checked: self.volumes.check(True))
        ui.checkNoneButton.connect("clicked(bool)", lambda checked: self.volumes.check(False))
        ui.hardenButton.connect("clicked(bool)", self.onHarden)
        ui.includeButton.connect("clicked(bool)", self.onInclude)
        # Bound by hand: an unset path would be shown as the folder `.`, and a half-typed one would be taken.
        self.folderEdit = TypedPath(ui.dataFolderPathEdit, self.onFolder)
        ui.clearFolderButton.connect("clicked(bool)", self.onClearFolder)
        ui.trainButton.connect("clicked(bool)", self.onTrain)
        ui.trainSection.connect("contentsCollapsed(bool)", self._onCollapsed)

    def close(self):
        """Follow the scene no longer; end what only looks."""
        self.volumes.close()
        self._checker.stop()
        self._estimator.stop()
        for job in (self._estimate, self._check):
            if job is not None and not job.ended:
                job.kill()
                job.leave()

    def setParameterNode(self, parameters):
        """Show what a scene keeps."""
        self.parameters = parameters
        self.volumes.setParameterNode(parameters)
        if parameters is not None:
            self.updateFromParameters()

    def updateFromParameters(self):
        """Follow the parameter node."""
        custom = self.parameters.modality == Modality.CT
        self.ui.windowLabel.visible = self.ui.windowFrame.visible = custom
        self._showEstimate()
        folder = self.parameters.dataFolder
        self.folderEdit.show("" if sentences.isUnset(folder) else str(folder))
        self._showInclude()
        if self._toCheck() != self._checked:
            self._checker.start()

    # The volumes.

    def _onVolumes(self):
        chosen, usable = len(self.volumes.chosen), sum(not row.problem for row in self.volumes.rows)
        text = _("{chosen} of {usable} chosen").format(chosen=chosen, usable=usable)
        toHarden = len(self.volumes.toHarden)
        if toHarden:
            text = _("{text}; {count} can't be used as they are").format(text=text, count=toHarden)
        self.ui.volumesLabel.text = text
        self.ui.hardenButton.visible = toHarden > 0
        self._showInclude()
        self.onChange()

    def onHarden(self, checked=False):
        """Make hardened copies of all volumes that can only be used by such, and check them."""
        with slicer.util.tryWithErrorDisplay(_("The volumes can't be hardened."), waitCursor=True):
            self.volumes.checkAlso(self.logic.hardenedCopies(self.volumes.toHarden))
            self.volumes.refresh()

    def onInclude(self, checked=False):
        """Use what was left out all the same, or leave it out again."""
        self.parameters.include = sorted(self._offered) if checked else []

    def _showInclude(self):
        from crfgan.data.vetting.words import MEANINGS

        insisted = set(self.parameters.include) if self.parameters is not None else set()
        words = insisted or self._offered
        self.ui.includeButton.visible, self.ui.includeButton.checked = bool(words), bool(insisted)
        text = _("Used all the same: {kinds}") if insisted else _("Train on what was left out, too: {kinds}")
        kinds = ", ".join(meaning for word, meaning in MEANINGS.items() if word in words)
        self.ui.includeButton.toolTip = text.format(kinds=kinds)

    def _offer(self, reasons):
        """Offer to use what was left out for these reasons, where that can be."""
        from crfgan.data.vetting.words import offered

        self._offered.update(word for reason in reasons for word in offered(reason))
        self._showInclude()

    def onFolder(self, path):
        """The user named another folder."""
        if self.parameters is not None:
            self.parameters.dataFolder = Path(path)

    def onClearFolder(self, checked=False):
        """Train on no folder."""
        self.ui.dataFolderPathEdit.currentPath = ""

    def _checkFolder(self):
        """Look at the volumes in the folder, in a worker: there may be many, and strange ones."""
        if self.parameters is None or not self._ready:
            return
        folder, include = self._checked = self._toCheck()
        self._offered = set(include)
        if self._check is not None and not self._check.ended:
            self._check.kill()
        self.volumes.setFolderRows([])
        if sentences.isUnset(folder):
            return
        self.ui.volumesLabel.text = _("Looking into {folder}...").format(folder=folder.name)
        self._check = self.logic.startCheck(folder, include=include)
        self._check.eventObservers.append(self._onChecked)
        self._check.stateObservers.append(self._onCheckState)

    def _toCheck(self):
        """The folder to look into, and what of it is used though it would be left out."""
        return self.parameters.dataFolder, list(self.parameters.include)

    def _onChecked(self, job, events):
        if job is not self._check:
            return
        found = [rowOf(event) for event in events if event["event"] == "checked"]
        if found:
            # A volume may be told of again, once the others are known.
            rows = {row.name: row for row in self.volumes.folderRows + found}
            self.volumes.setFolderRows(list(rows.values()))
            self._offer(event["problem"] for event in events if event["event"] == "checked")

    def _onCheckState(self, job):
        if job is self._check and job.ended and job.error:
            self.ui.volumesLabel.text = job.error

    # What it takes.

    def setReady(self, ready):
        """Packages are there, or not."""
        self._ready = ready
        if ready and not self.ui.trainSection.collapsed and not self.estimates and self._estimate is None:
            self.startEstimate()
        if ready and self.parameters is not None and self._toCheck() != self._checked:
            self._checkFolder()

    _ready = False

    def _onCollapsed(self, collapsed):
        self.setReady(self._ready)

    def onMemoryLimit(self, gigabytes):
        """The user changed what a job may take."""
        preferences.setMemoryLimit(gigabytes)
        self.forgetEstimates()

    def forgetEstimates(self):
        """Measure again: on another device, or with another limit."""
        self.estimates = {}
        if self._ready:
            self._estimator.start()

    def startEstimate(self):
        """Measure what each size takes on this computer, in a worker."""
        self.ui.estimateLabel.text = _("Measuring what each size takes on this computer...")
        self._estimate = self.logic.startEstimate()
        self._estimate.eventObservers.append(self._onEstimated)
        self._estimate.stateObservers.append(self._onEstimateState)

    def _onEstimated(self, job, events):
        if job is not self._estimate:
            return
        for event in events:
            if event["event"] == "estimated":
                self.estimates, self.place = event["presets"], event["name"]
        self._showEstimate()

    def _onEstimateState(self, job):
        if job is self._estimate and job.ended and job.error:
            self.ui.estimateLabel.text = job.error

    def _showEstimate(self):
        """Memory and time of the chosen size, and what the next smaller one would take."""
        if self.parameters is None or not self.estimates:
            return
        presets = list(Preset)
        index = presets.index(self.parameters.preset)
        lines = [self._describe(preset) for preset in reversed(presets[max(index - 1, 0) : index + 1])]
        lines.append(_("On {place}.").format(place=self.place))
        self.ui.estimateLabel.text = "\n".join(lines)
        self.onChange()

    def _describe(self, preset):
        found = self.estimates[preset.value]
        amounts = {
            "size": preset.label(),
            "memory": sentences.size(found["memory"]),
            "time": sentences.duration(found["seconds"] * (self.parameters.iterations or found["iterations"])),
        }
        if found["fits"]:
            return _("{size}: {memory} of memory, about {time}").format(**amounts)
        return _("{size}: does not fit, it needs {memory} of memory").format(**amounts)

    # The beginning.

    def whyNot(self, ready):
        """What keeps training from beginning; empty if nothing does."""
        chosen = self.volumes.chosen
        if not ready:
            return _("Install what is missing first")
        if len(chosen) < FEWEST:
            return _("Check two or more volumes first")
        if any(row.className for row in chosen) and not all(row.className for row in chosen):
            return _("Give every checked volume a class, or none")
        found = self.estimates.get(self.parameters.preset.value)
        if found and not found["fits"]:
            return _("This size does not fit into memory: choose a smaller one")
        return ""

    def updateButton(self, ready):
        """Whether training can begin, and why not."""
        if self.parameters is not None:
            reason = self.whyNot(ready)
            self.ui.trainButton.enabled = not reason
            self.ui.trainButton.toolTip = reason or _("Train on the checked volumes")

    def onTrain(self, checked=False):
        """Train: now, or when the job before is done."""
        parameters, chosen = self.parameters, self.volumes.chosen
        settings = {"modality": parameters.modality.value, "seed": parameters.trainingSeed}
        if parameters.modality == Modality.CT:
            settings["window"] = (parameters.windowLow, parameters.windowHigh)
        nodes = [row for row in chosen if row.node is not None]
        files = [(file, row.className) for row in chosen for file in row.files]
        labels = [row.className for row in nodes] + [className for _file, className in files]
        with slicer.util.tryWithErrorDisplay(_("Training could not start."), waitCursor=True):
            job = self.logic.startTraining(
                [row.node for row in nodes],
                files=[file for file, _className in files],
                labels=labels if any(labels) else None,
                folder=self.logic.newRunFolder(parameters.runName),
                preset=parameters.preset.value,
                iterations=parameters.iterations or None,
                evaluate_every=parameters.evaluateEvery,
                include=list(parameters.include),
                **settings,
            )
            job.eventObservers.append(self._onTrainingEvents)
            parameters.run = job.folder

    def _onTrainingEvents(self, job, events):
        self._offer(event["reason"] for event in events if event["event"] == "skipped")


def rowOf(event):
    """A row of the table for a volume that was found on the disk."""
    return Row(
        event["name"],
        sizeText(event["shape"][::-1], event["spacing_mm"][::-1]) if event["shape"] else "",
        files=tuple(event["files"]),
        voxelProblem=sentences.inPanel(event["problem"]),
        className=event.get("class") or "",
        icon=thumbnails.iconFromFile(event["thumbnail"]) if event["thumbnail"] else None,
    )
