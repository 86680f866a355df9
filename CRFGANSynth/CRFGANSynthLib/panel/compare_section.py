"""Real and synthetic volumes side by side, segmented, and measured against each other."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from .. import comparison_layout, segmentations
from ..comparison import Comparison
from ..job import EVALUATION
from ..jobs.timers import singleShotTimer
from ..measures import report_table
from ..nodes import isSynthetic

FEWEST_REAL, FEWEST_SYNTHETIC = 4, 2


class CompareSection:
    """From volumes of the scene to a report, and to views in which they stand side by side."""

    def __init__(self, ui, logic):
        self.ui, self.logic, self.parameters = ui, logic, None
        self.comparison, self.page = None, None
        # The selectors know the nodes of a scene that was just loaded a moment later.
        self._shower = singleShotTimer(0, self._showChosen)
        ui.syntheticSelector.addAttribute("vtkMRMLScalarVolumeNode", "CRFGANSynth.Synthetic", "YES")
        ui.realSelector.connect("checkedNodesChanged()", self._onReal)
        ui.syntheticSelector.connect("checkedNodesChanged()", self._onSynthetic)
        ui.compareSection.connect("contentsCollapsed(bool)", self._onCollapsed)
        ui.compareButton.connect("clicked(bool)", self.onCompare)
        ui.sideBySideButton.connect("clicked(bool)", self.onSideBySide)
        ui.differenceButton.connect("clicked(bool)", self.onDifference)
        ui.checkerboardButton.connect("clicked(bool)", self.onCheckerboard)
        ui.restoreViewsButton.connect("clicked(bool)", self.onRestore)
        ui.openReportButton.connect("clicked(bool)", self.onOpenReport)
        ui.segmentButton.connect("clicked(bool)", self.onSegment)
        for name, look in segmentations.looks().items():
            ui.segmentComboBox.addItem(look.name, name)
        self._showReport(None)

    # What is chosen.

    def setParameterNode(self, parameters):
        """Show what a scene keeps."""
        self.parameters = parameters
        if parameters is not None:
            self._shower.start()

    def close(self):
        """Give the views back; ask for nothing more."""
        self._shower.stop()
        self.onRestore()

    def _showChosen(self):
        if self.parameters is not None and not self.ui.compareSection.collapsed:
            self._check(self.ui.realSelector, self._real())
            self._check(self.ui.syntheticSelector, self._synthetic())

    def _check(self, selector, wanted):
        wasBlocked = selector.blockSignals(True)
        for node in set(selector.checkedNodes()) ^ set(wanted):
            selector.setCheckState(node, qt.Qt.Checked if node in wanted else qt.Qt.Unchecked)
        selector.blockSignals(wasBlocked)

    def _onReal(self):
        if self.parameters is not None:
            self.parameters.comparedReal = list(self.ui.realSelector.checkedNodes())

    def _onSynthetic(self):
        if self.parameters is not None:
            self.parameters.comparedSynthetic = list(self.ui.syntheticSelector.checkedNodes())

    def _onCollapsed(self, collapsed):
        """Opened with nothing chosen, it offers all volumes."""
        if collapsed or self.parameters is None:
            return
        nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if not self._real():
            self.parameters.comparedReal = [node for node in nodes if not isSynthetic(node)]
        if not self._synthetic():
            self.parameters.comparedSynthetic = [node for node in nodes if isSynthetic(node)]
        self.setParameterNode(self.parameters)

    def _real(self):
        # A node that has left the scene stays in the list as None.
        return [node for node in self.parameters.comparedReal if node is not None]

    def _synthetic(self):
        return [node for node in self.parameters.comparedSynthetic if node is not None]

    def updateButtons(self, ready):
        """What can be begun, and why not."""
        if self.parameters is None:
            return
        real, synthetic = len(self._real()), len(self._synthetic())
        reason = "" if ready else _("Install what is missing first")
        if not reason and (real < FEWEST_REAL or synthetic < FEWEST_SYNTHETIC):
            reason = _("Choose {real} or more real and {synthetic} or more synthetic volumes first").format(
                real=FEWEST_REAL, synthetic=FEWEST_SYNTHETIC
            )
        self.ui.compareButton.enabled = not reason
        self.ui.compareButton.toolTip = reason or _("Measure how good the synthetic volumes are, and look for copies")
        for button in (self.ui.sideBySideButton, self.ui.differenceButton, self.ui.checkerboardButton):
            button.enabled = real > 0 and synthetic > 0 and comparison_layout.canBeShown()
        self.ui.segmentButton.enabled = ready and synthetic + real > 0

    # Looking.

    def onSideBySide(self, checked=False):
        """Put the first of both side by side."""
        self._look(Comparison.show)

    def onDifference(self, checked=False):
        """Add a column with the difference; voxels of another grid are resampled."""
        self._look(lambda comparison: comparison.showDifference(resample=True))

    def onCheckerboard(self, checked=False):
        """Add a column with a checkerboard of both; voxels of another grid are resampled."""
        self._look(lambda comparison: comparison.showCheckerboard(resample=True))

    def _look(self, show):
        if not comparison_layout.canBeShown():
            slicer.util.errorDisplay(comparison_layout.noViews())
            return
        pair = self._real()[0], self._synthetic()[0]
        with slicer.util.tryWithErrorDisplay(_("The volumes can't be compared."), waitCursor=True):
            if self.comparison is None or (self.comparison.realNode, self.comparison.syntheticNode) != pair:
                self.onRestore()
                self.comparison = Comparison(*pair)
            show(self.comparison)
        self.ui.restoreViewsButton.enabled = self.comparison is not None

    def onRestore(self, checked=False):
        """Give the views back as they were."""
        if self.comparison is not None:
            self.comparison.restore()
            self.comparison = None
        self.ui.restoreViewsButton.enabled = False

    def onSegment(self, checked=False):
        """Segment the chosen structure in all chosen volumes, and list its sizes."""
        preset = self.ui.segmentComboBox.itemData(self.ui.segmentComboBox.currentIndex)
        made = []
        with slicer.util.tryWithErrorDisplay(_("That can't be segmented."), waitCursor=True):
            for node in self._synthetic() + self._real():
                made.append(segmentations.segmentNode(node, preset))
                slicer.app.processEvents()
        if made:
            segmentations.volumesTable(made)

    # Measuring.

    def onCompare(self, checked=False):
        """Measure: now, or when the job before is done; meanwhile the first pair is looked at."""
        with slicer.util.tryWithErrorDisplay(_("The comparison could not start."), waitCursor=True):
            self.logic.startEvaluation(synthetic=self._synthetic(), real=self._real())
            self._showReport(None)
        if comparison_layout.canBeShown():
            self.onSideBySide()

    def onEnded(self, job):
        """Show what an evaluation has found."""
        if job.kind == EVALUATION and not job.error and (job.folder / "report.json").exists():
            self._showReport(job.result())

    def _showReport(self, report):
        self.page = Path(report["page"]) if report is not None else None
        self.ui.compareResultLabel.visible = report is not None
        self.ui.openReportButton.enabled = report is not None
        if report is not None:
            self.ui.compareResultLabel.text = report_table.summaryOf(report)
            table = report_table.tableOf(report)
            if self.comparison is not None:
                self.comparison.showTable(table)

    def onOpenReport(self, checked=False):
        """Open the page in the browser; it lies on this computer, and stays there."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self.page)))
