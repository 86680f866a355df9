"""Batches of whole and mixed volumes."""

import numpy as np
import pytest
import torch
from crfgan.metrics.classifiers import mixing
from crfgan.metrics.classifiers.mixing import mixed_batch


@pytest.fixture
def undegraded(monkeypatch):
    """No blur, noise or brightness of the parts, and hard cuts."""
    for name in ("BLUR", "NOISE", "GAIN"):
        monkeypatch.setattr(mixing, name, 0)
    monkeypatch.setattr(mixing, "CUT_WIDTHS", (1e-3,))


def flat_volumes(count):
    """Volume i is i everywhere, so that a mixed one says whom its parts are from."""
    return torch.arange(count, dtype=torch.float32).view(-1, 1, 1, 1, 1).expand(-1, 1, 16, 24, 16).contiguous()


@pytest.mark.usefixtures("undegraded")
def test_whole_ones_are_of_one_volume_and_mixed_ones_of_the_same_two():
    batch, whole = mixed_batch(flat_volumes(5), 8, np.random.default_rng(0))
    assert batch.shape == (32, 1, 16, 24, 16)
    one, other, mixed, turned = batch.split(8)
    assert whole.tolist() == [1] * 16 + [0] * 16
    for a, b, m, t in zip(one, other, mixed, turned, strict=True):
        sources = {float(a.mean()), float(b.mean())}
        assert len(sources) == 2
        assert {round(float(v), 3) for v in m.unique()} == {round(float(v), 3) for v in t.unique()} == sources
        np.testing.assert_allclose(m + t, sum(sources), atol=1e-4)


@pytest.mark.usefixtures("undegraded")
def test_a_part_is_at_least_a_quarter_and_cuts_lie_along_every_axis():
    axes = set()
    batch, _ = mixed_batch(flat_volumes(2), 40, np.random.default_rng(1))
    for mixed in batch[80:120, 0]:
        assert 0.2 < mixed.mean() < 0.8
        axes |= {axis for axis in range(3) if mixed.diff(dim=axis).abs().max() > 0.5}
    assert axes == {0, 1, 2}


def test_both_classes_are_blurred_and_noisy_alike(monkeypatch):
    monkeypatch.setattr(mixing, "SHIFT", 0)
    rng = np.random.default_rng(2)
    volumes = torch.from_numpy(np.tanh(rng.standard_normal((2, 1, 16, 16, 16))).astype(np.float32))
    # Two copies of one volume: nothing is left that could tell the classes apart.
    batch, whole = mixed_batch(volumes[:1].repeat(2, 1, 1, 1, 1), 100, rng)
    steps = batch.diff(dim=2).abs().mean(dim=(1, 2, 3, 4))
    assert steps.std() > 0.2 * steps.mean()
    assert steps[whole == 1].mean() == pytest.approx(float(steps[whole == 0].mean()), rel=0.1)


def test_blur_is_gaussian_and_keeps_brightness():
    point = torch.zeros(1, 1, 17, 17, 17)
    point[0, 0, 8, 8, 8] = 1
    blurred = mixing._blurred(point, torch.tensor([1.2]))
    assert float(blurred.sum()) == pytest.approx(1, abs=1e-4)
    for axis in (2, 3, 4):
        line = blurred.sum(dim=[a for a in range(5) if a != axis])
        assert float((line * (torch.arange(17) - 8) ** 2).sum()) == pytest.approx(1.44, rel=0.01)
    np.testing.assert_allclose(mixing._blurred(point, torch.tensor([0.01])), point, atol=1e-6)


def test_the_same_generator_draws_the_same_batch():
    first, again = (mixed_batch(flat_volumes(4), 3, np.random.default_rng(5))[0] for _ in range(2))
    assert torch.equal(first, again)
