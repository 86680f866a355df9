"""MS-SSIM against torchmetrics, and of pairs."""

import numpy as np
import pytest
import torch
from crfgan.errors import InputError
from crfgan.metrics.ms_ssim import SCALE_WEIGHTS, ms_ssim, pairwise_ms_ssim
from scipy.ndimage import gaussian_filter
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

RNG = np.random.default_rng(0)


def smooth(*shape):
    """A smooth random volume in [-1, 1]."""
    volume = gaussian_filter(RNG.standard_normal(shape), 2)
    return np.clip(volume / (2 * volume.std()), -1, 1).astype(np.float32)


def noisy(volume, amount):
    return np.clip(volume + amount * RNG.standard_normal(volume.shape), -1, 1).astype(np.float32)


@pytest.mark.parametrize(("shape", "scales"), [((16, 20, 24), 1), ((32, 32, 32), 2), ((44, 44, 48), 3)])
@pytest.mark.parametrize("amount", [0.05, 0.5])
def test_equals_torchmetrics_with_the_scales_that_fit(shape, scales, amount):
    x = smooth(*shape)
    y = noisy(x, amount)
    weights = np.array(SCALE_WEIGHTS[:scales]) / sum(SCALE_WEIGHTS[:scales])
    tensors = [torch.from_numpy(volume)[None, None] for volume in (x, y)]
    expected = multiscale_structural_similarity_index_measure(
        *tensors, data_range=2.0, betas=tuple(weights), normalize="relu"
    )
    assert ms_ssim(x, y) == pytest.approx(float(expected), abs=1e-4)


def test_one_scale_is_the_plain_ssim():
    # scikit-image leaves a border out, in which the mirrored window counts here.
    x = smooth(16, 16, 16)
    y = noisy(x, 0.2)
    expected = structural_similarity(
        x, y, data_range=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )[1].mean()
    assert ms_ssim(x, y) == pytest.approx(expected, abs=0.02)


def test_a_volume_is_like_itself_and_less_like_noisier_copies():
    x = smooth(32, 32, 32)
    likeness = [ms_ssim(x, noisy(x, amount)) for amount in (0, 0.1, 0.3, 0.9)]
    assert likeness[0] == pytest.approx(1)
    assert likeness == sorted(likeness, reverse=True)


def test_opposites_are_unlike():
    x = smooth(32, 32, 32)
    assert ms_ssim(x, -x) == 0


def test_pairs_are_taken_by_place():
    volumes = [smooth(16, 16, 16) for _ in range(3)]
    told = []
    found = pairwise_ms_ssim(volumes, [(0, 0), (0, 2), (2, 1)], lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert found == pytest.approx([1, ms_ssim(volumes[0], volumes[2]), ms_ssim(volumes[2], volumes[1])])


@pytest.mark.parametrize(("x", "y"), [((16, 16, 8), (16, 16, 8)), ((16, 16, 16), (16, 16, 24))])
def test_other_shapes_are_refused(x, y):
    with pytest.raises(InputError, match="`volumes` must share a shape of at least 11 voxels a side"):
        ms_ssim(np.zeros(x, np.float32), np.zeros(y, np.float32))
