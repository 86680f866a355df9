"""The judge of coherence: oblique columns that a cut breaks, and what it can't be trained on."""

import numpy as np
import pytest
import torch
from crfgan.errors import InputError
from crfgan.metrics.classifiers import coherence
from crfgan.metrics.classifiers.coherence import CoherenceClassifier
from scipy.ndimage import gaussian_filter


def columns(count, seed, side=16):
    """Columns through the whole depth, each of its own place, tilt and thickness."""
    rng = np.random.default_rng(seed)
    z, y, x = np.meshgrid(*[np.arange(side)] * 3, indexing="ij")
    volumes = []
    for _ in range(count):
        (cy, cx), (ty, tx) = rng.uniform(5, side - 6, 2), rng.uniform(-0.3, 0.3, 2)
        distance = np.hypot(y - cy - ty * (z - side / 2), x - cx - tx * (z - side / 2)) - rng.uniform(2, 3.5)
        volumes.append((-np.tanh(distance)).astype(np.float32))
    return volumes


def swapped(volumes, seed):
    """Each of the eight slabs from a random one of the volumes."""
    rng = np.random.default_rng(seed)
    slabs = np.split(np.array(volumes), 8, axis=1)
    return np.concatenate([slab[rng.permutation(len(slab))] for slab in slabs], axis=1)


@pytest.fixture(scope="module")
def judge():
    """Trained for a quarter of the usual steps: columns are easy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coherence, "STEPS", 350)
        return CoherenceClassifier.fit(columns(60, 0), columns(30, 1), seed=0)


def test_learns_to_tell_whole_from_mixed(judge):
    assert judge.accuracy > 0.75
    assert judge.real_share > 0.75


def test_shuffled_slabs_are_called_incoherent(judge):
    fresh = columns(30, 2)
    assert judge.share(fresh) > 0.75
    assert judge.share(swapped(fresh, 0)) < 0.1


def test_a_blurred_volume_can_be_coherent(judge):
    blurred = [gaussian_filter(volume, 0.8) for volume in columns(30, 2)]
    assert judge.share(blurred) > 0.7


def test_logits_are_one_a_volume_and_the_share_counts_the_positive_ones(judge):
    volumes = [*columns(5, 3), *swapped(columns(5, 4), 0)]
    logits = judge.logits(volumes)
    assert logits.shape == (10,)
    assert judge.share(volumes) == (logits > 0).mean()


def test_large_volumes_are_averaged_down(monkeypatch):
    monkeypatch.setattr(coherence, "STEPS", 1)
    large = [np.kron(volume, np.ones((4, 4, 6), np.float32)) for volume in columns(14, 5)]
    judge = CoherenceClassifier.fit(large[2:], large[:2], seed=0)
    halved = [volume.reshape(32, 2, 32, 2, 32, 3).mean(axis=(1, 3, 5)) for volume in large]
    np.testing.assert_allclose(judge.logits(large), judge.logits(halved), atol=1e-4)


def test_the_same_seed_trains_the_same_judge_and_leaves_the_global_generator_alone(monkeypatch):
    monkeypatch.setattr(coherence, "STEPS", 3)
    volumes, state = columns(14, 6), torch.get_rng_state()
    first, again, other = (
        CoherenceClassifier.fit(volumes[2:], volumes[:2], seed=seed).logits(volumes) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_progress_counts_the_steps(monkeypatch):
    monkeypatch.setattr(coherence, "STEPS", 2)
    calls = []
    CoherenceClassifier.fit(
        columns(12, 7), columns(2, 8), seed=0, progress=lambda done, total: calls.append((done, total))
    )
    assert calls == [(1, 2), (2, 2)]


def test_too_few_volumes_are_refused():
    with pytest.raises(InputError, match="`volumes` must be at least 12 to train a judge of coherence, got 11"):
        CoherenceClassifier.fit(columns(11, 0), columns(2, 1), seed=0)
    with pytest.raises(InputError, match="`held_out` must be at least 2 volumes, got 1"):
        CoherenceClassifier.fit(columns(12, 0), columns(1, 1), seed=0)
