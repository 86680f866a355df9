"""Sizes as people write them, and memory as the system counts it."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.hardware.memory import format_size, free_memory, parse_size, peak_memory, release_freed_memory


@pytest.mark.parametrize(
    ("text", "size"),
    [("8GB", 8 * 2**30), ("500M", 500 * 2**20), ("1.5 GiB", 3 * 2**29), ("2g", 2**31), ("1000", 1000), ("64kb", 2**16)],
)
def test_sizes_are_read_as_people_write_them(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "8 apples", "-1GB", "GB"])
def test_what_is_no_size_is_refused_in_one_sentence(text):
    with pytest.raises(
        InputError, match=r"The memory budget must be a size such as 8GB or 500MB, got .*\. Correct it\."
    ):
        parse_size(text)


def test_sizes_are_written_in_megabytes_and_gigabytes():
    assert format_size(200 * 2**20) == "200 MB"
    assert format_size(1.5 * 2**30) == "1.50 GB"


def test_peak_memory_grows_with_what_is_held():
    before = peak_memory()
    held = np.ones(before // 8 + 2**24)
    assert peak_memory() - before > held.nbytes // 4


def test_freed_memory_can_be_released_at_any_time():
    held = [np.ones(1000) for _ in range(1000)]
    release_freed_memory()
    assert all((each == 1).all() for each in held)


def test_a_machine_has_free_memory():
    assert 2**27 < free_memory("cpu") < 2**45
