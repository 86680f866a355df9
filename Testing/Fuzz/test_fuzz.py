"""A minute of `make fuzz`, the same changes each time."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from fuzz import attack
from readers import readers

EXAMPLES, SEED = 60, 1
NAMES = (
    "NIfTI", "NRRD", "detached NRRD", "MetaImage", "detached MetaImage", "DICOM", "facts beside a volume", "model",
    "card of a model", "configuration", "training set", "state", "log", "manifest", "events", "table of classes",
    "list of paths",
)  # fmt: skip


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return readers(tmp_path_factory.mktemp("whole"))


def test_every_reader_is_attacked(known):
    assert tuple(known) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_changed_files_are_read_or_refused_in_a_sentence(known, name):
    attack(known[name], EXAMPLES, SEED)
