"""The panel with volumes in a folder on the disk."""


def test_one_name_in_every_patients_folder_trains_with_the_classes_of_its_table(panel, scene, tmp_path):
    from crfgan.phantoms import make_head
    from crfgan.volumes.writing import write_volume
    from CRFGANSynthLib.scene.parameters import Preset

    folder, rows = tmp_path / "cohort", ["name,class"]
    for seed in range(4):
        write_volume(make_head(seed, (32, 32, 32)).image, folder / f"p{seed}" / "T1.nrrd", {})
        rows.append(f"p{seed}_T1,{'sick' if seed % 2 else 'healthy'}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    panel.ui.dataFolderPathEdit.currentPath = str(folder)
    panel.until(lambda: panel.ui.volumesTable.rowCount == 4 and panel.ui.volumesLabel.text == "4 of 4 chosen")
    shown = [panel.ui.volumesTable.item(row, 1).text() for row in range(4)]
    assert sorted(shown) == ["healthy", "healthy", "sick", "sick"]
    panel.parameters.preset, panel.parameters.iterations = Preset.TINY, 2
    panel.ui.trainButton.click()
    panel.wait(panel.job)
    assert panel.job.error == ""
    card = panel.widget.synthesize.model.card
    assert (card["volumes"], card["classes"]) == (4, ["healthy", "sick"])
