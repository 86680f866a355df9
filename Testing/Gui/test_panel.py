"""The panel on real Qt widgets with the real worker process: every state that a user sees."""


def synthetic_nodes(slicer):
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    return [node for node in nodes if node.GetAttribute("CRFGANSynth.ModelSHA256")]


# First use


def test_opening_the_panel_installs_and_starts_nothing(panel, slicer_app):
    assert slicer_app.installer.requests == []
    assert not panel.shows(panel.ui.dependenciesFrame)
    assert not panel.shows(panel.ui.jobFrame)
    assert panel.widget.jobs.queue.jobs == []


def test_a_shipped_model_is_chosen_and_synthesizes_a_volume_in_one_click_more(panel, own_python, scene, slicer):
    assert "Learned from" in panel.ui.cardLabel.text
    panel.ui.synthesizeButton.click()
    panel.wait(panel.job)
    (node,) = synthetic_nodes(slicer)
    assert panel.job.error == ""
    assert panel.status.startswith("The synthetic volumes are in the scene.")
    assert node.GetAttribute("CRFGANSynth.Synthetic") == "YES"
    for name in slicer.app.layoutManager().sliceViewNames():
        composite = slicer.app.layoutManager().sliceWidget(name).mrmlSliceCompositeNode()
        assert composite.GetBackgroundVolumeID() == node.GetID()
    assert slicer.modules.volumerendering.logic().GetFirstVolumeRenderingDisplayNode(node).GetVisibility()


# Ready


def test_start_is_enabled_by_two_volumes_and_says_what_is_missing(panel, heads):
    panel.turn(0.1)
    assert not panel.ui.trainButton.enabled
    assert panel.ui.trainButton.toolTip == "Check two or more volumes first"
    panel.check(2)
    assert panel.ui.trainButton.enabled
    assert panel.ui.volumesLabel.text == "2 of 3 chosen"


def test_every_volume_shows_its_picture_size_and_problem(panel, heads, slicer):
    import numpy as np

    slicer.util.addVolumeFromArray(np.ones((3, 40, 40), np.int16), name="Thin")
    slicer.util.addVolumeFromArray(np.ones((40, 40, 40), np.int16), name="Blank")
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty")
    table = panel.ui.volumesTable
    panel.until(lambda: table.rowCount == 6 and all(row.icon is not None for row in panel.widget.train.volumes.rows))
    texts = [table.item(row, 0).text() for row in range(6)]
    assert texts[0] == "Head 0\n32 x 32 x 32, 6.75 mm"
    assert not table.item(0, 0).icon().isNull()
    assert texts[3:] == [
        "Thin\nToo thin: at least 8 slices are needed.",
        "Blank\nAll voxels are equal.",
        "Empty\nhas no voxels. Choose a volume that is loaded.",
    ]
    panel.ui.checkAllButton.click()
    assert panel.ui.volumesLabel.text == "3 of 3 chosen"


def test_volumes_that_come_go_and_are_renamed_are_followed(panel, heads, slicer):
    table = panel.ui.volumesTable
    panel.until(lambda: table.rowCount == 3)
    panel.check()
    heads[0].SetName("Another name")
    slicer.mrmlScene.RemoveNode(heads[1])
    panel.turn(0.2)
    assert [table.item(row, 0).text().splitlines()[0] for row in range(2)] == ["Another name", "Head 2"]
    assert panel.ui.volumesLabel.text == "2 of 2 chosen"


def test_synthetic_volumes_are_no_training_data(panel, heads):
    heads[0].SetAttribute("CRFGANSynth.Synthetic", "YES")
    panel.turn(0.2)
    assert panel.ui.volumesTable.rowCount == 2


