"""Edges along each axis, beside those of real volumes."""

import numpy as np
import pytest
from crfgan.metrics.edges import edge_ratios, edge_strengths, streak_ratios, weakest, worst
from scipy.ndimage import gaussian_filter, uniform_filter1d

AXES = ("depth", "height", "width")


@pytest.fixture
def volumes():
    noise = np.random.default_rng(0).standard_normal((12, 32, 32, 32))
    return gaussian_filter(noise, (0, 1, 1, 1)).astype(np.float32)


def test_strengths_are_mean_steps_along_each_axis():
    ramp = np.zeros((4, 5, 6), np.float32) + np.arange(5, dtype=np.float32)[:, None] * 0.5
    np.testing.assert_allclose(edge_strengths([ramp, 2 * ramp]), [[0, 0.5, 0], [0, 1, 0]])


def test_real_volumes_beside_themselves_have_ratios_of_one(volumes):
    strengths = edge_strengths(volumes)
    for ratios in (edge_ratios(strengths, strengths), streak_ratios(strengths, strengths)):
        assert ratios == pytest.approx(dict.fromkeys(AXES, 1.0))


def test_blur_weakens_all_edges_and_makes_no_streaks(volumes):
    blurred = edge_strengths([gaussian_filter(volume, 1) for volume in volumes])
    assert max(edge_ratios(edge_strengths(volumes), blurred).values()) < 0.6
    assert weakest(streak_ratios(edge_strengths(volumes), blurred))[1] > 0.95


@pytest.mark.parametrize("axis", range(3))
def test_streaks_are_found_along_their_axis(volumes, axis):
    streaked = edge_strengths([uniform_filter1d(volume, 4, axis) for volume in volumes])
    found, ratio = weakest(streak_ratios(edge_strengths(volumes), streaked))
    assert (found, ratio < 0.7) == (AXES[axis], True)


def test_the_worst_axis_is_farthest_from_one_in_either_direction():
    assert worst({"depth": 1.5, "height": 0.6, "width": 1.0}) == ("height", 0.6)
    assert worst({"depth": 1.9, "height": 0.6, "width": 1.0}) == ("depth", 1.9)


def test_volumes_without_any_edge_give_no_ratio():
    blank = edge_strengths(np.zeros((3, 8, 8, 8), np.float32))
    assert all(np.isnan(ratio) for ratio in edge_ratios(blank, blank).values())
