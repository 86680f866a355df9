"""The losses of the four networks, and the CRF's share over time."""

import pytest
import torch
from crfgan.config import Config
from crfgan.randomness import step_generator
from crfgan.training.losses import crf_share, generator_loss, mode_seeking_loss, spliced_negatives


def test_crf_share_falls_linearly_to_zero():
    config = Config().override(iterations=100, crf_weight=0.5, crf_fade=0.75)
    assert [crf_share(step, config) for step in (0, 75, 99)] == [0.5, 0, 0]
    assert crf_share(30, config) == pytest.approx(0.3)


def test_generator_loss_of_the_reference_mixes_logits_and_of_the_spatial_adds_a_term():
    score, nodes = torch.tensor([1.0]), torch.tensor([[3.0, -1.0]])
    softplus = torch.nn.functional.softplus
    reference = generator_loss(score, nodes, 0.25, "reference")
    torch.testing.assert_close(reference, softplus(torch.tensor(-(0.25 * 1 + 0.75 * 1.0))))
    spatial = generator_loss(score, nodes, 0.25, "spatial")
    torch.testing.assert_close(spatial, softplus(torch.tensor(-1.0)) * 1.25)


def test_the_mode_seeking_loss_is_one_for_copies_and_zero_for_enough_variety():
    real = torch.rand(5, 1, 2, 4, 4, generator=step_generator(0, 0))
    copies = real[:1].expand(5, -1, -1, -1, -1)
    assert mode_seeking_loss(copies, real) == 1
    assert mode_seeking_loss(real, real) == 0
    torch.testing.assert_close(mode_seeking_loss(real / 2, real), torch.tensor(0.5))
    assert mode_seeking_loss(real[:1], real[:1]) == 0


def test_spliced_negatives_keep_planes_and_change_their_neighbours():
    features = torch.arange(2.0).view(2, 1, 1).expand(2, 8, 3)
    spliced = spliced_negatives(features, torch.full((8, 3), 7.0), step_generator(0, 0))
    assert (spliced[:, 0] == features[:, 0]).all()
    assert (spliced[0, -1] == 7).all()
    assert (spliced[1, -1] == 0).all()
