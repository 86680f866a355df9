"""The radial power spectrum: waves, noise and blur."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.spectrum import log_spectra, radial_power, spectrum_distance
from scipy.ndimage import gaussian_filter

RNG = np.random.default_rng(0)
NOISE = [RNG.standard_normal((32, 32, 32)).astype(np.float32) for _ in range(4)]


@pytest.mark.parametrize("axis", range(3))
def test_a_wave_has_its_power_at_its_frequency(axis):
    # 8 waves over 32 voxels of 2 mm.
    wave = np.cos(2 * np.pi * 8 * np.arange(32) / 32)
    volume = np.broadcast_to(np.moveaxis(wave[:, None, None], 0, axis), (32, 32, 32))
    frequencies, power = radial_power(volume, (2, 2, 2))
    assert frequencies[power.argmax()] == pytest.approx(8 / 64)
    assert power[(frequencies < 0.09) | (frequencies > 0.16)].max() < 1e-3 * power.max()


def test_white_noise_has_the_same_power_everywhere():
    _, power = np.mean([radial_power(volume, (1, 1, 1)) for volume in NOISE], axis=0)
    # The first shells hold few frequencies.
    assert power[5:] == pytest.approx(np.ones(11), abs=0.1)


def test_frequencies_are_in_cycles_per_mm_up_to_the_coarsest_axis():
    frequencies, power = radial_power(np.zeros((16, 32, 32)), (3, 1, 1))
    assert frequencies[0] == pytest.approx(1 / 32)
    assert frequencies[-1] <= 0.5 / 3 < frequencies[-1] + 1 / 32
    assert (power == 0).all()


def test_brightness_alone_has_no_power():
    assert radial_power(np.full((16, 16, 16), 0.7, np.float32), (1, 1, 1))[1].max() < 1e-10


def test_distance_is_the_mean_difference_in_tens_of_decibels():
    spectra = log_spectra(NOISE)
    # Ten times the amplitude is 20 dB.
    assert spectrum_distance(spectra, log_spectra([10 * volume for volume in NOISE])) == pytest.approx(2, abs=1e-4)
    assert spectrum_distance(np.array([[1.0, 1], [3, 3]]), np.array([[2.0, 2 + 2**0.5]])) == pytest.approx(1)


def test_more_blur_is_farther_away():
    sharp = log_spectra(NOISE)
    distances = [
        spectrum_distance(sharp, log_spectra([gaussian_filter(volume, sigma) for volume in NOISE]))
        for sigma in (0, 0.4, 0.8, 1.2)
    ]
    assert distances[0] == 0
    assert distances == sorted(distances)


def test_other_grids_are_refused():
    with pytest.raises(InputError, match="`synthetic` must have the 16 features of `real`, got 8"):
        spectrum_distance(log_spectra(NOISE), log_spectra([np.zeros((16, 16, 16))]))
