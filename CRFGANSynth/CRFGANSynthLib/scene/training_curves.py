"""Curves of a training in a plot view, from the log and then live."""

import time
from array import array

import numpy as np
import slicer
from slicer.i18n import tr as _

from .derived_nodes import nodeOfRole

MOST_POINTS = 400
"""Points of a curve; where there are more, neighbours are averaged."""
SECONDS_BETWEEN = 1.0
COLOURS = (
    (0.00, 0.45, 0.70), (0.84, 0.37, 0.00), (0.00, 0.62, 0.45), (0.80, 0.47, 0.65), (0.90, 0.62, 0.00),
    (0.34, 0.71, 0.91), (0.60, 0.60, 0.60),
)  # fmt: skip
"""Told apart by colour-blind people, too, on light and dark ground: M. Okabe, K. Ito, Color Universal Design, 2008."""


LOSSES, QUALITY, EVALUATION = "losses", "quality", "evaluation"


class Rows:
    """Numbers of steps, flat: a run may have as many as a hundred thousand."""

    def __init__(self):
        self.names, self.numbers = [], array("d")

    def add(self, step, facts):
        """One more row; its names are those of the first."""
        self.names = self.names or ["step", *sorted(facts)]
        found = (facts.get(name) for name in self.names[1:])
        self.numbers.extend((step, *(np.nan if value is None else value for value in found)))

    def table(self):
        """All rows (N, names)."""
        return np.array(self.numbers).reshape(-1, len(self.names))


class Curves:
    """A plot of losses, quality and evaluations against the training step."""

    def __init__(self, title):
        self.title = title
        self._rows = {kind: Rows() for kind in (LOSSES, QUALITY, EVALUATION)}
        self._drawn = 0.0
        self.chart = None

    def load(self, run):
        """Begin with what a run has logged so far."""
        from crfgan.storage.step_log import read_evaluation, read_losses, read_quality

        for read, add in ((read_losses, self.addStep), (read_quality, self.addQuality)):
            for step, facts in _steps(read(run)):
                add(step, facts)
        for step, facts in _steps(read_evaluation(run)):
            self.addEvaluation(step, **facts)

    def addStep(self, step, losses):
        """One more training step."""
        self._rows[LOSSES].add(step, losses)

    def addQuality(self, step, facts):
        """One more look at what the model makes; 1 is like the training volumes."""
        self._rows[QUALITY].add(step, facts)

    def addEvaluation(self, step, distance, floor):
        """One more comparison with held-out volumes; 1 is as near as real ones are."""
        self._rows[EVALUATION].add(step, {"distance": distance / floor})

    def draw(self, now=False):
        """Bring the plot up to date, once a second at most unless `now`."""
        if not self._rows[LOSSES].numbers or (not now and time.monotonic() - self._drawn < SECONDS_BETWEEN):
            return
        self._drawn = time.monotonic()
        if self.chart is None or self.chart.GetScene() is None:
            self.chart = self._makeChart()
        for kind, rows in self._rows.items():
            if rows.numbers:
                self._fill(kind, rows.names, _thinned(rows.table()))

    def _makeChart(self):
        chart = nodeOfRole("vtkMRMLPlotChartNode", "training chart", _("Training curves"))
        chart.RemoveAllPlotSeriesNodeIDs()
        chart.SetTitle(self.title)
        chart.SetXAxisTitle(_("training step"))
        chart.SetYAxisTitle(_("loss; likeness to the training volumes (1 = equal)"))
        chart.SetLegendVisibility(True)
        return chart

    def _fill(self, kind, names, rows):
        table = nodeOfRole("vtkMRMLTableNode", f"training {kind}", _("Training {kind}").format(kind=kind))
        slicer.util.updateTableFromArray(table, [rows[:, index] for index in range(len(names))], names)
        for name in names[1:]:
            series = nodeOfRole("vtkMRMLPlotSeriesNode", f"training {kind} {name}", name)
            if series.GetTableNode() is None:
                series.SetColor(*COLOURS[self.chart.GetNumberOfPlotSeriesNodes() % len(COLOURS)])
                series.SetPlotType(series.PlotTypeScatter)
                series.SetMarkerStyle(series.MarkerStyleNone if kind == LOSSES else series.MarkerStyleSquare)
            series.SetAndObserveTableNodeID(table.GetID())
            series.SetXColumnName("step")
            series.SetYColumnName(name)
            if not self.chart.HasPlotSeriesNodeID(series.GetID()):
                self.chart.AddAndObservePlotSeriesNodeID(series.GetID())


def _steps(columns):
    """Rows of a log as (step, facts)."""
    for row in zip(*columns.values(), strict=True):
        facts = dict(zip(columns, row, strict=True))
        yield facts.pop("step"), facts


def _thinned(rows):
    """At most MOST_POINTS rows, each the mean of as many neighbours."""
    group = -(-len(rows) // MOST_POINTS)
    whole = len(rows) // group * group
    return rows[:whole].reshape(-1, group, rows.shape[1]).mean(axis=1)
