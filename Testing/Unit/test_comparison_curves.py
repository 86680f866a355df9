"""Curves that two volumes are compared by, on volumes whose curves are known."""

import numpy as np
import pytest
from CRFGANSynthLib.measures import curves as curves


def noise(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_a_histogram_is_a_density():
    centres, density = curves.histogram(np.array([[[0.5, 0.5, 1.5, 9.0]]]), 0, 2, bins=2)
    np.testing.assert_allclose(centres, [0.5, 1.5])
    np.testing.assert_allclose(density, [0.5, 0.25])


def test_a_window_leaves_out_the_ends():
    array = np.arange(1000.0).reshape(10, 10, 10)
    low, high = curves.window(array)
    assert 0 < low < 10
    assert 990 < high < 999


def test_a_common_window_spans_both():
    a, b = noise((20, 20, 20)), 1 + 1.5 * noise((20, 20, 20), 1)
    low, high = curves.common_window(a, b)
    assert low == min(curves.window(a)[0], curves.window(b)[0])
    assert high == max(curves.window(a)[1], curves.window(b)[1])


def test_scales_that_differ_much_have_no_common_window():
    a = noise((10, 10, 10))
    assert curves.common_window(a, 100 * a) is None
    assert curves.common_window(100 * a, a) is None


def test_sharpness_is_a_slope_in_mm():
    ramp = np.broadcast_to(6.0 * np.arange(5), (3, 4, 5))
    assert curves.sharpness(ramp, (2.0, 1.0, 1.0)) == pytest.approx(3 / 3)