def test_volumes_of_a_folder_are_looked_at_and_can_be_left_out(panel, scene, tmp_path, slicer):
    import qt
    from crfgan.phantoms import make_head
    from crfgan.volumes.writing import write_volume
    from CRFGANSynthLib.scene.parameters import Preset

    folder = tmp_path / "scans"
    for seed in range(3):
        write_volume(make_head(seed, (32, 32, 32)).image, folder / f"scan_{seed}.nrrd", {})
    (folder / "broken.nrrd").write_bytes(b"NRRD0004\nno")
    panel.ui.dataFolderPathEdit.currentPath = str(folder)
    table = panel.ui.volumesTable
    panel.until(lambda: table.rowCount == 4)
    texts = {table.item(row, 0).text().splitlines()[0]: row for row in range(4)}
    assert table.item(texts["broken"], 0).text().count("\n") == 1, "its problem stands in its row"
    assert panel.ui.volumesLabel.text == "3 of 3 chosen"
    table.item(texts["scan_1"], 0).setCheckState(qt.Qt.Unchecked)
    assert panel.parameters.leftOut == ["scan_1"]
    panel.parameters.preset, panel.parameters.iterations = Preset.TINY, 2
    panel.ui.trainButton.click()
    panel.wait(panel.job)
    assert panel.job.error == ""
    assert panel.widget.synthesize.model.card["volumes"] == 2


def test_estimates_of_memory_and_time_are_shown_for_the_chosen_and_the_smaller_size(panel, heads):
    from CRFGANSynthLib.scene.parameters import Preset

    panel.ui.trainSection.collapsed = False
    panel.until(lambda: panel.widget.train.estimates)
    panel.parameters.preset = Preset.SMALL
    lines = panel.ui.estimateLabel.text.splitlines()
    assert lines[0].startswith("64 x 64 x 64: ") and "of memory, about" in lines[0]
    assert lines[1].startswith("32 x 32 x 32: ")
    panel.check()
    panel.widget.train.estimates["full-256"]["fits"] = False
    panel.parameters.preset = Preset.FULL
    assert panel.ui.estimateLabel.text.startswith("256 x 256 x 256: does not fit")
    assert not panel.ui.trainButton.enabled
    assert "does not fit into memory" in panel.ui.trainButton.toolTip


def test_classes_are_given_to_all_checked_volumes_or_to_none(panel, heads, slicer):
    panel.check()
    panel.ui.volumesTable.item(0, 1).setText("young")
    assert not panel.ui.trainButton.enabled
    assert panel.ui.trainButton.toolTip == "Give every checked volume a class, or none"
    for row in (1, 2):
        panel.ui.volumesTable.item(row, 1).setText("old")
    job = panel.wait(panel.start_training())
    assert job.error == ""
    assert panel.widget.synthesize.model.card["classes"] == ["old", "young"]
    assert panel.shows(panel.ui.classComboBox)
    panel.ui.classComboBox.currentIndex = panel.ui.classComboBox.findData("old")
    panel.ui.synthesizeButton.click()
    panel.wait(panel.job)
    assert [node.GetAttribute("CRFGANSynth.Class") for node in synthetic_nodes(slicer)] == ["old"]


def trained_classes(panel, folder):
    """Choose a folder, train on what is in it, and say which classes the model has."""
    from CRFGANSynthLib.scene.parameters import Preset

    panel.parameters.dataFolder = folder
    panel.until(lambda: len(panel.widget.train.volumes.chosen) == 4)
    panel.parameters.preset, panel.parameters.iterations = Preset.TINY, 2
    panel.ui.trainButton.click()
    assert panel.wait(panel.job).error == ""
    return panel.widget.synthesize.model.card["classes"]


def test_volumes_of_one_name_in_every_patients_folder_keep_their_classes(panel, scene, tmp_path):
    from crfgan.phantoms import make_head
    from crfgan.volumes.writing import write_volume

    folder = tmp_path / "patients"
    for seed in range(4):
        write_volume(make_head(seed, (32, 32, 32)).image, folder / f"p{seed}" / "T1.nrrd", {})
    rows = "".join(f"p{seed}_T1,{'old' if seed % 2 else 'young'}\n" for seed in range(4))
    (folder / "labels.csv").write_text("name,class\n" + rows, encoding="utf-8")
    assert trained_classes(panel, folder) == ["old", "young"]


