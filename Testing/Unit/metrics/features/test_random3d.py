"""The random network's features: the same for ever, and moved by what must move them."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.features.random3d import BATCH, Random3D

RNG = np.random.default_rng(0)
PINNED_AT = [0, 8, 65, 72, 100, 215, 230, 350, 370, 500]
PINNED = [1.69801, -0.20618, 1.57818, 1.62233, 0.377, 2.40411, 0.04905, 0.85504, 0.05578, 0.48227]


def ramp(*shape):
    """A volume with a value of its own at every voxel."""
    return np.sin(np.arange(np.prod(shape), dtype=np.float64) / 50).reshape(shape).astype(np.float32)


def test_features_of_version_1_stay_what_they_were():
    features = Random3D()([ramp(16, 24, 32)])
    assert Random3D.name == "random3d-v1"
    assert features.shape == (1, 504)
    np.testing.assert_allclose(features[0, PINNED_AT], PINNED, atol=1e-4)


def test_background_is_nothing():
    # The network has no bias, and background lies at 0 before it.
    assert (Random3D()([np.full((16, 16, 16), -1, np.float32)]) == 0).all()


def test_volumes_do_not_depend_on_their_batch():
    volumes = RNG.uniform(-1, 1, (BATCH + 3, 16, 16, 16)).astype(np.float32)
    together, extract = Random3D()(volumes), Random3D()
    alone = np.concatenate([extract([volume]) for volume in volumes])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_layout_is_seen():
    half = np.full((32, 32, 32), -1, np.float32)
    half[:16] = 0.5
    features = Random3D()([half, half[::-1].copy()])
    assert np.linalg.norm(features[0] - features[1]) > 0.2 * np.linalg.norm(features[0])


def test_small_volumes_are_refused():
    with pytest.raises(InputError, match=r"at least 16 voxels a side, got \(8, 16, 16\)"):
        Random3D()([ramp(8, 16, 16)])
