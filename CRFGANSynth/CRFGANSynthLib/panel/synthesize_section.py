"""Choose a model, see what it makes, make it."""

import html
import random
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from .. import views
from ..scene.parameters import LARGEST_SEED, NO_TRUNCATION
from . import sentences


class SynthesizeSection:
    """From a model to volumes in the scene."""

    def __init__(self, ui, logic):
        self.ui, self.logic, self.parameters = ui, logic, None
        self.models = []
        ui.modelComboBox.connect("currentIndexChanged(int)", self.onModel)
        ui.classComboBox.connect("currentIndexChanged(int)", self.onClass)
        ui.browseModelButton.connect("clicked(bool)", self.onBrowse)
        ui.diceButton.connect("clicked(bool)", self.onDice)
        ui.synthesizeButton.connect("clicked(bool)", self.onSynthesize)
        ui.browseModelButton.text = _("Add...")

    def setParameterNode(self, parameters):
        """Show what a scene keeps."""
        self.parameters = parameters
        if parameters is not None:
            self.refresh()

    def refresh(self):
        """Read again which models there are."""
        self.models = self.logic.models()
        box = self.ui.modelComboBox
        wasBlocked = box.blockSignals(True)
        box.clear()
        for model in self.models:
            box.addItem(model.name, str(model.path))
        self._choose()
        box.blockSignals(wasBlocked)
        self._showCard()

    def _choose(self):
        """Choose the scene's model, or the first one where the scene names none or one that is gone."""
        wanted = self.parameters.model if self.parameters is not None else Path()
        index = 0 if sentences.isUnset(wanted) else self.ui.modelComboBox.findData(str(wanted))
        self.ui.modelComboBox.currentIndex = max(index, 0) if self.models else -1

    @property
    def model(self):
        """The chosen model; None where there is none at all."""
        index = self.ui.modelComboBox.currentIndex
        return self.models[index] if 0 <= index < len(self.models) else None

    def choose(self, path):
        """Choose the model at a path, such as the one that has just been trained."""
        self.refresh()  # first: what the list hasn't got can't be chosen
        self.parameters.model = Path(path)
        self.updateFromParameters()

    def updateFromParameters(self):
        """Follow the parameter node where it was changed elsewhere."""
        if self.model is not None and self.parameters.model != self.model.path:
            self._choose()
            self._showCard()

    def onModel(self, index):
        """The user chose a model."""
        if self.model is not None and self.parameters is not None:
            self.parameters.model = self.model.path
        self._showCard()

    def _showCard(self):
        model = self.model
        self.ui.cardFrame.visible = model is not None
        classes = model.card["classes"] if model is not None else []
        self._showClasses(classes)
        if model is None:
            return
        from crfgan.runs.card import thumbnail

        self.ui.cardLabel.text = "<br>".join(html.escape(line) for line in describe(model.card))
        picture = thumbnail(model.card)
        pixmap = qt.QPixmap()
        hasPicture = bool(picture) and pixmap.loadFromData(picture)
        self.ui.cardPictureLabel.visible = hasPicture
        if hasPicture:
            self.ui.cardPictureLabel.setPixmap(pixmap)

    def _showClasses(self, classes):
        box = self.ui.classComboBox
        self.ui.classLabel.visible = box.visible = bool(classes)
        wasBlocked = box.blockSignals(True)
        box.clear()
        box.addItem(_("any"), "")
        for name in classes:
            box.addItem(name, name)
        wanted = self.parameters.className if self.parameters is not None else ""
        box.currentIndex = max(box.findData(wanted), 0)
        box.blockSignals(wasBlocked)

    def onClass(self, index):
        """The user chose a class."""
        if self.parameters is not None and index >= 0:
            self.parameters.className = self.ui.classComboBox.itemData(index)

    def onBrowse(self, checked=False):
        """Take a model file from elsewhere."""
        path = qt.QFileDialog.getOpenFileName(None, _("Add a model"), "", _("Models (*.safetensors)"))
        if path:
            with slicer.util.tryWithErrorDisplay(_("The model can't be added."), waitCursor=True):
                self.choose(self.logic.importModel(path))

    def onDice(self, checked=False):
        """Choose a seed by chance."""
        self.parameters.seed = random.randint(0, LARGEST_SEED)

    def onSynthesize(self, checked=False):
        """Make volumes: now, or when the job before is done."""
        parameters = self.parameters
        with slicer.util.tryWithErrorDisplay(_("Synthesis could not start."), waitCursor=True):
            job = self.logic.startSynthesis(
                self.model.path,
                parameters.count,
                parameters.seed,
                className=parameters.className if parameters.className in self.model.card["classes"] else None,
                referenceNode=parameters.referenceVolume,
                truncation=parameters.truncation if parameters.truncation < NO_TRUNCATION else None,
            )
            job.eventObservers.append(showNewest)

    def updateButton(self, ready):
        """Whether synthesis can begin, and why not."""
        self.ui.synthesizeButton.enabled = ready and self.model is not None
        if not ready:
            reason = _("Install what is missing first")
        elif self.model is None:
            reason = _("Add a model, or train one, first")
        else:
            reason = _("Synthesize volumes into the scene")
        self.ui.synthesizeButton.toolTip = reason


def showNewest(job, events):
    """Show the last of the volumes that a job has just brought into the scene."""
    if job.nodes and any(event["event"] == "synthesized" for event in events):
        views.showInSlices(job.nodes[-1])
        views.showInThreeD(job.nodes[-1])


def describe(card):
    """What a clinician wants to know of a model, a line each."""
    grid, units = card["grid"], card["units"]
    shape = " x ".join(map(str, grid["shape"]))
    voxel = sorted({f"{side:.2g}" for side in grid["spacing"]})
    voxel = voxel[0] if len(voxel) == 1 else " x ".join(f"{side:.2g}" for side in grid["spacing"])
    kind = _("CT (HU)") if units["name"] == "HU" else _("MRI or other arbitrary units")
    lines = [
        _("{kind}, {shape} voxels of {voxel} mm").format(kind=kind, shape=shape, voxel=voxel),
        _("Learned from {count} volumes in {steps} steps").format(count=card["volumes"], steps=card["iterations"]),
    ]
    quality = {name: value for name, value in card["metrics"].items() if isinstance(value, float)}
    if quality:
        values = ", ".join(f"{name} {value:.2f}" for name, value in quality.items())
        lines.append(_("Against its training volumes (1 = equal): {values}").format(values=values))
    lines.append(_("Licence: {licence}").format(licence=card["licence"] or _("not stated")))
    return [*lines, _("Synthetic volumes, not for diagnosis.")]
