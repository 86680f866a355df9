"""The named statistics: volumes for which they are known."""

import numpy as np
import pytest
from crfgan.metrics.features.statistics import NAMES, Statistics

NOISE = np.random.default_rng(0).standard_normal((32, 24, 40)).astype(np.float32)


def statistics(volume):
    (row,) = Statistics()([volume])
    return dict(zip(NAMES, row, strict=True))


def test_every_feature_has_a_name_of_its_own():
    assert len(set(NAMES)) == len(NAMES) <= 64


def test_intensities_of_noise():
    found = statistics(NOISE)
    assert found["intensity mean"] == pytest.approx(0, abs=0.02)
    assert found["intensity deviation"] == pytest.approx(1, abs=0.02)
    assert found["intensity percentile 50"] == pytest.approx(np.median(NOISE), abs=1e-6)
    assert found["intensity percentile 95"] == pytest.approx(1.645, abs=0.05)


def test_texture_of_noise():
    # The Laplacian's weights are -6 and six of 1; means of 8 voxels have an eighth of the variance.
    found = statistics(NOISE)
    for scale, divisor in ((1, 1), (2, 8), (4, 64)):
        assert found[f"Laplacian deviation at 1/{scale}"] == pytest.approx((42 / divisor) ** 0.5, rel=0.1)
    assert [found[f"autocorrelation {lag} along W"] for lag in (1, 2, 4)] == pytest.approx([0, 0, 0], abs=0.02)


@pytest.mark.parametrize(("axis", "name"), [(0, "D"), (1, "H"), (2, "W")])
def test_a_ramp_has_one_gradient_along_its_axis(axis, name):
    ramp = np.broadcast_to(np.moveaxis(np.arange(16.0)[:, None, None] / 8 - 1, 0, axis), (16, 16, 16))
    found = statistics(ramp.astype(np.float32))
    assert [found[f"mean step along {a}"] for a in "DHW"] == [0.125 if a == name else 0 for a in "DHW"]
    assert found["gradient mean"] == found["gradient percentile 99"] == 0.125
    assert found["gradient deviation"] == found["Laplacian deviation at 1/1"] == 0
    others = [a for a in "DHW" if a != name]
    assert [found[f"autocorrelation 4 along {a}"] for a in others] == pytest.approx([1, 1])


def test_a_wave_correlates_by_its_length():
    wave = np.cos(2 * np.pi * np.arange(32) / 8)
    found = statistics(np.broadcast_to(wave, (32, 32, 32)).astype(np.float32))
    expected = [np.cos(np.pi / 4), 0, -1]
    assert [found[f"autocorrelation {lag} along W"] for lag in (1, 2, 4)] == pytest.approx(expected, abs=0.1)


def test_a_blank_volume_has_finite_statistics():
    found = statistics(np.full((16, 16, 16), -1, np.float32))
    assert found["intensity mean"] == -1
    assert found["autocorrelation 1 along D"] == 0
