"""Small phantoms and a small run, made once for all tests."""

import pytest
from head_files import write_heads


@pytest.fixture(scope="session")
def head_folder(tmp_path_factory):
    """Five head phantoms of 32^3 voxels as files."""
    return write_heads(tmp_path_factory.mktemp("heads"), range(5))


@pytest.fixture(scope="session")
def trained_run(head_folder, tmp_path_factory):
    """The folder of a run of three steps, through the command line."""
    from crfgan.commands.main import main

    run = tmp_path_factory.mktemp("runs") / "run"
    arguments = ["train", str(head_folder), "--out", str(run), "--preset", "tiny-32", "--iterations", "3"]
    assert main([*arguments, "--batch-size", "2", "--seed", "4"]) == 0
    return run
