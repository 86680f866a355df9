"""Means over blocks."""

import numpy as np
from crfgan.metrics.features.pooling import block_mean


def test_blocks_are_averaged():
    volume = np.random.default_rng(0).standard_normal((8, 6, 4)).astype(np.float32)
    expected = volume.reshape(4, 2, 2, 3, 4, 1).mean(axis=(1, 3, 5))
    found = block_mean(volume, (2, 3, 1))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32


def test_the_last_part_of_a_block_is_left_out():
    np.testing.assert_array_equal(block_mean(np.arange(5.0).reshape(5, 1, 1), (2, 1, 1)).ravel(), [0.5, 2.5])
