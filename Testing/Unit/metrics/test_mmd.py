"""The maximum mean discrepancy: the written-out sum, no bias, and the kernel's width."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.mmd import median_bandwidth, mmd2


def kernel(a, b, bandwidth):
    return np.exp(-((a - b) ** 2).sum() / (2 * bandwidth**2))


def test_equals_the_sums_written_out():
    rng = np.random.default_rng(0)
    x, y, width = rng.standard_normal((5, 3)), rng.standard_normal((4, 3)) + 1, 1.7
    within_x = np.mean([kernel(x[i], x[j], width) for i in range(5) for j in range(5) if i != j])
    within_y = np.mean([kernel(y[i], y[j], width) for i in range(4) for j in range(4) if i != j])
    across = np.mean([kernel(a, b, width) for a in x for b in y])
    assert mmd2(x, y, width) == pytest.approx(within_x + within_y - 2 * across)


def test_two_pairs_far_apart():
    # Within each pair the kernel is exp(-1/2), across it is nothing.
    x, y = np.array([[0.0], [1.0]]), np.array([[1000.0], [1001.0]])
    assert mmd2(x, y, 1) == pytest.approx(2 * np.exp(-0.5))


def test_has_no_bias_between_sets_of_one_distribution():
    rng = np.random.default_rng(1)
    values = [mmd2(rng.standard_normal((10, 4)), rng.standard_normal((10, 4)), 2) for _ in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20
    assert min(values) < 0


def test_bandwidth_is_the_median_distance_of_pairs():
    # Distances 1, 2, 3, 3, 5, 6.
    assert median_bandwidth(np.array([[0.0], [1.0], [3.0], [6.0]])) == pytest.approx(3)


def test_a_kernel_of_no_width_is_refused():
    rows = np.zeros((3, 2))
    with pytest.raises(InputError, match="`bandwidth` must be greater than 0, got 0"):
        mmd2(rows, rows, median_bandwidth(rows))
