"""Volumes that are the same once they are prepared: numbers that can't be had are left out."""

import json
from dataclasses import replace

import numpy as np
from crfgan.commands.main import main
from crfgan.runs.card import read_card
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
from crfgan.volumes.writing import write_volume


def test_an_evaluation_on_identical_volumes_has_no_ratio_and_ends_well(head_folder, tmp_path, capsys):
    data = tmp_path / "data"
    data.mkdir()
    head = read_volume(find_volumes([head_folder / "head_0.nrrd"])[0])
    for number in range(8):  # by powers of two, which round nothing
        write_volume(replace(head, array=head.array * np.float32(2**number)), data / f"{number}.nrrd", {})
    arguments = ["train", str(data), "--out", str(tmp_path / "run"), "--preset", "tiny-32", "--batch-size", "2"]
    status = main([*arguments, "--iterations", "2", "--evaluate-every", "1", "--events"])
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 0, events[-1]
    assert len([event for event in events if event["event"] == "evaluated"]) == 2
    assert read_card(tmp_path / "run")["metrics"]["distance to held-out volumes"] is None
