"""The panel with volumes under transforms that aren't linear: what it counts, and copies of all of them at once."""

import numpy as np
import pytest
from grid_transforms import half_bent_scans, put_under_grid_transform


@pytest.fixture
def scans(panel, scene):
    """Four CTs, of which the second and the fourth are under a grid transform, all looked at by the panel."""
    nodes = half_bent_scans()
    panel.until(lambda: len(panel.widget.train.volumes.rows) == 4 and looked_at(panel))
    panel.ui.checkAllButton.click()
    return nodes


def looked_at(panel):
    return all(row.icon is not None for row in panel.widget.train.volumes.rows)


def texts(panel):
    return [panel.ui.volumesTable.item(row, 0).text() for row in range(panel.ui.volumesTable.rowCount)]


def test_the_count_says_how_many_cannot_be_used_as_they_are(panel, scans):
    assert panel.ui.volumesLabel.text == "2 of 2 chosen; 2 can't be used as they are"
    assert texts(panel)[1] == "CT 1\nUnder a transform that isn't linear. Press Harden copies."
    assert panel.shows(panel.ui.hardenButton)


def test_copies_of_all_of_them_are_made_and_chosen_at_once(panel, scans, slicer):
    voxels = [slicer.util.arrayFromVolume(node).copy() for node in scans]
    panel.ui.hardenButton.click()
    panel.turn(0.3)
    assert panel.ui.volumesLabel.text == "4 of 4 chosen"
    assert not panel.shows(panel.ui.hardenButton)
    assert texts(panel)[1] == "CT 1\nUnder a transform that isn't linear: its hardened copy is used."
    chosen = [row.name for row in panel.widget.train.volumes.chosen]
    assert sorted(chosen) == ["CT 0", "CT 1 hardened", "CT 2", "CT 3 hardened"]
    assert scans[1].GetParentTransformNode() is not None
    assert all(np.array_equal(slicer.util.arrayFromVolume(n), v) for n, v in zip(scans, voxels, strict=True))
    job = panel.start_training()
    panel.wait(job)
    assert job.error == ""
    assert panel.widget.synthesize.model.card["volumes"] == 4


def test_a_volume_that_is_put_under_a_transform_or_taken_from_it_later_is_followed(panel, scans, slicer):
    put_under_grid_transform(scans[0])
    panel.turn(0.3)
    assert panel.ui.volumesLabel.text == "1 of 1 chosen; 3 can't be used as they are"
    for node in scans:
        node.SetAndObserveTransformNodeID(None)
    panel.turn(0.3)
    assert panel.ui.volumesLabel.text.startswith("2 of 4 chosen") and not panel.shows(panel.ui.hardenButton)


def test_a_copy_that_is_deleted_can_be_made_again(panel, scans, slicer):
    panel.ui.hardenButton.click()
    slicer.mrmlScene.RemoveNode(slicer.util.getNode("CT 1 hardened"))
    panel.turn(0.3)
    assert panel.ui.volumesLabel.text == "3 of 3 chosen; 1 can't be used as they are"
    panel.ui.hardenButton.click()
    panel.turn(0.3)
    assert panel.ui.volumesLabel.text == "4 of 4 chosen"
