"""A training to look at: curves in a plot view, and a volume in the slice views that sharpens."""

import slicer
from slicer.i18n import tr as _

from .. import views
from ..nodes import loadPreview
from .training_curves import Curves


class LiveView:
    """Follows one job; told of its events, and to draw when its state has changed."""

    def __init__(self, job, layout=True):
        """Args: layout: change to a layout with a plot, once there is something to see in it."""
        self.job, self.layout = job, layout
        self.curves = Curves(job.title)
        self.curves.load(job.folder)
        self._previewID = None

    def onEvents(self, events):
        """Draw what is new; of several previews the last."""
        preview = None
        for event in events:
            if event["event"] == "step":
                self.curves.addStep(event["step"], event["losses"])
            elif event["event"] == "quality":
                facts = {name: event[name] for name in ("sharpness", "variety")}
                self.curves.addQuality(event["step"], facts)
            elif event["event"] == "evaluated":
                self.curves.addEvaluation(event["step"], event["distance"], event["floor"])
            elif event["event"] == "preview":
                preview = event  # only the last one can still be seen
        self.draw()
        if preview is not None:
            self._showPreview(preview)

    def draw(self):
        """Bring the plot up to date; all of it once the training has ended."""
        self.curves.draw(now=self.job.ended)
        if self.layout and self.curves.chart is not None:
            self.layout = False
            self.showCurves()

    def showCurves(self):
        """Show the plot view, with the slices beside it; without a main window there is none."""
        manager = slicer.app.layoutManager()
        if manager is None:
            return
        manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView)
        slicer.modules.plots.logic().ShowChartInLayout(self.curves.chart)

    def _showPreview(self, event):
        shown = slicer.mrmlScene.GetNodeByID(self._previewID) if self._previewID else None
        name = _("Preview, step {step}").format(step=event["step"])
        node = loadPreview(event["volume"], shown, name)
        if shown is None:
            self._previewID = node.GetID()
            views.showInSlices(node)
