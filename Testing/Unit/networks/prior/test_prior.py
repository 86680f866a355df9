"""What a prior draws: the mean, deformed, with an appearance of its own; any sub-volume as in the whole."""

import pytest
import torch
from crfgan.networks.prior.prior import SIDE, Prior

SHAPES = [(32, 32, 32), (64, 96, 32)]


def prior_of(shape, spread=0.02):
    torch.manual_seed(0)
    prior = Prior(shape, 2, 3).double()
    prior.mean.normal_()
    for name in ("mean_field", "fields", "appearances"):
        getattr(prior, name).normal_().mul_(spread)
    return prior


def whole(prior, z):
    return prior.part(prior.draw(z), 0, [0] * len(z), prior.shape[0] // 4)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_sub_volume_equals_that_part_of_the_whole(shape, axis):
    prior, z = prior_of(shape), torch.randn(2, 7).double()
    start = shape[axis] // 4 - 3
    parts = prior.part(prior.draw(z), axis, [0, start], 3, margin=5)
    assert parts.shape[2] == 22
    for volume, part, first in zip(whole(prior, z), parts, (0, 4 * start), strict=True):
        expected = volume.movedim(1 + axis, 1)[:, first : first + 12]
        torch.testing.assert_close(part[:, 5:-5], expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(parts[0, :, :5], parts[0, :, 5:6].expand(-1, 5, -1, -1))


def test_without_scores_it_draws_the_mean():
    prior = prior_of((32, 64, 32), spread=0)
    torch.testing.assert_close(whole(prior, torch.randn(1, 5).double()), prior.mean)


def test_a_field_leads_from_a_place_of_the_volume_to_one_of_the_mean():
    prior = prior_of((32, 32, 64), spread=0)
    prior.fields[1, 0] = 2 * 2 / 64  # two voxels along W
    made = whole(prior, torch.tensor([[0, 1.0, 0, 0, 0]]).double())
    torch.testing.assert_close(made[..., :-2], prior.mean[..., 2:])


def test_an_appearance_is_carried_along_by_the_deformation():
    prior = prior_of((32, 32, 32), spread=0)
    prior.fields[0, 2] = 2 / 32  # one voxel along D
    prior.appearances[2, 0, 8] = 5.0
    made = whole(prior, torch.tensor([[1.0, 0, 0, 0, 1.0]]).double())
    added = (made[:, :, :-1] - prior.mean[:, :, 1:]).mean((0, 1, 3, 4))
    # At half the resolution voxel 8 lies on 16 and 17; the volume finds it one voxel before.
    assert added.argmax() in (15, 16)
    assert (added[14:18].sum() - added.sum()).abs() < 1e-9


def test_the_layout_is_the_drawing_at_a_quarter_of_the_resolution():
    prior = prior_of((64, 32, 32), spread=0)
    prior.mean.copy_(torch.linspace(-1, 1, 64).view(64, 1, 1).expand(1, 1, 64, 32, 32))
    drawing = prior.draw(torch.zeros(2, 5).double())
    expected = torch.nn.functional.avg_pool3d(prior.mean, 4).expand(2, -1, -1, -1, -1)
    torch.testing.assert_close(prior.layout(drawing), expected)


def test_the_grid_of_the_components_is_the_same_at_any_resolution():
    assert prior_of((96, 64, 32)).fields.shape == (2, 3, SIDE, SIDE, SIDE)


def test_appearances_have_half_the_resolution_at_most():
    assert prior_of((96, 64, 32)).appearances.shape == (3, 1, 32, 32, 16)
