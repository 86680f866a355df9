"""Models and runs on the disk, with their size: rename, export, import, delete; the cache."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..library import SHIPPED_MODELS
from . import sentences

NAME, STATE, SIZE = range(3)


@dataclass
class Entry:
    """One line of the list."""

    path: Path
    name: str
    state: str
    size: int
    model: Any = None
    run: Any = None
    shipped: bool = False


class ManageSection:
    """What lies on the disk."""

    def __init__(self, ui, logic, onChange, onResume):
        """Args: onChange: called when models may have come or gone; onResume: called with the folder of a run."""
        self.ui, self.logic, self.onChange, self.onResume = ui, logic, onChange, onResume
        self.entries = []
        table = ui.filesTable
        table.setColumnCount(3)
        table.setHorizontalHeaderLabels([_("Name"), _("State"), _("Size")])
        table.horizontalHeader().setSectionResizeMode(NAME, qt.QHeaderView.Stretch)
        table.verticalHeader().setVisible(False)
        table.connect("itemSelectionChanged()", self.updateButtons)
        ui.manageSection.connect("contentsCollapsed(bool)", self._onCollapsed)
        ui.importButton.connect("clicked(bool)", self.onImport)
        ui.exportButton.connect("clicked(bool)", self.onExport)
        ui.renameButton.connect("clicked(bool)", self.onRename)
        ui.deleteButton.connect("clicked(bool)", self.onDelete)
        ui.resumeRunButton.connect("clicked(bool)", self.onResumeRun)
        ui.openFolderButton.connect("clicked(bool)", self.onOpenFolder)
        ui.clearCacheButton.connect("clicked(bool)", self.onClearCache)

    def _onCollapsed(self, collapsed):
        if not collapsed:
            self.refresh()

    def refresh(self):
        """Read again what is on the disk."""
        runs = self.logic.runs()
        ofRuns = {run.model for run in runs}
        self.entries = [
            Entry(run.folder, run.name, stateOf(run), run.size, model=run.model, run=run) for run in runs
        ] + [
            Entry(model.path, model.name, shippedText(model), model.size, model.path, shipped=isShipped(model))
            for model in self.logic.models()
            if model.path not in ofRuns
        ]
        table = self.ui.filesTable
        table.setRowCount(len(self.entries))
        for row, entry in enumerate(self.entries):
            for column, text in enumerate((entry.name, entry.state, sentences.size(entry.size))):
                item = qt.QTableWidgetItem(text)
                item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
                item.setToolTip(str(entry.path))
                table.setItem(row, column, item)
        self.ui.cacheLabel.text = _("{size} of prepared volumes").format(size=sentences.size(self.logic.cacheSize()))
        self.updateButtons()

    @property
    def chosen(self):
        """The chosen entry; None where none is."""
        row = self.ui.filesTable.currentRow()
        return self.entries[row] if 0 <= row < len(self.entries) else None

    def updateButtons(self):
        """What can be done with the chosen entry."""
        entry = self.chosen
        own = entry is not None and not entry.shipped and not (entry.run is not None and entry.run.running)
        self.ui.exportButton.enabled = entry is not None and entry.model is not None
        self.ui.renameButton.enabled = self.ui.deleteButton.enabled = own
        run = entry.run if own else None
        self.ui.resumeRunButton.enabled = run is not None and run.resumable
        self.ui.resumeRunButton.text = _("Train longer") if run is not None and run.finished else _("Resume training")
        self.ui.openFolderButton.enabled = entry is not None

    def changed(self):
        """What lies on the disk has changed, or is kept elsewhere from now on."""
        self.refresh()
        self.onChange()

    def onImport(self, checked=False):
        """Take a model file from elsewhere."""
        path = qt.QFileDialog.getOpenFileName(None, _("Import a model"), "", _("Models (*.safetensors)"))
        if path:
            with slicer.util.tryWithErrorDisplay(_("The model can't be imported."), waitCursor=True):
                self.logic.importModel(path)
            self.changed()

    def onExport(self, checked=False):
        """Copy the chosen model to a file."""
        usual = f"{self.chosen.name}.safetensors"
        path = qt.QFileDialog.getSaveFileName(None, _("Export the model"), usual, _("Models (*.safetensors)"))
        if path:
            with slicer.util.tryWithErrorDisplay(_("The model can't be exported."), waitCursor=True):
                self.logic.exportModel(self.chosen.model, path)

    def onRename(self, checked=False):
        """Give the chosen model or run another name."""
        entry = self.chosen
        name = qt.QInputDialog.getText(None, _("Rename"), _("Name:"), qt.QLineEdit.Normal, entry.name)
        if name and name != entry.name:
            with slicer.util.tryWithErrorDisplay(_("That can't be renamed."), waitCursor=True):
                self.logic.rename(entry.path, name)
            self.changed()

    def onDelete(self, checked=False):
        """Delete the chosen model or run, after asking once."""
        entry = self.chosen
        question = _("Delete {name} ({size}) from the disk for good?").format(
            name=entry.name, size=sentences.size(entry.size)
        )
        if slicer.util.confirmOkCancelDisplay(question, _("Delete")):
            with slicer.util.tryWithErrorDisplay(_("That can't be deleted."), waitCursor=True):
                self.logic.delete(entry.path)
            self.changed()

    def onResumeRun(self, checked=False):
        """Go on with the chosen run."""
        self.onResume(self.chosen.path)
        self.refresh()

    def onOpenFolder(self, checked=False):
        """Show where the chosen entry lies."""
        path = self.chosen.path
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(path if path.is_dir() else path.parent)))

    def onClearCache(self, checked=False):
        """Delete what is kept to begin trainings faster."""
        self.logic.clearCache()
        self.refresh()


def isShipped(model):
    """Whether a model came with the module."""
    return model.path.parent == SHIPPED_MODELS


def shippedText(model):
    """Where a model file comes from."""
    return _("shipped model") if isShipped(model) else _("model")


def stateOf(run):
    """How far a run is."""
    counts = {"step": run.step, "total": run.total}
    if run.running:
        return _("at work").format(**counts)
    if run.finished:
        return _("finished, {total} steps").format(**counts)
    return _("stopped at {step} of {total}").format(**counts)
