"""The stand-ins themselves: pictures of plots, layouts, panels in light and dark, and the whole application."""

import numpy as np
import pytest
from PIL import Image

BLUE, ORANGE = (0.0, 0.0, 1.0), (1.0, 0.5, 0.0)


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def share_of(picture, color):
    """The part of the picture that has about this colour."""
    return np.mean(np.abs(picture - 255 * np.array(color)).max(axis=-1) < 30)


@pytest.fixture
def chart(scene):
    """Two series over a column of steps, and one whose column isn't there."""
    import slicer

    steps = np.arange(100.0)
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", "Losses")
    slicer.util.updateTableFromArray(table, (steps, steps / 50, 2 - steps / 50), ["step", "G", "D"])
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", "Losses")
    chart.SetTitle("Training")
    chart.SetXAxisTitle("step")
    chart.SetYAxisTitle("loss")
    for name, color in (("G", BLUE), ("D", ORANGE), ("missing", (0.0, 1.0, 0.0))):
        series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", name)
        series.SetAndObserveTableNodeID(table.GetID())
        series.SetPlotType(series.PlotTypeScatter)
        series.SetMarkerStyle(series.MarkerStyleNone)
        series.SetXColumnName("step")
        series.SetYColumnName(name)
        series.SetColor(*color)
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
    return chart


@pytest.fixture
def ball(scene):
    import slicer

    axis = np.linspace(-1, 1, 32)
    depth, height, width = np.meshgrid(axis, axis, axis, indexing="ij")
    voxels = (200 * (depth**2 + height**2 + width**2 < 0.5)).astype(np.int16)
    return slicer.util.addVolumeFromArray(voxels, np.diag([-1.0, -1.0, 1.0, 1.0]), "Ball")


@pytest.fixture
def panel(slicer_app):
    """A panel with a text that wraps, a table and a button."""
    import qt

    panel = qt.QWidget()
    rows = qt.QVBoxLayout(panel)
    panel.setLayout(rows)
    text = qt.QLabel("A sentence that needs several lines where the panel is narrow. " * 4)
    text.wordWrap = True
    for widget in (text, qt.QTableWidget(2, 2), qt.QPushButton("&Start")):
        rows.addWidget(widget)
    return panel


def test_a_plot_shows_the_series_that_have_their_columns(views, chart, tmp_path):
    picture = pixels(views.render_plot(chart, tmp_path / "plot.png", (400, 300)))
    assert picture.shape == (300, 400, 3)
    assert share_of(picture, BLUE) > 0.002
    assert share_of(picture, ORANGE) > 0.002
    assert share_of(picture, (0.0, 1.0, 0.0)) == 0


def test_a_plot_shows_titles_legend_and_grid_as_the_chart_says(views, chart, tmp_path):
    full = pixels(views.render_plot(chart, tmp_path / "full.png", (400, 300)))
    for hide in ("SetTitleVisibility", "SetXAxisTitleVisibility", "SetLegendVisibility", "SetGridVisibility"):
        getattr(chart, hide)(False)
        less = pixels(views.render_plot(chart, tmp_path / "less.png", (400, 300)))
        assert (less != full).any(), hide
        full = less


def test_a_plot_of_high_density_has_twice_the_pixels(views, chart, tmp_path):
    assert pixels(views.render_plot(chart, tmp_path / "plot.png", (400, 300), scale=2)).shape == (600, 800, 3)


def test_a_line_is_drawn_over_the_rows(views, chart, tmp_path):
    series = chart.GetNthPlotSeriesNode(0)
    series.SetPlotType(series.PlotTypeLine)
    series.SetXColumnName("")
    assert share_of(pixels(views.render_plot(chart, tmp_path / "plot.png")), BLUE) > 0.002


def test_the_plot_stands_where_the_layout_has_it(views, ball, chart, tmp_path):
    import slicer

    slicer.modules.plots.logic().ShowChartInLayout(chart)
    picture = pixels(views.render_layout(tmp_path / "views.png", ball, size=(600, 400), window_level=(200, 100)))
    assert picture.shape == (400, 600, 3)
    assert share_of(picture[30:195, 310:590], BLUE) > 0.002
    for pane in (picture[30:190, 10:290], picture[230:390, 10:290], picture[230:390, 310:590]):
        assert pane.max() > 200
        assert share_of(pane, BLUE) == 0


