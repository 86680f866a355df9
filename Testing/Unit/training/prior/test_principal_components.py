"""What is known of training volumes before anything is learned."""

import numpy as np
import pytest
import torch
from crfgan.networks.prior_generator import Prior
from crfgan.training.prior.principal_components import fit_prior, survey


@pytest.fixture
def volumes():
    return np.random.default_rng(0).uniform(-1, 1, (11, 32, 32, 32)).astype(np.float32)


def fitted(volumes, room=16):
    prior = Prior((32, 32, 32), room)
    found = survey(volumes).layouts
    fit_prior(prior, found)
    return prior, found


def test_components_are_those_of_numpy_s_singular_values(volumes):
    prior, found = fitted(volumes)
    centred = (found - found.mean(0)).flatten(1).numpy().astype(np.float64)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    expected = lengths[:5, None] * directions[:5] / np.sqrt(10)
    got = prior.components[:5].flatten(1).numpy()
    signs = np.sign((got * expected).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(got, signs * expected, atol=1e-4)


def test_no_more_components_are_kept_than_half_as_many_as_volumes_nor_than_there_is_room_for(volumes):
    assert (fitted(volumes)[0].components.flatten(1).abs().amax(1) > 0).sum() == 5
    assert (fitted(volumes, room=3)[0].components.flatten(1).abs().amax(1) > 0).sum() == 3
    assert (fitted(volumes, room=2)[0].components.flatten(1).abs().amax(1) > 0).sum() == 2


def test_scores_of_the_training_volumes_are_whitened(volumes):
    prior, found = fitted(volumes)
    scores = prior.scores(found)[:, :5].double()
    torch.testing.assert_close(scores.mean(0), torch.zeros(5).double(), atol=1e-4, rtol=0)
    torch.testing.assert_close(torch.cov(scores.T), torch.eye(5).double(), atol=1e-3, rtol=0)
    assert prior.scores(found)[:, 5:].abs().max() == 0


def test_volumes_that_are_all_the_same_have_no_components():
    prior, _ = fitted(np.zeros((4, 32, 32, 32), np.float32))
    assert prior.components.abs().max() == 0
    assert torch.isfinite(prior(torch.randn(2, 16))).all()


def test_no_training_volume_can_be_put_together_from_the_components(volumes):
    prior, found = fitted(volumes)
    again = prior(prior.scores(found))[:, 0]
    missing = (again - found).square().sum((1, 2, 3)) / (found - found.mean(0)).square().sum((1, 2, 3))
    assert missing.min() > 0.05
    assert missing.median() > 0.3


def test_deviations_of_the_bands_are_those_of_the_set(volumes):
    found = survey(volumes).deviations
    # Of uniform noise all bands have the voxels' own deviation.
    np.testing.assert_allclose(found.numpy(), np.full(8, 2 / np.sqrt(12)), rtol=0.02)
    assert survey([np.full((8, 8, 8), 0.5, np.float32)]).deviations.min() > 0
