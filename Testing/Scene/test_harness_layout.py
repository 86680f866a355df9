"""The stand-ins themselves: layouts, and charts shown in the plot view."""

import pytest


@pytest.fixture
def layouts(slicer_app):
    import slicer

    return slicer.vtkMRMLLayoutNode


@pytest.fixture
def manager(slicer_app):
    return slicer_app.app.layoutManager()


@pytest.fixture
def chart(scene):
    return scene.AddNewNodeByClass("vtkMRMLPlotChartNode", "Losses")


def test_a_chart_is_shown_in_a_layout_with_a_plot(manager, layouts, chart):
    import slicer

    changes = []
    manager.connect("layoutChanged(int)", changes.append)
    assert (manager.layout, manager.plotViewCount) == (layouts.SlicerLayoutFourUpView, 0)
    slicer.modules.plots.logic().ShowChartInLayout(chart)
    assert manager.layout == layouts.SlicerLayoutFourUpPlotView
    assert changes == [layouts.SlicerLayoutFourUpPlotView]
    assert manager.plotViewCount == 1
    assert manager.plotWidget(0).mrmlPlotViewNode().GetPlotChartNodeID() == chart.GetID()
    assert manager.plotWidget(1) is None


def test_a_layout_that_has_a_plot_stays(manager, layouts, chart):
    import slicer

    manager.layout = layouts.SlicerLayoutConventionalPlotView
    slicer.modules.plots.logic().ShowChartInLayout(chart)
    assert manager.layout == layouts.SlicerLayoutConventionalPlotView


def test_the_plot_view_stays_when_the_layout_changes_back(manager, layouts):
    manager.setLayout(layouts.SlicerLayoutFourUpPlotView)
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    assert manager.plotViewCount == 1


def test_every_test_starts_with_the_four_up_view(slicer_app, manager, layouts):
    manager.setLayout(layouts.SlicerLayoutFourUpPlotView)
    slicer_app.reset()
    assert (manager.layout, manager.plotViewCount) == (layouts.SlicerLayoutFourUpView, 0)
    manager.setLayout(layouts.SlicerLayoutFourUpPlotView)
    assert manager.plotViewCount == 1


@pytest.mark.parametrize(
    ("layout", "views"),
    [
        ("SlicerLayoutFourUpView", ["Red", "1", "Green", "Yellow"]),
        ("SlicerLayoutFourUpPlotView", ["Red", "PlotView1", "Green", "Yellow"]),
        ("SlicerLayoutConventionalPlotView", ["1", "PlotView1", "Red", "Green", "Yellow"]),
    ],
)
def test_views_of_a_layout_fill_the_window(layouts, layout, views):
    from SlicerStandIns.pictures.view_layout import panes_of

    panes = panes_of(getattr(layouts, layout), (900, 700))
    assert [pane.tag for pane in panes] == views
    assert sum(pane.rect.width() * pane.rect.height() for pane in panes) == 900 * 700


def test_a_module_s_own_layout_makes_its_slice_views(slicer_app, manager, layouts, scene):
    view = '<view class="vtkMRMLSliceNode" singletontag="{}"><property name="orientation">Coronal</property></view>'
    items = "".join(f"<item>{view.format(tag)}</item>" for tag in ("Left", "Right"))
    manager.layoutLogic().GetLayoutNode().AddLayoutDescription(26101, f'<layout type="horizontal">{items}</layout>')
    manager.setLayout(26101)
    assert manager.sliceViewNames() == ("Red", "Green", "Yellow", "Left", "Right")
    widget = manager.sliceWidget("Left")
    assert widget.mrmlSliceNode().GetOrientation() == "Coronal"
    assert widget.mrmlSliceCompositeNode().GetLayoutName() == "Left"
    assert widget.sliceLogic().GetSliceNode() is widget.mrmlSliceNode()
    assert manager.mrmlSliceLogics().GetNumberOfItems() == 5
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    assert manager.sliceWidget("Left") is widget
    slicer_app.reset()
    assert manager.sliceViewNames() == ("Red", "Green", "Yellow")
    assert scene.GetNumberOfNodesByClass("vtkMRMLSliceNode") == 3