def test_slices_plot_and_three_d_together(views, ball, chart, tmp_path):
    import slicer

    layout = slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalPlotView
    path = views.render_layout(tmp_path / "views.png", ball, layout=layout, chart=chart, size=(450, 300), scale=2)
    picture = pixels(path)
    assert picture.shape == (600, 900, 3)
    assert picture[50:290, 10:440].std() > 10
    assert share_of(picture[50:290, 460:890], BLUE) > 0.002


def test_views_that_show_different_things_are_drawn_as_they_are(views, ball, slicer_app):
    for name, volume in (("Red", ball), ("Green", None)):
        widget = slicer_app.app.layoutManager().sliceWidget(name)
        widget.mrmlSliceCompositeNode().SetBackgroundVolumeID(volume and volume.GetID())
        widget.fitSliceToBackground()
    red, green = (views.render_slice(name, None, (100, 100)) for name in ("Red", "Green"))
    assert red.max() > 200
    assert green.max() == 0


def test_a_table_view_shows_names_and_cells(views, scene):
    import slicer
    from SlicerStandIns.pictures.table_picture import table_pixels

    table = scene.AddNewNodeByClass("vtkMRMLTableNode", "Sizes")
    empty = table_pixels(None, (200, 100))
    assert empty.shape == (100, 200, 3)
    slicer.util.updateTableFromArray(table, np.array([1.5, 2.5]), ["ml"])
    filled = table_pixels(table, (200, 100), scale=2)
    assert filled.shape == (200, 400, 3)
    assert (filled < 100).mean() > 0.002


def test_the_three_d_view_shows_the_preset_that_the_module_has_copied(views, ball):
    import slicer

    logic = slicer.modules.volumerendering.logic()
    display = logic.CreateDefaultVolumeRenderingNodes(ball)
    pictures = []
    for name in ("MR-Default", "CT-Bones"):
        display.GetVolumePropertyNode().Copy(logic.GetPresetByName(name))
        pictures.append(views.render_three_d(ball, (200, 200)).astype(int))
    center = np.s_[80:120, 80:120]
    assert np.abs(pictures[0][center] - pictures[1][center]).mean() > 5
    assert display.GetVolumePropertyNode().GetName() == "CT-Bones"


def test_pictures_leave_the_visible_rendering_as_it_was(views, ball):
    import slicer

    display = slicer.modules.volumerendering.logic().CreateDefaultVolumeRenderingNodes(ball)
    display.SetVisibility(True)
    views.render_three_d(ball, (100, 100))
    assert display.GetVisibility()


@pytest.mark.parametrize(("theme", "low", "high"), [("light", 200, 256), ("dark", 0, 80)])
def test_panels_in_light_and_dark(views, panel, tmp_path, theme, low, high):
    picture = pixels(views.grab_panel(panel, tmp_path / "panel.png", width=400, theme=theme))
    assert low <= np.median(picture[3, :]) < high


def test_a_panel_is_whole_at_every_width_and_density(views, panel, tmp_path):
    heights = {}
    for width in (250, 500):
        once = pixels(views.grab_panel(panel, tmp_path / "once.png", width=width))
        twice = pixels(views.grab_panel(panel, tmp_path / "twice.png", width=width, scale=2))
        assert twice.shape == (2 * once.shape[0], 2 * width, 3)
        heights[width] = once.shape[0]
    assert heights[250] > heights[500]
    assert not panel.visible


def test_a_panel_is_as_wide_as_its_contents_need(views, panel, tmp_path):
    panel.layout().itemAt(1).widget().setMinimumWidth(300)
    assert pixels(views.grab_panel(panel, tmp_path / "panel.png", width=100)).shape[1] > 300


def test_the_application_with_panel_views_and_plot(views, panel, ball, chart, tmp_path):
    import slicer

    path = views.render_application(
        tmp_path / "application.png",
        panel,
        ball,
        panel_width=250,
        size=(700, 400),
        layout=slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView,
        chart=chart,
        theme="dark",
        module="CRFGANSynth",
        status="Training",
    )
    picture = pixels(path)
    assert picture.shape[1] == 700 + 6
    assert np.median(picture[40:, 2:8]) < 80
    assert share_of(picture[:, 260:], BLUE) > 0.0005