def test_a_dicom_series_has_one_class_however_many_slices_it_has(panel, scene, tmp_path):
    from crfgan.phantoms import make_chest
    from dicom_series import write_series

    folder = tmp_path / "patients"
    for seed in range(4):
        write_series(folder / f"chest{seed}", make_chest(seed, (32, 32, 32)).image.array, f"1.2.3.{seed}")
    rows = "".join(f"chest{seed},{'old' if seed % 2 else 'young'}\n" for seed in range(4))
    (folder / "labels.csv").write_text("name,class\n" + rows, encoding="utf-8")
    assert trained_classes(panel, folder) == ["old", "young"]


def test_the_window_is_shown_for_ct_with_a_window_only(panel, scene):
    from CRFGANSynthLib.scene.parameters import Modality

    assert not panel.shows(panel.ui.windowFrame)
    panel.parameters.modality = Modality.CT
    assert panel.shows(panel.ui.windowFrame)


def test_dice_choose_another_seed(panel, scene):
    seeds = set()
    for _ in range(3):
        panel.ui.diceButton.click()
        seeds.add(panel.ui.seedSpinBox.value)
    assert len(seeds) > 1 and panel.parameters.seed in seeds


# Training, finished


def test_training_then_synthesis_puts_volumes_into_the_scene(panel, own_python, heads, tmp_path, slicer):
    job = panel.start_training()
    assert panel.shows(panel.ui.jobFrame)
    panel.until(lambda: job.state == "running")
    panel.turn(0.2)
    assert panel.shows(panel.ui.stopButton) and panel.shows(panel.ui.pauseButton)
    panel.wait(job)
    assert job.error == ""
    assert panel.status.startswith("Training has finished. Press Synthesize to make volumes.")
    model = tmp_path / "data" / "runs" / "run" / "model.safetensors"
    assert panel.parameters.model == model
    assert not (model.parent / "exported").exists()
    assert panel.ui.resumeButton.text == "Train longer"

    panel.parameters.count = 2
    panel.ui.synthesizeButton.click()
    panel.wait(panel.job)
    assert len(synthetic_nodes(slicer)) == 2
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    folder = hierarchy.GetItemChildWithName(hierarchy.GetSceneItemID(), "Synthetic volumes")
    items = [hierarchy.GetItemByDataNode(node) for node in synthetic_nodes(slicer)]
    assert [hierarchy.GetItemParent(item) for item in items] == [folder] * 2


def test_the_model_of_every_training_is_chosen_at_its_end(panel, heads):
    for name in ("first", "second"):
        job = panel.wait(panel.start_training(name, iterations=1))
        assert panel.parameters.model == job.folder / "model.safetensors"
        assert panel.widget.synthesize.model.path == panel.parameters.model


def test_a_volume_like_a_chosen_one_and_truncated(panel, heads, slicer):
    panel.parameters.referenceVolume, panel.parameters.truncation = heads[0], 0.5
    panel.ui.synthesizeButton.click()
    panel.wait(panel.job)
    (node,) = synthetic_nodes(slicer)
    assert node.GetImageData().GetDimensions() == heads[0].GetImageData().GetDimensions()
    assert node.GetAttribute("CRFGANSynth.Truncation") == "0.5"


def test_curves_and_a_preview_are_shown_while_it_trains(panel, heads, slicer):
    job = panel.start_training(iterations=25)
    panel.wait(job)
    assert job.error == ""
    (chart,) = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    names = [chart.GetNthPlotSeriesNode(index).GetName() for index in range(chart.GetNumberOfPlotSeriesNodes())]
    assert {"discriminator", "generator", "sharpness", "variety"} <= set(names)
    (losses,) = [n for n in slicer.util.getNodesByClass("vtkMRMLTableNode") if n.GetName() == "Training losses"]
    assert losses.GetNumberOfRows() == 25
    previews = [n for n in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if n.GetName().startswith("Preview")]
    assert [node.GetName() for node in previews] == ["Preview, step 25"], "one volume that sharpens"
    assert previews[0].GetAttribute("CRFGANSynth.Synthetic") == "YES"
    assert slicer.app.layoutManager().layout == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView
    panel.ui.curvesButton.click()


