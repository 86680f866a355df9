"""A real and a synthetic volume side by side, on real nodes, slice logics and layouts."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from crfgan.phantoms import make_chest, make_head

MODULE = Path(__file__).resolve().parents[2] / "CRFGANSynth" / "CRFGANSynth.py"


@pytest.fixture
def slicer(slicer_app, scene):
    import slicer

    return slicer


@pytest.fixture
def manager(slicer):
    return slicer.app.layoutManager()


@pytest.fixture
def addVolume(slicer):
    return lambda volume, name: slicer.util.addVolumeFromArray(volume.array, volume.ijk_to_ras, name)


@pytest.fixture(scope="module")
def heads():
    return [make_head(seed, (32, 32, 32)).image for seed in range(2)]


@pytest.fixture
def nodes(addVolume, heads):
    """Two heads on the same voxels."""
    real, synthetic = (addVolume(image, name) for image, name in zip(heads, ("Real", "New"), strict=True))
    synthetic.SetAttribute("CRFGANSynth.Synthetic", "YES")
    return real, synthetic


@pytest.fixture
def compare(load, slicer):
    load(MODULE)
    from CRFGANSynthLib.comparison import Comparison

    return Comparison


@pytest.fixture
def layout(compare):
    from CRFGANSynthLib import comparison_layout

    return comparison_layout


def backgrounds(layout, columns):
    """Identifiers of what each row shows, from the left."""
    return [
        [widget.mrmlSliceCompositeNode().GetBackgroundVolumeID() for widget in widgets]
        for widgets in layout.rows(columns).values()
    ]


def sliceNodes(layout, orientation, columns=2):
    return [widget.mrmlSliceNode() for widget in layout.rows(columns)[orientation]]


def windowOf(node):
    display = node.GetDisplayNode()
    return display.GetWindowLevelMin(), display.GetWindowLevelMax()


def test_each_volume_has_a_column(compare, nodes, layout, manager):
    compare(*nodes).show()
    assert manager.layout == layout.TWO_COLUMNS
    assert backgrounds(layout, 2) == [[node.GetID() for node in nodes]] * 3
    orientations = [[node.GetOrientation() for node in sliceNodes(layout, each)] for each in layout.ORIENTATIONS]
    assert orientations == [["Axial"] * 2, ["Coronal"] * 2, ["Sagittal"] * 2]


def test_the_views_of_other_layouts_stay_as_they_are(compare, nodes, slicer, manager, addVolume, heads):
    other = addVolume(heads[0], "Other")
    slicer.util.setSliceViewerLayers(background=other)
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView)
    comparison = compare(*nodes)
    comparison.show()
    comparison.restore()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView
    for name in ("Red", "Green", "Yellow"):
        composite = manager.sliceWidget(name).mrmlSliceCompositeNode()
        assert composite.GetBackgroundVolumeID() == other.GetID()
        assert not composite.GetLinkedControl()


def test_restore_brings_windows_and_links_back(compare, nodes, layout):
    for node, limits in zip(nodes, ((0, 500), (10, 900)), strict=True):
        node.GetDisplayNode().AutoWindowLevelOff()
        node.GetDisplayNode().SetWindowLevelMinMax(*limits)
    comparison = compare(*nodes)
    comparison.show()
    assert windowOf(nodes[0]) == windowOf(nodes[1])
    comparison.show()
    comparison.restore()
    assert [windowOf(node) for node in nodes] == [(0, 500), (10, 900)]
    composites = [widget.mrmlSliceCompositeNode() for widget in layout.rows(2)["Axial"]]
    assert not any(composite.GetLinkedControl() or composite.GetHotLinkedControl() for composite in composites)


def test_restore_leaves_a_layout_that_the_user_has_chosen_since(compare, nodes, slicer, manager):
    comparison = compare(*nodes)
    comparison.show()
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
    comparison.restore()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView


def test_a_second_comparison_goes_back_to_the_layout_before_the_first(compare, nodes, slicer, manager):
    compare(*nodes).show()
    second = compare(*reversed(nodes))
    second.show()
    second.restore()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView


def test_restoring_what_was_never_shown_does_nothing(compare, nodes, slicer, manager):
    compare(*nodes).restore()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView


def test_scrolling_one_column_scrolls_the_other(compare, nodes, layout, slicer):
    link = slicer.vtkMRMLSliceLinkLogic()
    link.SetMRMLApplicationLogic(slicer.app.applicationLogic())
    link.SetMRMLScene(slicer.mrmlScene)
    compare(*nodes).show()
    left, right = layout.rows(2)["Axial"]
    left.sliceLogic().StartSliceNodeInteraction(slicer.vtkMRMLSliceNode.SliceToRASFlag)
    left.sliceLogic().SetSliceOffset(23)
    left.sliceLogic().EndSliceNodeInteraction()
    link.SetMRMLScene(None)
    assert right.sliceLogic().GetSliceOffset() == pytest.approx(23)
    assert layout.rows(2)["Coronal"][0].sliceLogic().GetSliceOffset() != pytest.approx(23)


def test_both_columns_begin_at_one_place_and_scale(compare, addVolume, heads, layout, slicer):
    moved = heads[1].ijk_to_ras.copy()
    moved[:3, :3] *= 1.2
    moved[:3, 3] += 10
    nodes = addVolume(heads[0], "Real"), addVolume(replace(heads[1], ijk_to_ras=moved), "New")
    compare(*nodes).show()
    for orientation in layout.ORIENTATIONS:
        left, right = sliceNodes(layout, orientation)
        assert left.GetFieldOfView()[:2] == pytest.approx(right.GetFieldOfView()[:2])
        places = [slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()) for node in (left, right)]
        np.testing.assert_allclose(*places)


def test_volumes_far_apart_are_seen_though_not_linked(compare, addVolume, heads, layout):
    far = heads[1].ijk_to_ras.copy()
    far[2, 3] += 1000
    nodes = addVolume(heads[0], "Real"), addVolume(replace(heads[1], ijk_to_ras=far), "New")
    compare(*nodes).show()
    widgets = layout.rows(2)["Axial"]
    assert widgets[1].sliceLogic().GetSliceOffset() - widgets[0].sliceLogic().GetSliceOffset() > 900
    assert not any(widget.mrmlSliceCompositeNode().GetLinkedControl() for widget in widgets)


def test_hounsfield_units_are_seen_through_the_real_volumes_window(compare, addVolume):
    nodes = [addVolume(make_chest(seed, (24, 24, 24)).image, name) for seed, name in ((0, "Real"), (1, "New"))]
    nodes[0].GetDisplayNode().AutoWindowLevelOff()
    nodes[0].GetDisplayNode().SetWindowLevel(1500, -500)
    compare(*nodes).show()
    assert [windowOf(node) for node in nodes] == [(-1250, 250)] * 2


def test_volumes_of_other_scales_keep_their_windows(compare, addVolume, heads):
    nodes = addVolume(heads[0], "Real"), addVolume(replace(heads[1], array=100 * heads[1].array), "New")
    before = [windowOf(node) for node in nodes]
    compare(*nodes).show()
    assert [windowOf(node) for node in nodes] == before


def test_plots_have_a_curve_of_each_volume(compare, nodes, layout, slicer):
    compare(*nodes).show()
    for plot, title in (("Histogram", "Histogram"), ("Spectrum", "Power spectrum")):
        chart = slicer.mrmlScene.GetNodeByID(layout.plotViewNode(plot).GetPlotChartNodeID())
        assert chart.GetTitle() == title
        series = [chart.GetNthPlotSeriesNode(index) for index in range(chart.GetNumberOfPlotSeriesNodes())]
        assert [each.GetName() for each in series] == ["real", "synthetic"]
        assert all(each.GetHideFromEditors() and each.GetTableNode().GetHideFromEditors() for each in series)
        for each in series:
            assert np.isfinite(slicer.util.arrayFromTableColumn(each.GetTableNode(), "y")).all()
            assert each.GetTableNode().GetNumberOfRows() > 10


def test_the_table_has_the_measures_of_both(compare, nodes, layout, heads):
    compare(*nodes).show()
    table = layout.tableViewNode().GetTableNode()
    cells = {table.GetCellText(row, 0): row for row in range(table.GetNumberOfRows())}
    assert [table.GetColumnName(column) for column in range(3)] == ["Measure", "real", "synthetic"]
    assert table.GetCellText(cells["Voxels"], 1) == "32 x 32 x 32"
    means = [float(table.GetCellText(cells["Mean"], column)) for column in (1, 2)]
    np.testing.assert_allclose(means, [head.array.mean() for head in heads], rtol=1e-3)


def test_nodes_are_filled_anew_the_second_time(compare, nodes, slicer):
    kinds = ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode", "vtkMRMLScalarVolumeNode")

    def count():
        return [slicer.mrmlScene.GetNumberOfNodesByClass(kind) for kind in kinds]

    for volumes in (nodes, nodes[::-1]):
        comparison = compare(*volumes)
        comparison.show()
        comparison.showDifference()
        comparison.showCheckerboard()
        comparison.restore()
        assert count() == [5, 4, 2, 4]


def test_the_difference_is_real_less_synthetic_in_a_third_column(compare, nodes, layout, manager, slicer, heads):
    comparison = compare(*nodes)
    node = comparison.showDifference()
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(node), heads[0].array - heads[1].array)
    assert manager.layout == layout.THREE_COLUMNS
    assert backgrounds(layout, 3) == [[*(each.GetID() for each in nodes), node.GetID()]] * 3
    assert node.GetDisplayNode().GetLevel() == 0
    assert node.GetAttribute("CRFGANSynth.Synthetic") == "YES"
    comparison.restore()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView


def test_the_checkerboard_takes_its_fields_by_turns(compare, nodes, slicer, heads):
    board = slicer.util.arrayFromVolume(compare(*nodes).showCheckerboard())
    field = np.s_[:5, :5, :5]
    beside = np.s_[:5, :5, 6:10]
    fields = [[np.array_equal(board[place], head.array[place]) for head in heads] for place in (field, beside)]
    assert sorted(fields) == [[False, True], [True, False]]


def test_volumes_on_different_voxels_are_refused_or_resampled(compare, addVolume, heads, slicer):
    finer = make_head(0, (48, 48, 48)).image
    comparison = compare(addVolume(heads[0], "Real"), addVolume(finer, "New"))
    for show in (comparison.showDifference, comparison.showCheckerboard):
        with pytest.raises(RuntimeError, match=r"Real and New lie on different voxels\. Resample the"):
            show()
    difference = slicer.util.arrayFromVolume(comparison.showDifference(resample=True))
    assert difference.shape == heads[0].shape
    # The same head on finer voxels: what is left is their sharper edges.
    assert np.abs(difference).mean() < 0.2 * heads[0].array.std()


def test_segmentations_are_seen_with_their_own_volume_alone(compare, nodes, layout, slicer):
    from CRFGANSynthLib.segmentations import fromLabelMap, segmentNode

    real = segmentNode(nodes[0], "head")
    synthetic = fromLabelMap(nodes[1], np.ones((32, 32, 32), np.uint8), {1: "All"})
    comparison = compare(*nodes)
    comparison.showSegmentations(real, synthetic)
    for column, segmentation in enumerate((real, synthetic)):
        shownIn = [sliceNodes(layout, orientation)[column].GetID() for orientation in layout.ORIENTATIONS]
        assert list(segmentation.GetDisplayNode().GetViewNodeIDs()) == shownIn
    table = layout.tableViewNode().GetTableNode()
    assert [table.GetCellText(row, 1) for row in range(2)] == ["Head", "All"]
    comparison.restore()
    assert real.GetDisplayNode().GetNumberOfViewNodeIDs() == 0


def test_what_a_user_sees(compare, nodes, views, tmp_path):
    from PIL import Image

    compare(*nodes).showDifference()
    picture = np.asarray(Image.open(views.render_layout(tmp_path / "views.png", None, size=(900, 600))).convert("L"))
    panes = [picture[30:190, left + 20 : left + 180].astype(int) for left in (0, 200, 400)]
    assert all(pane.std() > 20 for pane in panes)
    assert all(np.abs(a - b).mean() > 5 for a, b in itertools.pairwise(panes))
    # Plots and table are light.
    assert all(np.median(picture[top + 40 : top + 180, 620:880]) > 230 for top in (0, 200, 400))


def test_a_new_volume_is_shown_everywhere_but_in_a_comparison(
    compare, nodes, layout, slicer, manager, addVolume, heads
):
    from CRFGANSynthLib import views

    compare(*nodes).show()
    before = backgrounds(layout, 2)
    new = addVolume(heads[0], "Newest")
    views.showInSlices(new)
    assert backgrounds(layout, 2) == before
    for name in ("Red", "Green", "Yellow"):
        assert manager.sliceWidget(name).mrmlSliceCompositeNode().GetBackgroundVolumeID() == new.GetID()


def test_after_the_scene_was_closed_the_layout_can_be_left_and_shown_again(
    compare, nodes, layout, slicer, scene, manager
):
    comparison = compare(*nodes)
    comparison.show()
    slicer.mrmlScene.Clear(0)
    assert layout.isShown()  # Slicer keeps the layout, and forgets which one was there before
    comparison.restore()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
    layout.show(2)
    layout.leave()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
