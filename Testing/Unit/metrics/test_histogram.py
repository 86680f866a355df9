"""The Wasserstein distance of intensities."""

import numpy as np
import pytest
from crfgan.metrics.histogram import BINS, histogram_wasserstein, intensity_shares
from scipy.stats import wasserstein_distance

RNG = np.random.default_rng(0)


def test_equals_scipys_to_the_width_of_a_bin():
    real, synthetic = RNG.uniform(-1, 1, (3, 12, 10, 8)), np.tanh(RNG.standard_normal((4, 12, 10, 8)))
    expected = wasserstein_distance(real.ravel(), synthetic.ravel())
    found = histogram_wasserstein(intensity_shares(real), intensity_shares(synthetic), 1)
    assert found == pytest.approx(expected, abs=2 / BINS)


def test_a_shift_is_told_in_the_units_of_the_volumes():
    # A window of 1624 HU: 0.25 of the training range's half.
    real = RNG.uniform(-1, 0.5, (2, 8, 8, 8))
    shifted = histogram_wasserstein(intensity_shares(real), intensity_shares(real + 0.25), scale=812)
    assert shifted == pytest.approx(203, abs=0.5)


def test_volumes_are_pooled():
    dark, bright = np.full((2, 2, 2), -0.5), np.full((2, 2, 2), 0.5)
    shares = intensity_shares([dark, bright])
    assert histogram_wasserstein(shares, shares[::-1], 1) == 0
    assert histogram_wasserstein(shares, shares[:1], 1) == pytest.approx(0.5)


def test_every_voxel_counts_once_at_the_ends_too():
    shares = intensity_shares([np.array([-1.0, 1.0, 1.5, -2.0]).reshape(1, 2, 2)])
    assert shares[0, 0] == shares[0, -1] == 0.5
