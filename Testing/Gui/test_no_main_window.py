"""As `Slicer --no-main-window`: no views, no layouts, and all that doesn't need them works."""

import pytest

pytestmark = pytest.mark.usefixtures("no_main_window")


def test_slicer_starts_with_the_module_in_it(widget, slicer_app, slicer, raises_in_slots):
    slicer_app.app.startupCompleted.emit()
    assert raises_in_slots == []
    assert slicer.app.layoutManager() is None
    assert slicer.util.mainWindow() is None


def test_volumes_are_synthesized_and_trained_on_with_the_panel_open(panel, heads, slicer):
    panel.ui.synthesizeButton.click()
    assert panel.wait(panel.job).error == ""
    job = panel.start_training(showLive=True)
    assert panel.wait(job).error == ""
    panel.ui.curvesButton.click()


def test_what_needs_views_says_so(panel, heads, slicer, slicer_app):
    heads[0].SetAttribute("CRFGANSynth.Synthetic", "YES")
    panel.ui.compareSection.collapsed = False
    panel.turn(0.1)
    for button in (panel.ui.sideBySideButton, panel.ui.differenceButton, panel.ui.checkerboardButton):
        assert not button.enabled
    from CRFGANSynthLib.comparison import Comparison

    with pytest.raises(RuntimeError, match=r"only in Slicer's main window\. Start Slicer with it\."):
        Comparison(heads[1], heads[0]).show()
    assert heads[0].GetDisplayNode().GetAutoWindowLevel() == heads[1].GetDisplayNode().GetAutoWindowLevel()


def test_sample_data_comes_without_views(panel, scene, slicer):
    from CRFGANSynthLib import sample_data

    assert len(sample_data.load("head", 2, 32)) == 2
