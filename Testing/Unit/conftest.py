"""Small phantoms and a small run, made once for all tests."""

import pytest
from crfgan.phantoms import make_head
from crfgan.writing import write_volume


@pytest.fixture(scope="session")
def head_folder(tmp_path_factory):
    """Five head phantoms of 32^3 voxels as files."""
    folder = tmp_path_factory.mktemp("heads")
    for seed in range(5):
        write_volume(make_head(seed, (32, 32, 32)).image, folder / f"head_{seed}.nrrd", {})
    return folder


@pytest.fixture(scope="session")
def trained_run(head_folder, tmp_path_factory):
    """The folder of a run of three steps, through the command line."""
    from crfgan.cli import main

    run = tmp_path_factory.mktemp("runs") / "run"
    arguments = ["train", str(head_folder), "--out", str(run), "--preset", "tiny-32", "--iterations", "3"]
    assert main([*arguments, "--batch-size", "2", "--seed", "4"]) == 0
    return run
