"""Curves that two volumes are compared by, on volumes whose curves are known."""

import numpy as np
import pytest
from CRFGANSynthLib import comparison_curves as curves


def noise(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def wave(shape, spacing, frequency, axis):
    """A sine of so many cycles/mm along one axis of (K, J, I)."""
    size = np.flip(spacing)[axis]
    place = size * np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(3)])
    return np.broadcast_to(np.sin(2 * np.pi * frequency * place), shape)


def test_white_noise_has_its_variance_times_a_voxel_at_every_frequency():
    spacing = (1.0, 2.0, 2.5)
    frequencies, power = curves.radial_power(3 * noise((40, 48, 40)), spacing)
    np.testing.assert_allclose(power[3:], 9 * np.prod(spacing), rtol=0.25)
    assert np.mean(power) == pytest.approx(9 * np.prod(spacing), rel=0.1)
    assert frequencies[0] == pytest.approx(1 / 40)
    assert frequencies[-1] <= 0.5 / 2.5


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_wave_has_its_power_at_its_frequency_along_every_axis(axis):
    shape, spacing = (48, 56, 64), (1.0, 1.2, 1.4)
    frequencies, power = curves.radial_power(wave(shape, spacing, 0.2, axis), spacing)
    assert frequencies[np.argmax(power)] == pytest.approx(0.2, abs=0.02)


def test_a_constant_has_no_power():
    _, power = curves.radial_power(np.full((16, 16, 16), 7.0), (1, 1, 1))
    np.testing.assert_allclose(power, 0, atol=1e-12)


def test_blurring_takes_power_from_high_frequencies():
    sharp = noise((32, 32, 32))
    blurred = sum(np.roll(sharp, shift, axis) for axis in range(3) for shift in (-1, 0, 1)) / 9
    _, powers = curves.radial_power(sharp, (1, 1, 1))
    _, less = curves.radial_power(blurred, (1, 1, 1))
    assert less[-1] < 0.2 * powers[-1]
    assert less[0] > 0.9 * powers[0]


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
