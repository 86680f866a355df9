"""Augmentation: shifts and contrast that leave the background alone and pass gradients."""

import torch
from crfgan.data.augmentation import CONTRAST, MAX_SHIFT, Augmentation
from crfgan.randomness import step_generator


def augmentation(batch, plane=(32, 48)):
    return Augmentation(batch, plane, step_generator(0, 0))


def test_background_stays_background():
    assert torch.equal(augmentation(4)(torch.full((4, 1, 2, 32, 48), -1.0)), torch.full((4, 1, 2, 32, 48), -1.0))


def test_shifts_and_contrast_stay_within_their_limits_and_differ():
    drawn = augmentation(500)
    shifts = torch.tensor(drawn.shifts)
    assert shifts.abs().amax(0).tolist() == [32 * MAX_SHIFT, 48 * MAX_SHIFT]
    assert (drawn.contrast - 1).abs().max() <= CONTRAST
    assert len({tuple(shift) for shift in drawn.shifts}) == 5 * 7


def test_a_voxel_moves_by_the_shift():
    drawn = augmentation(1)
    slab = torch.full((1, 1, 1, 32, 48), -1.0)
    slab[..., 10, 20] = 1
    place = (drawn(slab)[0, 0, 0] > 0).nonzero().tolist()
    assert place == [[10 + drawn.shifts[0][0], 20 + drawn.shifts[0][1]]]


def test_the_same_draw_changes_real_and_synthesized_slabs_alike_and_passes_gradients():
    drawn = augmentation(2)
    slabs = torch.rand(2, 1, 2, 32, 48, requires_grad=True)
    assert torch.equal(drawn(slabs), drawn(slabs))
    (gradient,) = torch.autograd.grad(drawn(slabs).sum(), slabs)
    assert gradient.max() > 0.8
