"""The closest of several volumes, found through flips, shifts, contrast and noise."""

import numpy as np
import pytest
from crfgan.memorisation.alignment import Templates

RNG = np.random.default_rng(0)


def made(shape=(32, 32, 32)):
    """A volume of random blocks of 4 voxels."""
    blocks = RNG.uniform(-1, 1, [n // 4 for n in shape])
    return np.kron(blocks, np.ones((4, 4, 4))).astype(np.float32)


VOLUMES = [made() for _ in range(8)]
TEMPLATES = Templates(VOLUMES)


@pytest.mark.parametrize("axes", [(), (0,), (1,), (2,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("shift", [(0, 0, 0), (2, 0, 0), (0, -2, 2), (-2, 2, -2), (3, -1, 1)])
def test_a_flipped_and_shifted_volume_is_found_at_distance_zero(axes, shift):
    match = TEMPLATES.match(np.roll(np.flip(VOLUMES[5], axes), shift, (0, 1, 2)))
    assert match.index == 5
    assert match.distance == pytest.approx(0, abs=1e-4)


def test_what_a_shift_brings_into_the_grid_makes_no_difference():
    shifted = np.full_like(VOLUMES[2], -1)
    shifted[2:, :-2] = VOLUMES[2][:-2, 2:]
    assert TEMPLATES.match(shifted).distance == pytest.approx(0, abs=1e-4)


def test_contrast_and_brightness_make_no_difference():
    match = TEMPLATES.match(0.3 * VOLUMES[3] - 0.5)
    assert match.index == 3
    assert match.distance == pytest.approx(0, abs=1e-4)


def test_noise_makes_little_difference():
    noisy = VOLUMES[1] + RNG.normal(0, 0.2, VOLUMES[1].shape)
    match = TEMPLATES.match(noisy)
    assert match.index == 1
    assert match.distance < 0.05


def test_a_volume_like_none_is_no_closer_than_any():
    assert TEMPLATES.match(made()).distance == pytest.approx(1, abs=0.2)
    assert TEMPLATES.match(-VOLUMES[0]).distance > 0.8


def test_a_volume_without_structure_is_close_to_none():
    assert TEMPLATES.match(np.full((32, 32, 32), -1, np.float32)).distance == pytest.approx(1)


def test_being_like_all_of_them_isnt_being_a_copy_of_one():
    common = made()
    templates = Templates([common + 0.5 * volume for volume in VOLUMES])
    assert templates.match(common).distance > 0.8
    assert templates.match(common + 0.5 * VOLUMES[4]).distance == pytest.approx(0, abs=1e-4)


def test_the_order_of_the_volumes_makes_no_difference():
    new = made()
    backward = Templates(VOLUMES[::-1]).match(new)
    match = TEMPLATES.match(new)
    assert backward.index == 7 - match.index
    assert backward.distance == pytest.approx(match.distance, rel=1e-4)


@pytest.mark.parametrize("shift", [(1, 1, 4), (-3, 5, -7)])
def test_sides_may_differ_and_shifts_be_parts_of_a_cell(shift):
    volumes = [made((32, 64, 96)) for _ in range(4)]
    match = Templates(volumes).match(np.roll(volumes[3][:, ::-1], shift, (0, 1, 2)))
    assert match.index == 3
    assert match.distance == pytest.approx(0, abs=1e-4)
