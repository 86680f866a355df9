"""Two volumes in two plots and a table, in nodes that the next comparison fills anew."""

import numpy as np
from slicer.i18n import tr as _

from .. import comparison_layout as layout
from ..scene.derived_nodes import fillTable, hiddenNodeOfRole, nodeOfRole
from . import curves

COLORS = (0.2, 0.45, 0.7), (0.9, 0.45, 0.1)
"""Of the real and of the synthetic volume."""


def show(real, synthetic):
    """Fill plots and table of the comparison's layout with two Volumes."""
    volumes = real, synthetic
    layout.plotViewNode("Histogram").SetPlotChartNodeID(_histogramChart(volumes).GetID())
    layout.plotViewNode("Spectrum").SetPlotChartNodeID(_spectrumChart(volumes).GetID())
    layout.tableViewNode().SetTableNodeID(_table(volumes).GetID())


def _histogramChart(volumes):
    windows = [curves.window(volume.array) for volume in volumes]
    low, high = min(low for low, _high in windows), max(high for _low, high in windows)
    found = [curves.histogram(volume.array, low, high) for volume in volumes]
    return _chart("histogram", _("Histogram"), _("intensity"), _("log10 of density"), found)


def _spectrumChart(volumes):
    from crfgan.metrics.spectrum import radial_power

    found = [radial_power(volume.array, volume.spacing[::-1]) for volume in volumes]
    return _chart("spectrum", _("Power spectrum"), _("cycles/mm"), _("log10 of power"), found)


def _chart(role, title, xTitle, yTitle, found):
    chart = nodeOfRole("vtkMRMLPlotChartNode", f"comparison {role}", title)
    chart.SetTitle(title)
    chart.SetXAxisTitle(xTitle)
    chart.SetYAxisTitle(yTitle)
    chart.SetLegendVisibility(True)
    for name, label, color, (x, y) in zip(("real", "synthetic"), _labels(), COLORS, found, strict=True):
        # Air and low frequencies would hide all else but for the logarithm.
        series = _series(f"{role} {name}", label, color, x[y > 0], np.log10(y[y > 0]))
        if not chart.HasPlotSeriesNodeID(series.GetID()):
            chart.AddAndObservePlotSeriesNodeID(series.GetID())
    return chart


def _series(role, label, color, x, y):
    table = hiddenNodeOfRole("vtkMRMLTableNode", f"comparison {role} table", label)
    fillTable(table, ["x", "y"], list(zip(x.tolist(), y.tolist(), strict=True)))
    series = hiddenNodeOfRole("vtkMRMLPlotSeriesNode", f"comparison {role}", label)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetPlotType(series.PlotTypeScatter)
    series.SetMarkerStyle(series.MarkerStyleNone)
    series.SetColor(*color)
    series.SetXColumnName("x")
    series.SetYColumnName("y")
    return series


def _labels():
    return _("real"), _("synthetic")


def _table(volumes):
    table = nodeOfRole("vtkMRMLTableNode", "comparison measures", _("Real and synthetic"))
    columns = [_measures(volume) for volume in volumes]
    rows = [(name, *(column[name] for column in columns)) for name in columns[0]]
    fillTable(table, [_("Measure"), *_labels()], rows)
    return table


def _measures(volume):
    """Facts of a Volume by what they are called."""
    low, middle, high = np.percentile(volume.array, (5, 50, 95))
    return {
        _("Voxels"): " x ".join(map(str, volume.shape[::-1])),
        _("Spacing (mm)"): " x ".join(f"{size:.3g}" for size in volume.spacing),
        _("Mean"): f"{volume.array.mean():.4g}",
        _("Standard deviation"): f"{volume.array.std():.4g}",
        _("5th percentile"): f"{low:.4g}",
        _("Median"): f"{middle:.4g}",
        _("95th percentile"): f"{high:.4g}",
        _("Sharpness (per mm)"): f"{curves.sharpness(volume.array, volume.spacing):.4g}",
    }
