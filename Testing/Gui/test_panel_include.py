"""What is left out as no training volume is used all the same when the user insists."""

import numpy as np
import pytest
from drawn_scans import mri


@pytest.fixture
def folder(tmp_path):
    """Three scans, a mask of one, and a copy of another."""
    from crfgan.volumes.volume import Volume
    from crfgan.volumes.writing import write_volume

    arrays = {f"scan_{seed}": mri(seed) for seed in range(3)}
    arrays |= {"mask_0": (mri(0) > 300).astype("u1"), "z_copy": mri(1)}
    for name, array in arrays.items():
        write_volume(Volume(array, np.diag([6.0, 6.0, 6.0, 1.0])), tmp_path / "scans" / f"{name}.nrrd", {})
    return tmp_path / "scans"


def train(panel):
    from CRFGANSynthLib.scene.parameters import Preset

    panel.parameters.preset, panel.parameters.iterations = Preset.TINY, 1
    panel.ui.trainButton.click()
    assert panel.wait(panel.job).error == ""
    return panel.widget.synthesize.model.card["volumes"]


def test_volumes_of_a_folder_that_were_left_out_are_used_at_a_click_and_left_out_at_another(panel, scene, folder):
    assert not panel.shows(panel.ui.includeButton)
    panel.ui.dataFolderPathEdit.currentPath = str(folder)
    panel.until(lambda: panel.ui.volumesLabel.text == "3 of 3 chosen" and panel.widget.train.volumes.rows[0].problem)
    texts = [panel.ui.volumesTable.item(row, 0).text() for row in range(5)]
    assert texts[0] == (
        "mask_0\nmask_0 looks like a label map (2 whole values, and its name). Leave it out, or press Use them anyway "
        "to use it all the same."
    )
    assert texts[4].endswith("Remove one of them, or press Use them anyway to use both.")
    assert panel.shows(panel.ui.includeButton) and not panel.ui.includeButton.checked
    assert panel.ui.includeButton.toolTip == (
        "Train on what was left out, too: masks and segmentations, volumes that are there under another name, too"
    )

    panel.ui.includeButton.click()
    panel.until(lambda: panel.ui.volumesLabel.text == "5 of 5 chosen")
    assert panel.parameters.include == ["copies", "label-maps"]
    assert panel.ui.includeButton.checked
    assert panel.ui.includeButton.toolTip.startswith("Used all the same: masks and segmentations, volumes that are")
    assert train(panel) == 5

    panel.ui.includeButton.click()
    panel.until(lambda: panel.ui.volumesLabel.text == "3 of 3 chosen")
    assert panel.parameters.include == []


def test_volumes_of_the_scene_that_a_training_left_out_are_used_by_the_next(panel, heads, slicer):
    from crfgan.phantoms import make_head

    image = make_head(0, (32, 32, 32)).image
    slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name="Head 0 again")
    panel.check()
    assert train(panel) == 3
    assert "Left out " in panel.status and "press Use them anyway to use both." in panel.status
    assert panel.shows(panel.ui.includeButton)
    panel.ui.includeButton.click()
    assert train(panel) == 4


def test_what_was_insisted_on_is_kept_with_the_scene(panel, scene, tmp_path, slicer):
    panel.parameters.include = ["label-maps"]
    slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(0)
    panel.turn(0.1)
    assert not panel.shows(panel.ui.includeButton)
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    panel.turn(0.1)
    assert panel.parameters.include == ["label-maps"]
    assert panel.shows(panel.ui.includeButton) and panel.ui.includeButton.checked
