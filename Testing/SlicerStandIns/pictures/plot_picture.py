"""Draws what Slicer's plot view, a Qt class that the wheel lacks, would show of a chart: with matplotlib."""

from pathlib import Path

import numpy as np
import slicer

BACKGROUND = "#fffdf6"
SERIES = slicer.vtkMRMLPlotSeriesNode
LINES = {
    SERIES.LineStyleNone: "none",
    SERIES.LineStyleSolid: "-",
    SERIES.LineStyleDash: "--",
    SERIES.LineStyleDot: ":",
    SERIES.LineStyleDashDot: "-.",
    SERIES.LineStyleDashDotDot: (0, (6, 2, 1, 2, 1, 2)),
}
MARKERS = {
    SERIES.MarkerStyleNone: "none",
    SERIES.MarkerStyleCross: "x",
    SERIES.MarkerStylePlus: "+",
    SERIES.MarkerStyleSquare: "s",
    SERIES.MarkerStyleCircle: "o",
    SERIES.MarkerStyleDiamond: "D",
}
BARS = (SERIES.PlotTypeBar, SERIES.PlotTypeScatterBar)
POINTS_PER_INCH = 72
MARGIN = 8 / POINTS_PER_INCH
# Axes end at round numbers, as in VTK's charts.
AXES = {"axes.autolimit_mode": "round_numbers", "axes.xmargin": 0, "axes.ymargin": 0, "font.family": "sans-serif"}


def render_plot(chart_node, path, size=(640, 480), *, scale: int = 1) -> Path:
    """The chart with its series, titles, axes, legend and grid, as a PNG file of size times scale pixels."""
    figure = _figure(chart_node, size, scale)
    figure.savefig(str(path))
    return Path(path)


def plot_pixels(chart_node, size, scale: int = 1):
    """The same as an array of (height, width, 3); a view without a chart is empty."""
    figure = _figure(chart_node, size, scale)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()


def _figure(chart, size, scale: int):
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(AXES):
        inches = (size[0] / POINTS_PER_INCH, size[1] / POINTS_PER_INCH)
        figure = Figure(figsize=inches, dpi=POINTS_PER_INCH * scale, layout="constrained", facecolor=BACKGROUND)
        figure.get_layout_engine().set(w_pad=MARGIN, h_pad=MARGIN)
        FigureCanvasAgg(figure)
        if chart is not None:
            _draw_chart(figure.subplots(), chart)
        figure.draw_without_rendering()
    return figure


def _draw_chart(axes, chart):
    axes.set_facecolor(BACKGROUND)
    for index in range(chart.GetNumberOfPlotSeriesNodes()):
        _draw_series(axes, chart.GetNthPlotSeriesNode(index))
    if chart.GetTitleVisibility():
        axes.set_title(chart.GetTitle() or "", fontsize=chart.GetTitleFontSize(), fontweight="bold")
    if chart.GetXAxisTitleVisibility():
        axes.set_xlabel(chart.GetXAxisTitle() or "", fontsize=chart.GetAxisTitleFontSize())
    if chart.GetYAxisTitleVisibility():
        axes.set_ylabel(chart.GetYAxisTitle() or "", fontsize=chart.GetAxisTitleFontSize())
    axes.tick_params(labelsize=chart.GetAxisLabelFontSize())
    if chart.GetXAxisLogScale():
        axes.set_xscale("log")
    if chart.GetYAxisLogScale():
        axes.set_yscale("log")
    if not chart.GetXAxisRangeAuto():
        axes.set_xlim(*chart.GetXAxisRange())
    if not chart.GetYAxisRangeAuto():
        axes.set_ylim(*chart.GetYAxisRange())
    if chart.GetGridVisibility():
        axes.grid(color="#d9d9d9")
    axes.set_axisbelow(True)
    if chart.GetLegendVisibility() and axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=chart.GetLegendFontSize(), framealpha=0.9, fancybox=False)


def _draw_series(axes, series):
    """As in Slicer, a series without its columns isn't drawn, and a line's x is the row."""
    y = _column(series, series.GetYColumnName()) if series is not None else None
    x = _column(series, series.GetXColumnName()) if y is not None and series.IsXColumnRequired() else None
    if y is None or (x is None and series.IsXColumnRequired()):
        return
    x = np.arange(len(y)) if x is None else x
    style = {"color": series.GetColor(), "alpha": series.GetOpacity(), "label": series.GetName()}
    if series.GetPlotType() in BARS:
        axes.bar(x, y, **style)
    else:
        axes.plot(
            x,
            y,
            linestyle=LINES[series.GetLineStyle()],
            linewidth=series.GetLineWidth(),
            marker=MARKERS[series.GetMarkerStyle()],
            markersize=series.GetMarkerSize(),
            **style,
        )


def _column(series, name: str):
    """A column of numbers of the series' table, or None."""
    table = series.GetTableNode()
    column = table.GetTable().GetColumnByName(name) if table is not None and name else None
    return slicer.util.arrayFromTableColumn(table, name) if column is not None and column.IsNumeric() else None
