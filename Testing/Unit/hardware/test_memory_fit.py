"""As much of a batch as fits is in memory at a time, and what doesn't fit is refused with a way out."""

import re

import pytest
from crfgan.commands.main import main
from crfgan.config import PRESETS
from crfgan.errors import InputError
from crfgan.hardware.memory_estimate import training_memory
from crfgan.hardware.memory_fit import fit_to_memory

FULL = PRESETS["full-256"]
GB = 2**30


def test_as_much_of_a_batch_as_fits_is_in_memory_at_a_time():
    assert fit_to_memory(FULL, "cpu", 100 * GB).training.volumes_at_a_time == 0
    whole, half, one = (training_memory(FULL, "cpu", n) for n in (4, 2, 1))
    assert whole > half > one
    assert fit_to_memory(FULL, "cpu", half).training.volumes_at_a_time == 2
    assert fit_to_memory(FULL, "cpu", one).training.volumes_at_a_time == 1


def test_what_does_not_fit_is_refused_and_what_would_is_named():
    with pytest.raises(InputError) as refused:
        fit_to_memory(FULL, "cpu", 2 * GB)
    sentence = str(refused.value)
    assert "needs" in sentence
    assert "got 2.00 GB, which is what the memory budget allows" in sentence
    assert "What fits: " in sentence
    sides = re.search(r"or shape (\d+) x (\d+) x (\d+) \(", sentence)
    smaller = FULL.override(shape=tuple(map(int, sides.groups())))
    assert training_memory(smaller, "cpu", 1) <= 2 * GB, sentence
    assert "--" not in sentence


def test_where_nothing_fits_that_is_said():
    with pytest.raises(InputError, match="No smaller setting fits either: free some memory"):
        fit_to_memory(FULL, "cpu", GB // 8)


def test_training_that_can_not_fit_says_so_before_volumes_are_read(tmp_path, capsys):
    missing = tmp_path / "nothing"
    assert (
        main(["train", str(missing), "--out", str(tmp_path / "run"), "--preset", "full-256", "--memory-budget", "1GB"])
        == 1
    )
    assert "What fits" in capsys.readouterr().err
    assert not (tmp_path / "run" / "config.json").exists()
