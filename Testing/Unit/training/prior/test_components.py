"""What is known of training volumes before anything is learned."""

import numpy as np
import pytest
import torch
from crfgan.networks.prior.prior import Prior
from crfgan.training.prior import components
from crfgan.training.prior.alignment import Pose
from crfgan.training.prior.components import fit_prior, principal


@pytest.fixture
def rows():
    return torch.from_numpy(np.random.default_rng(0).uniform(-1, 1, (11, 4, 5, 6)).astype(np.float32))


def test_components_are_those_of_numpy_s_singular_values(rows):
    centred = (rows - rows.mean(0)).flatten(1).numpy().astype(np.float64)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    expected = lengths[:5, None] * directions[:5] / np.sqrt(10)
    got = principal(rows, 16).components[:5].flatten(1).numpy()
    signs = np.sign((got * expected).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(got, signs * expected, atol=1e-4)


@pytest.mark.parametrize(("room", "kept"), [(16, 5), (3, 3), (2, 2)])
def test_as_many_are_kept_as_there_is_room_for_and_at_most_half_as_many_as_rows(rows, room, kept):
    found = principal(rows, room)
    assert found.components.shape == (room, 4, 5, 6)
    assert (found.components.flatten(1).abs().amax(1) > 0).sum() == kept
    assert found.scores[:, kept:].abs().max() == 0 if kept < room else True


def test_scores_of_the_rows_are_whitened_and_lead_back_to_them(rows):
    found = principal(rows, 5)
    torch.testing.assert_close(found.scores.mean(0), torch.zeros(5), atol=1e-4, rtol=0)
    torch.testing.assert_close(torch.cov(found.scores.T), torch.eye(5), atol=1e-3, rtol=0)
    centred, directions = (rows - found.mean).flatten(1), found.components.flatten(1)
    again = found.scores @ directions
    torch.testing.assert_close(again @ directions.T, centred @ directions.T, atol=1e-3, rtol=1e-3)


def test_rows_that_are_all_the_same_have_no_components():
    found = principal(torch.ones(4, 3, 3), 16)
    assert found.components.abs().max() == 0 and found.scores.abs().max() == 0


def test_no_row_can_be_put_together_from_the_components(rows):
    found = principal(rows, 16)
    again = found.mean + torch.einsum("nk,k...->n...", found.scores, found.components)
    missing = (again - rows).square().sum((1, 2, 3)) / (rows - found.mean).square().sum((1, 2, 3))
    assert missing.min() > 0.05
    assert missing.median() > 0.3


@pytest.fixture
def unmoved(monkeypatch):
    """Every volume lies in the mean as it is."""
    nothing = torch.zeros(1, 3, 32, 32, 32)
    monkeypatch.setattr(components, "align", lambda volumes, tell: [Pose(nothing, nothing)] * len(volumes))


def test_a_prior_of_aligned_volumes_has_their_mean_and_draws_each_by_its_scores(unmoved):
    volumes = np.random.default_rng(0).uniform(-1, 1, (2, 32, 64, 32)).astype(np.float32)
    volumes = np.stack([volumes[0] + weight * volumes[1] for weight in (-2, -1, 1, 2)])
    prior = Prior((32, 64, 32), 2, 3)
    known = fit_prior(prior, volumes, lambda done, total: None)
    torch.testing.assert_close(prior.mean[0, 0], torch.from_numpy(volumes.mean(axis=0)), atol=1e-5, rtol=0)
    assert known.scores.shape == (4, 5)
    assert known.scores[:, :2].abs().max() == 0, "nothing is deformed"
    drawn = prior.layout(prior.draw(known.scores))[:, 0]
    wanted = torch.nn.functional.avg_pool3d(torch.from_numpy(volumes)[:, None], 4)[:, 0]
    assert (drawn - wanted).abs().mean() < 0.25 * (wanted - wanted.mean(0)).abs().mean()


def test_deviations_of_the_bands_are_those_of_the_set(unmoved):
    noise = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 32)).astype(np.float32)
    found = fit_prior(Prior((32, 32, 32), 1, 1), noise, lambda done, total: None).deviations
    # Of uniform noise all bands have the voxels' own deviation.
    np.testing.assert_allclose(found.numpy(), np.full(8, 2 / np.sqrt(12)), rtol=0.02)
    blank = np.full((2, 32, 32, 32), 0.5, np.float32)
    assert fit_prior(Prior((32, 32, 32), 1, 1), blank, lambda done, total: None).deviations.min() > 0
