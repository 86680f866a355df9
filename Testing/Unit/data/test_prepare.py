"""Volumes come to one grid in two steps, and are read once where memory allows."""

import numpy as np
import pytest
from crfgan.config import Preprocessing
from crfgan.data.cache import Cache, open_array
from crfgan.data.prepare import Preparation
from crfgan.data.preprocessing import choose_grid
from crfgan.errors import InputError, Interrupted
from crfgan.phantoms import make_head

SETTINGS = Preprocessing(shape=(32, 32, 32))
SIZE = make_head(0, (32, 32, 32)).image.array.nbytes


class Counted:
    """A head phantom that counts how often it is read."""

    def __init__(self, seed, content=None):
        self.name, self.seed, self.reads = f"head_{seed}", seed, 0
        self.content = content or f"{seed:064x}"
        self.source = None

    def content_hash(self):
        return self.content

    def read(self, content):
        self.reads += 1
        if self.seed < 0:
            raise InputError(f"{self.name} is damaged.")
        return make_head(self.seed, (32, 32, 32)).image


def prepare(volumes, cache, room):
    """Prepare; returns the arrays, what was skipped, and how many steps were told."""
    skipped, steps = [], []
    preparation = Preparation(SETTINGS, cache, lambda name, reason: skipped.append(name), lambda: steps.append(1), room)
    usable = preparation.survey(volumes)
    grid = choose_grid([each.survey for each in usable], SETTINGS)
    arrays = [np.array(open_array(kept.path, grid.shape)) for kept in preparation.arrays(usable, grid)]
    assert preparation.room == room, "what waited is let go of"
    return arrays, skipped, len(steps)


@pytest.mark.parametrize(("room", "reads"), [(0, [2, 2, 2]), (SIZE, [1, 2, 2]), (3 * SIZE, [1, 1, 1])])
def test_a_cold_volume_is_read_once_as_far_as_memory_allows(tmp_path, room, reads):
    volumes = [Counted(seed) for seed in range(3)]
    arrays, _, steps = prepare(volumes, Cache(tmp_path), room)
    assert [volume.reads for volume in volumes] == reads
    assert (len(arrays), steps) == (3, 6)


def test_arrays_are_the_same_whether_volumes_waited_or_were_read_again(tmp_path):
    waited, _, _ = prepare([Counted(seed) for seed in range(3)], Cache(tmp_path / "a"), 3 * SIZE)
    again, _, _ = prepare([Counted(seed) for seed in range(3)], Cache(tmp_path / "b"), 0)
    assert all(np.array_equal(one, other) for one, other in zip(waited, again, strict=True))


def test_what_the_cache_holds_is_not_read(tmp_path):
    prepare([Counted(0), Counted(1)], Cache(tmp_path), SIZE)
    volumes = [Counted(0), Counted(1)]
    prepare(volumes, Cache(tmp_path), SIZE)
    assert [volume.reads for volume in volumes] == [0, 0]


def test_one_content_under_two_names_is_read_once(tmp_path):
    volumes = [Counted(0), Counted(0), Counted(1)]
    arrays, _, _ = prepare(volumes, Cache(tmp_path), 3 * SIZE)
    assert [volume.reads for volume in volumes] == [1, 0, 1]
    assert np.array_equal(arrays[0], arrays[1])


def test_a_volume_that_cannot_be_used_is_told_and_left_out(tmp_path):
    arrays, skipped, steps = prepare([Counted(0), Counted(-1), Counted(1)], Cache(tmp_path), SIZE)
    assert skipped == ["head_-1"]
    assert (len(arrays), steps) == (2, 5)


def test_a_request_to_stop_is_answered_after_one_volume_and_what_was_done_is_kept(tmp_path):
    volumes, asked = [Counted(seed) for seed in range(3)], []
    preparation = Preparation(SETTINGS, Cache(tmp_path), print, list, should_stop=lambda: len(asked) > 0)
    usable = preparation.survey(volumes)
    asked.append(True)
    with pytest.raises(
        Interrupted, match=r"^Stopped after 1 of 3 volumes were prepared; what was done is kept\. The same"
    ):
        list(preparation.arrays(usable, choose_grid([each.survey for each in usable], SETTINGS)))
    assert len(list(tmp_path.glob("*.json"))) == 3 and len(list(tmp_path.glob("*.npy"))) == 1
    with pytest.raises(Interrupted, match=r"^Stopped after 1 of 3 volumes were looked at"):
        preparation.survey(volumes)
