"""The section Compare on real widgets, real nodes and a real worker."""

from pathlib import Path

import pytest


@pytest.fixture
def volumes(heads, panel, scene, slicer):
    """Six real heads and three synthetic ones."""
    from crfgan.phantoms import make_head

    def add(seed, name):
        image = make_head(seed, (32, 32, 32)).image
        return slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name=name)

    real = [*heads, *(add(seed, f"Head {seed}") for seed in (3, 4, 5))]
    synthetic = [add(seed, f"Synthetic {seed}") for seed in (10, 11, 12)]
    for node in synthetic:
        node.SetAttribute("CRFGANSynth.Synthetic", "YES")
    panel.turn()
    return real, synthetic


@pytest.fixture
def opened(panel, volumes):
    """The section, opened after the volumes were there."""
    panel.ui.compareSection.collapsed = False
    panel.turn(0.1)
    return panel.widget.compare


def test_nothing_can_be_begun_without_volumes(panel, scene):
    panel.turn()
    assert not panel.ui.compareButton.enabled
    assert panel.ui.compareButton.toolTip == "Choose 4 or more real and 2 or more synthetic volumes first"
    for button in (panel.ui.sideBySideButton, panel.ui.differenceButton, panel.ui.segmentButton):
        assert not button.enabled
    assert not panel.ui.openReportButton.enabled


def test_opened_for_the_first_time_it_offers_all_volumes(panel, opened, volumes):
    real, synthetic = volumes
    assert list(panel.ui.realSelector.checkedNodes()) == real
    assert list(panel.ui.syntheticSelector.checkedNodes()) == synthetic
    assert panel.ui.compareButton.enabled


def test_what_is_chosen_is_kept_with_the_scene(panel, opened, volumes, tmp_path, slicer):
    import qt

    real, _synthetic = volumes
    for node in real[4:]:
        panel.ui.realSelector.setCheckState(node, qt.Qt.Unchecked)
    slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(0)
    assert list(panel.parameters.comparedReal) == []
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    panel.turn(0.1)
    assert [node.GetName() for node in panel.ui.realSelector.checkedNodes()] == [node.GetName() for node in real[:4]]


def test_compare_shows_the_audit_s_sentence_and_the_report(panel, opened, slicer, slicer_app):
    before = slicer.app.layoutManager().layout
    panel.ui.compareButton.click()
    assert slicer.app.layoutManager().layout != before, "one looks at the first pair meanwhile"
    job = panel.wait(panel.job)
    assert job.error == ""
    assert panel.status.startswith("The comparison is done: see Compare.")
    lines = panel.ui.compareResultLabel.text.splitlines()
    assert lines[0] == "The training volumes aren't known, so copies of them can't be looked for."
    assert "find no difference." in lines[1]
    panel.ui.openReportButton.click()
    (address,) = slicer_app.dialogs.opened_urls
    page = Path(address.removeprefix("file://"))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not (page.parent / "exported").exists()
    table = next(n for n in slicer.util.getNodesByClass("vtkMRMLTableNode") if n.GetName() == "Synthetic beside real")
    assert table.GetNumberOfRows() == 16
    panel.ui.restoreViewsButton.click()
    assert slicer.app.layoutManager().layout == before


def test_copies_are_looked_for_in_the_run_that_made_the_volumes(panel, heads, slicer):
    from CRFGANSynthLib import sample_data

    panel.wait(panel.start_training(iterations=2))
    panel.parameters.count = 2
    panel.ui.synthesizeButton.click()
    made = panel.wait(panel.job).nodes
    report = panel.widget.logic.evaluate(synthetic=made, real=sample_data.load("head", 4, 32), shape=(32, 32, 32))
    assert [pair["synthetic"] for pair in report["memorisation"]["pairs"]] == [f"{node.GetName()}.nii" for node in made]


def test_difference_and_checkerboard_are_added(panel, opened, slicer):
    panel.ui.differenceButton.click()
    panel.ui.checkerboardButton.click()
    names = [node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")]
    assert "Head 0 - Synthetic 10" in names and "Head 0 | Synthetic 10" in names


def test_a_structure_is_segmented_in_all_chosen_volumes(panel, opened, slicer):
    panel.ui.segmentComboBox.currentIndex = panel.ui.segmentComboBox.findData("head")
    panel.ui.segmentButton.click()
    assert len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")) == 9
    table = next(n for n in slicer.util.getNodesByClass("vtkMRMLTableNode") if n.GetName() == "Segment volumes")
    assert table.GetNumberOfRows() == 9


def test_a_preset_that_finds_nothing_says_so(panel, opened, slicer_app, raises_in_slots):
    panel.ui.segmentComboBox.currentIndex = panel.ui.segmentComboBox.findData("lung")
    panel.ui.segmentButton.click()
    assert "must show a lung, got nothing that looks like one" in slicer_app.dialogs.texts("error")[0]
    raises_in_slots.clear()


def test_a_volume_that_has_left_the_scene_is_no_longer_compared(panel, opened, volumes, slicer):
    slicer.mrmlScene.RemoveNode(volumes[0][0])
    panel.turn(0.1)
    panel.ui.sideBySideButton.click()
    assert opened.comparison.realNode is volumes[0][1]


def test_closing_the_scene_gives_the_views_back(panel, heads, slicer):
    from CRFGANSynthLib import comparison_layout

    manager = slicer.app.layoutManager()
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView)
    heads[0].SetAttribute("CRFGANSynth.Synthetic", "YES")
    panel.ui.compareSection.collapsed = False
    panel.turn(0.1)
    panel.ui.sideBySideButton.click()
    assert comparison_layout.isShown()
    slicer.mrmlScene.Clear(0)
    panel.turn(0.1)
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView
    assert not panel.ui.restoreViewsButton.enabled
