"""`crfgan phantoms` leaves images and label maps."""

import json

from commands import run_here


def test_phantoms_are_written_with_their_label_maps(tmp_path):
    result = run_here("phantoms", tmp_path, "--count", 2, "--kind", "chest", "--shape", 32)
    assert result.returncode == 0
    assert [path.name for path in sorted((tmp_path / "images").glob("*.nrrd"))] == [
        "chest_0000.nrrd",
        "chest_0001.nrrd",
    ]
    assert json.loads((tmp_path / "labels" / "chest_0001.json").read_text())["Synthetic"] == "YES"
