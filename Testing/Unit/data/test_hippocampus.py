"""The way of real MRI: load, train a few steps, synthesize, compare geometry and intensities with the source."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from crfgan.commands.main import main
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.skipif(not (DATA / "hippocampus_t1.npz").exists(), reason="needs shared/data/hippocampus_t1.npz")
def test_hippocampus_mri_from_files_to_synthetic_volumes(tmp_path):
    subprocess.run([sys.executable, DATA / "unpack.py", tmp_path / "hippo", "--count", "6"], check=True)
    images, run, new = tmp_path / "hippo" / "images", tmp_path / "run", tmp_path / "new"
    arguments = ["train", str(images), "--out", str(run), "--preset", "tiny-32", "--iterations", "4", "--seed", "1"]
    assert main([*arguments, "--batch-size", "4"]) == 0
    assert main(["synthesize", str(run), "--count", "2", "--seed", "1", "--out", str(new)]) == 0

    real = [read_volume(source) for source in find_volumes([images])]
    made = [read_volume(source) for source in find_volumes([new])]
    assert len(real) == 12
    assert len(made) == 2
    sizes = np.array([volume.spacing * volume.shape[::-1] for volume in real])
    for volume in made:
        extent = volume.spacing * volume.shape[::-1]
        assert (extent >= sizes.min(0) - 1).all()
        assert (extent <= sizes.max() + 1).all()
        assert np.linalg.norm(volume.center_ras() - np.median([v.center_ras() for v in real], axis=0)) < 5
        assert volume.array.min() >= 0
        assert volume.array.max() <= 255
        assert volume.array.dtype == np.int16
