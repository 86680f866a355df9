"""Sharpness and variety: what they are of known volumes, and what a ratio to real ones says."""

import numpy as np
import pytest
import torch
from crfgan.training.recording.preview_quality import Quality, sharpness, variety

RNG = np.random.default_rng(0)
VOLUMES = RNG.standard_normal((4, 6, 5, 7)).astype(np.float32)


def test_sharpness_is_the_mean_step_between_neighbours_over_the_axes():
    ramp = np.broadcast_to(np.arange(4.0), (2, 3, 4))
    assert sharpness([ramp]) == pytest.approx(1 / 3)
    assert sharpness([ramp, 3 * ramp]) == pytest.approx(2 / 3)


def test_variety_is_the_mean_deviation_over_the_volumes():
    assert variety([np.zeros((2, 2, 2)), np.full((2, 2, 2), 2.0)]) == pytest.approx(2**0.5)
    assert variety(VOLUMES) == pytest.approx(VOLUMES.std(0, ddof=1).mean(), rel=1e-5)


def test_arrays_and_tensors_with_a_channel_give_the_same():
    tensor = torch.from_numpy(VOLUMES)[:, None]
    assert sharpness(tensor) == pytest.approx(sharpness(VOLUMES))
    assert variety(tensor) == pytest.approx(variety(VOLUMES))
    assert sharpness(VOLUMES) == pytest.approx(np.mean([np.abs(np.diff(VOLUMES, axis=a)).mean() for a in (1, 2, 3)]))


def test_a_ratio_of_one_is_like_the_real_ones():
    real = Quality.of(VOLUMES)
    assert real.over(real) == {"sharpness": 1, "variety": 1}
    assert Quality.of(VOLUMES / 2).over(real) == {"sharpness": 0.5, "variety": 0.5}


def test_there_is_no_ratio_to_volumes_that_are_all_the_same():
    copies = Quality.of([VOLUMES[0], VOLUMES[0]])
    assert Quality.of(VOLUMES).over(copies)["variety"] is None
