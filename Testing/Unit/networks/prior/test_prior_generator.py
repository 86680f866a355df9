"""The generator with a prior: sub-volumes that come out as in the whole volume, and slabs in one pass."""

import pytest
import torch
from crfgan.config import Network
from crfgan.networks.build import build_networks
from crfgan.networks.layers.bands import to_bands
from crfgan.networks.prior.prior_generator import PriorGenerator
from crfgan.networks.shapes import subvolume_planes
from crfgan.networks.streaming import rendered_plane_bytes, stream, synthesize_volume

NETWORK = Network(width=16, latent=8, prior=True, crf="none", classes=2)
SHAPES = [(32, 32, 32), (96, 64, 32), (32, 96, 64)]


def generator_of(shape):
    torch.manual_seed(0)
    generator = PriorGenerator(shape, NETWORK).double().requires_grad_(False)
    for buffer in generator.prior.buffers():
        buffer.normal_().mul_(0.02)
    generator.fine2.weight.mul_(10)
    return generator


def from_bands(bands):
    """Inverse of `to_bands`: of an orthonormal transform, what each band gives a block's voxels."""
    units = torch.eye(8, dtype=bands.dtype).view(8, 1, 2, 2, 2)
    blocks = torch.einsum("vb,nbdhw->nvdhw", to_bands(units).view(8, 8), bands).unflatten(1, (2, 2, 2))
    return blocks.permute(0, 4, 1, 5, 2, 6, 3).flatten(1, 2).flatten(2, 3).flatten(3, 4)[:, None]


def test_bands_hold_the_volume_and_keep_its_energy():
    volume = torch.randn(2, 1, 8, 12, 16, dtype=torch.float64)
    bands = to_bands(volume)
    assert bands.shape == (2, 8, 4, 6, 8)
    torch.testing.assert_close(from_bands(bands), volume)
    torch.testing.assert_close(bands.square().sum(), volume.square().sum())


def test_each_band_is_high_along_the_axes_that_its_number_names():
    stripes = torch.tensor([1.0, -1.0]).repeat(4).expand(1, 1, 8, 8, 8)
    for axis, band in ((4, 1), (3, 2), (2, 4)):
        bands = to_bands(stripes.movedim(4, axis))
        assert bands[:, band].abs().min() > 0
        bands[:, band] = 0
        assert bands.abs().max() < 1e-6


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_sub_volume_along_any_axis_equals_that_part_of_the_whole(shape, axis):
    generator = generator_of(shape)
    drawing, a = generator.features(torch.randn(3, 8).double(), torch.tensor([0, 1, 1]))
    whole = generator.render(generator.draw(drawing), a)
    places, planes = shape[axis] // 4, subvolume_planes(shape, NETWORK)
    starts = [0, (places - planes) // 2, places - planes]
    cut = generator.render(generator.draw(drawing, axis, starts, planes), a, axis, starts, planes)
    for volume, part, start in zip(whole, cut, starts, strict=True):
        expected = volume.movedim(1 + axis, 1)[:, 4 * start : 4 * (start + planes)]
        torch.testing.assert_close(part, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("planes", [1, 3, 1000])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_slab_by_slab_a_volume_is_the_same_as_whole(shape, planes):
    generator, z, classes = generator_of(shape), torch.randn(2, 8).double(), torch.tensor([0, 1])
    chunk = 2 * planes * rendered_plane_bytes(shape, 8)
    slabs = torch.cat(list(stream(generator, z, classes, chunk)), dim=2)
    torch.testing.assert_close(slabs, generator(z, classes), rtol=0, atol=1e-12)
    volume = synthesize_volume(generator.float(), z[:1].float(), classes[:1])
    assert volume.shape == shape
    assert volume.abs().max() <= 1


def test_an_untrained_generator_makes_about_what_is_drawn():
    torch.manual_seed(0)
    generator = PriorGenerator((32, 32, 32), NETWORK)
    generator.prior.mean.copy_(torch.linspace(-0.8, 0.8, 32)[:, None, None].expand(1, 1, 32, 32, 32))
    made = generator(torch.randn(1, 8), torch.tensor([0]))
    means = torch.nn.functional.avg_pool3d(made, 4)
    assert (means - torch.nn.functional.avg_pool3d(generator.prior.mean, 4)).abs().mean() < 0.15


def test_what_is_rendered_of_even_surroundings_is_even():
    """Weights that depend on whether a place is even or odd would show as a grid of two voxels."""
    generator = generator_of((32, 32, 32))
    for buffer in generator.prior.buffers():
        buffer.zero_()
    a = torch.randn(1, 16, 1, 1, 1).double().expand(1, 16, 8, 8, 8)
    drawing = generator.prior.draw(torch.zeros(1, 8).double())
    middle = generator.render(generator.draw(drawing), a)[..., 12:20, 12:20, 12:20]
    torch.testing.assert_close(middle, middle[..., :1, :1, :1].expand_as(middle), rtol=0, atol=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_discriminator_is_told_where_a_sub_volume_lies(axis):
    shape = (64, 96, 32)
    discriminator = build_networks(shape, NETWORK)["discriminator"]
    planes = subvolume_planes(shape, NETWORK)
    sides = [side for number, side in enumerate(shape) if number != axis]
    x = torch.zeros(2, 1, 4 * planes, *sides)
    judged = discriminator(x, axis, [0, shape[axis] // 4 - planes])
    assert judged.score.shape == (2,)
    assert judged.class_logits.shape == (2, 2)
    assert judged.score[0] != judged.score[1]
