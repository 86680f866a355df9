"""Volumes on the disk, for tests of what is made of them."""

import shutil

import pytest


@pytest.fixture
def heads(head_folder, tmp_path):
    """Three good volumes that a test may change."""
    folder = tmp_path / "heads"
    folder.mkdir()
    for number in range(3):
        shutil.copy(head_folder / f"head_{number}.nrrd", folder)
    return folder