def test_an_evaluated_training_keeps_the_best_model_and_says_so(panel, heads, slicer):
    from crfgan.phantoms import make_head

    for seed in range(3, 7):
        image = make_head(seed, (32, 32, 32)).image
        slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name=f"Head {seed}")
    job = panel.wait(panel.start_training(iterations=4, evaluateEvery=2))
    assert job.error == ""
    assert panel.status.splitlines()[1] in (
        "Nearest to held-out volumes at step 2.",
        "Nearest to held-out volumes at step 4.",
    )
    (chart,) = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    names = [chart.GetNthPlotSeriesNode(index).GetName() for index in range(chart.GetNumberOfPlotSeriesNodes())]
    assert "distance" in names
    assert panel.widget.synthesize.model.card["volumes"] == 3, "four of seven were held out"


# Paused, stopped, resumed


def test_pause_rests_the_computer_and_continue_goes_on(panel, heads):
    import psutil

    job = panel.train_until_a_step()
    panel.ui.pauseButton.click()
    panel.until(lambda: job.state == "paused")
    assert panel.status.startswith(f"Paused after step {job.done} of 5000. Everything is saved.")
    assert panel.ui.pauseButton.text == "Continue"
    worker = psutil.Process(job.worker.pid)
    before = sum(worker.cpu_times()[:2])
    panel.turn(1)
    assert sum(worker.cpu_times()[:2]) - before < 0.3
    step = job.done
    panel.ui.pauseButton.click()
    panel.until(lambda: job.state == "running" and job.done > step)


def test_stop_saves_and_resume_goes_on(panel, heads):
    job = panel.train_until_a_step()
    panel.ui.stopButton.click()
    panel.wait(job)
    assert job.state == "stopped" and job.error == ""
    assert "what was learned is saved" in panel.status
    assert (job.folder / "model.safetensors").exists()
    assert panel.shows(panel.ui.resumeButton)
    step = job.done
    panel.ui.resumeButton.click()
    panel.until(lambda: panel.job is not job and panel.job.done > step)


def test_a_finished_training_goes_on_for_as_many_steps_again(panel, heads):
    job = panel.wait(panel.start_training(iterations=3))
    panel.widget.jobs.show()
    panel.ui.resumeButton.click()
    longer = panel.wait(panel.job)
    assert longer is not job and longer.error == ""
    assert (longer.done, longer.total) == (6, 6)


def test_jobs_wait_in_line_and_can_be_taken_out_of_it(panel, heads, slicer):
    training = panel.train_until_a_step()
    panel.ui.synthesizeButton.click()
    second = panel.start_training("second")
    panel.turn(0.2)
    assert [panel.ui.waitingList.item(row).text() for row in range(2)] == ["Synthesis", "Training second"]
    panel.ui.waitingList.setCurrentRow(1)
    panel.ui.removeWaitingButton.click()
    assert second.state == "stopped"
    training.stop()
    panel.until(lambda: len(synthetic_nodes(slicer)) == 1)
    panel.turn(0.2)
    assert not panel.shows(panel.ui.waitingFrame)


def test_a_paused_training_lets_others_work(panel, heads, slicer):
    training = panel.train_until_a_step()
    panel.ui.synthesizeButton.click()
    training.pause()
    panel.until(lambda: len(synthetic_nodes(slicer)) == 1)
    assert training.state == "paused"


# Failed


def test_bad_input_ends_in_the_core_s_own_sentence(panel, scene, tmp_path, slicer_app, raises_in_slots):
    broken = tmp_path / "model.safetensors"
    broken.write_bytes(b"not a model")
    slicer_app.dialogs.file = str(broken)
    panel.ui.browseModelButton.click()
    assert "model.safetensors must be a file written by crfgan" in slicer_app.dialogs.texts("error")[0]
    raises_in_slots.clear()


def test_a_setting_that_is_illegal_is_refused_before_anything_starts(panel, heads, slicer_app, raises_in_slots):
    from CRFGANSynthLib.scene.parameters import Modality

    panel.check()
    panel.parameters.modality, panel.parameters.windowLow, panel.parameters.windowHigh = Modality.CT, 200, 100
    panel.ui.trainButton.click()
    assert "window" in slicer_app.dialogs.texts("error")[0]
    assert panel.job is None
    raises_in_slots.clear()
