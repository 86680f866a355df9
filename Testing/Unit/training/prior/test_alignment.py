"""Volumes are brought to one shape, whoever counts the processors; blank ones are borne."""

import numpy as np
import pytest
import torch
from crfgan.phantoms import make_head
from crfgan.training.prior import alignment
from crfgan.training.prior.alignment import align, deformed
from scipy.ndimage import shift


@pytest.fixture(scope="module")
def head():
    found = make_head(0, (32, 32, 32)).image.array
    return np.clip(found / np.percentile(found, 99) * 2 - 1, -1, 1).astype(np.float32)


@pytest.fixture(scope="module")
def heads(head):
    """The same, moved by up to three voxels."""
    return [shift(head, by, order=1, cval=-1) for by in ((0, 0, 0), (3, 0, 0), (0, -3, 1), (-2, 1, -2))]


@pytest.fixture(scope="module")
def poses(heads):
    told = []
    found = align(heads, lambda done, total: told.append((done, total)))
    assert told == [(done, 8) for done in range(1, 9)]
    return found


def spread(volumes):
    return float(torch.stack([torch.as_tensor(each) for each in volumes]).std(0).mean())


def test_volumes_of_one_shape_in_several_places_come_to_lie_on_each_other(heads, poses):
    aligned = [deformed(volume, pose.from_mean) for volume, pose in zip(heads, poses, strict=True)]
    assert spread(aligned) < 0.35 * spread(heads)


def test_the_way_back_leads_to_the_volume(heads, poses):
    for volume, pose in zip(heads, poses, strict=True):
        again = deformed(deformed(volume, pose.from_mean).numpy(), pose.to_mean).numpy()
        inside = (slice(4, -4),) * 3
        assert np.abs(again - volume)[inside].mean() < 0.5 * np.abs(np.roll(volume, 1, 0) - volume)[inside].mean()


def test_the_number_of_processors_changes_nothing(heads, poses, monkeypatch):
    monkeypatch.setattr(alignment.os, "cpu_count", lambda: 1)
    again = align(heads, lambda done, total: None)
    assert all(torch.equal(a.to_mean, b.to_mean) for a, b in zip(again, poses, strict=True))


def test_blank_volumes_are_left_where_they_are():
    blank = [np.full((32, 32, 32), -1, np.float32)] * 3
    for pose in align(blank, lambda done, total: None):
        assert torch.isfinite(pose.to_mean).all()
        assert pose.to_mean.abs().max() < 1e-6


def test_to_stop_ends_it_within_a_registration(heads):
    class Stop(Exception):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        align(heads, stop)
