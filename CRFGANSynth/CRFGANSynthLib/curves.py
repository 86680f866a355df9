"""Curves of a training in a plot view, from the log and then live."""

import time
from array import array

import numpy as np
import slicer
from slicer.i18n import tr as _

from .nodes import ATTRIBUTE

MOST_POINTS = 400
"""Points of a curve; where there are more, neighbours are averaged."""
SECONDS_BETWEEN = 1.0
ROLE = ATTRIBUTE + "Curve"
COLOURS = (
    (0.00, 0.45, 0.70), (0.84, 0.37, 0.00), (0.00, 0.62, 0.45), (0.80, 0.47, 0.65), (0.90, 0.62, 0.00),
    (0.34, 0.71, 0.91),
)  # fmt: skip
"""Told apart by colour-blind people, too, on light and dark ground: M. Okabe, K. Ito, Color Universal Design, 2008."""


class Curves:
    """A plot of losses and quality against the training step."""

    def __init__(self, title):
        self.title = title
        # Flat rows of numbers: a run may have as many as a hundred thousand steps.
        self._losses, self._quality = array("d"), array("d")
        self._names, self._qualityNames = ["step"], ["step"]
        self._drawn = 0.0
        self.chart = None

    def load(self, run):
        """Begin with what a run has logged so far."""
        from crfgan.curves import read_losses, read_quality

        for read, add in ((read_losses, self.addStep), (read_quality, self.addQuality)):
            columns = read(run)
            for row in zip(*columns.values(), strict=True):
                facts = dict(zip(columns, row, strict=True))
                add(facts.pop("step"), facts)

    def addStep(self, step, losses):
        """One more training step."""
        self._names = self._names if len(self._names) > 1 else ["step", *sorted(losses)]
        self._losses.extend((step, *(losses.get(name, np.nan) for name in self._names[1:])))

    def addQuality(self, step, facts):
        """One more look at what the model makes; 1 is like the training volumes."""
        self._qualityNames = ["step", *sorted(facts)]
        self._quality.extend(
            (step, *(np.nan if facts[name] is None else facts[name] for name in self._qualityNames[1:]))
        )

    def draw(self, now=False):
        """Bring the plot up to date, once a second at most unless `now`."""
        if not self._losses or (not now and time.monotonic() - self._drawn < SECONDS_BETWEEN):
            return
        self._drawn = time.monotonic()
        if self.chart is None or self.chart.GetScene() is None:
            self.chart = self._makeChart()
        self._fill("losses", self._names, _thinned(_rows(self._losses, self._names)))
        if self._quality:
            self._fill("quality", self._qualityNames, _rows(self._quality, self._qualityNames))

    def _makeChart(self):
        chart = _node("vtkMRMLPlotChartNode", "chart", _("Training curves"))
        chart.RemoveAllPlotSeriesNodeIDs()
        chart.SetTitle(self.title)
        chart.SetXAxisTitle(_("training step"))
        chart.SetYAxisTitle(_("loss; likeness to the training volumes (1 = equal)"))
        chart.SetLegendVisibility(True)
        return chart

    def _fill(self, kind, names, rows):
        table = _node("vtkMRMLTableNode", kind, _("Training {kind}").format(kind=kind))
        slicer.util.updateTableFromArray(table, [rows[:, index] for index in range(len(names))], names)
        for name in names[1:]:
            series = _node("vtkMRMLPlotSeriesNode", f"{kind} {name}", name)
            if series.GetTableNode() is None:
                series.SetColor(*COLOURS[self.chart.GetNumberOfPlotSeriesNodes() % len(COLOURS)])
                series.SetPlotType(series.PlotTypeScatter)
                series.SetMarkerStyle(series.MarkerStyleNone if kind == "losses" else series.MarkerStyleSquare)
            series.SetAndObserveTableNodeID(table.GetID())
            series.SetXColumnName("step")
            series.SetYColumnName(name)
            if not self.chart.HasPlotSeriesNodeID(series.GetID()):
                self.chart.AddAndObservePlotSeriesNodeID(series.GetID())


def _rows(numbers, names):
    return np.array(numbers).reshape(-1, len(names))


def _thinned(rows):
    """At most MOST_POINTS rows, each the mean of as many neighbours."""
    group = -(-len(rows) // MOST_POINTS)
    whole = len(rows) // group * group
    return rows[:whole].reshape(-1, group, rows.shape[1]).mean(axis=1)


def _node(className, role, name):
    """The scene's node of a role, made where there is none: a second training takes the place of the first."""
    for node in slicer.util.getNodesByClass(className):
        if node.GetAttribute(ROLE) == role:
            return node
    node = slicer.mrmlScene.AddNewNodeByClass(className, name)
    node.SetAttribute(ROLE, role)
    return node
