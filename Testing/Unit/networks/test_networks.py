"""Networks and CRF: published sizes, every shape, and slabs that come out as they do in the whole volume."""

import pytest
import torch
from crfgan.config import Network
from crfgan.networks.crf import ReferenceCRF, build_crf, mean_field
from crfgan.networks.discriminator import Discriminator, slab_positions
from crfgan.networks.generator import Generator
from crfgan.networks.half_encoder import HalfEncoder, encoder_windows
from crfgan.networks.shapes import growth, slab_planes
from torch import nn

SHAPES = [(32, 32, 32), (64, 64, 64), (96, 64, 32), (32, 96, 160)]
SMALL = Network(width=16, latent=8)


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_published_parameter_counts_at_256():
    shape, network = (256, 256, 256), Network(crf="reference")
    sizes = [parameters(part) for part in (Generator(shape, network), Discriminator(shape, network))]
    sizes += [parameters(HalfEncoder(network)), parameters(build_crf(shape, network))]
    assert [round(n / 1e6, 2) for n in sizes[:3]] == [52.45, 4.63, 0.16]
    assert sizes[3] == 4096 == 64 * 64
    # The place of the slab as an input channel is 16 kernels of 4^3 more than published.
    assert sum(sizes) - 16 * 4**3 == 57_244_594


@pytest.mark.parametrize(("side", "nodes"), [(64, 16), (128, 32), (256, 64)])
def test_crf_has_the_published_number_of_nodes(side, nodes):
    assert build_crf((side,) * 3, Network(crf="reference")).compatibility.shape == (nodes, nodes)


@pytest.mark.parametrize(
    ("side", "channels"), [(64, [2, 64, 128, 256, 512]), (128, [2, 32, 64, 128]), (256, [2, 16, 32, 64])]
)
def test_discriminator_leaves_out_layers_at_smaller_sizes_as_published(side, channels):
    layers = Discriminator((side,) * 3, Network()).layers
    assert [layer.in_channels for layer in layers][: len(channels)] == channels


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_goes_through_all_networks_with_a_batch_of_one(shape):
    generator, discriminator = Generator(shape, SMALL), Discriminator(shape, SMALL)
    a = generator.features(torch.randn(1, 8))
    volume = generator.decode(a)
    assert volume.shape == (1, 1, *shape)
    assert HalfEncoder(SMALL).encode(volume).shape == a.shape == (1, 16, *(n // 4 for n in shape))
    judged = discriminator(generator.decode(a, [0], slab_planes(shape)), torch.zeros(1))
    assert judged.score.shape == (1,)
    assert judged.class_logits is None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_slab_is_rendered_and_encoded_as_in_the_whole_volume(shape):
    torch.manual_seed(0)
    generator, encoder = Generator(shape, SMALL).double(), HalfEncoder(SMALL).double()
    a = generator.features(torch.randn(2, 8, dtype=torch.float64))
    whole, planes = generator.decode(a), slab_planes(shape)
    depth = shape[0] // 4
    encoded = encoder(encoder_windows(whole, [0, 0], depth), [0, 0], depth)
    torch.testing.assert_close(encoder.encode(whole), encoded, rtol=0, atol=1e-9)
    last = shape[0] // 4 - planes
    for starts in ([0, last], [1, 0], [last, shape[0] // 8]):
        expected = [whole[b, :, 4 * start : 4 * (start + planes)] for b, start in enumerate(starts)]
        torch.testing.assert_close(generator.decode(a, starts, planes), torch.stack(expected), rtol=0, atol=1e-12)
        expected = [encoded[b, :, start : start + planes] for b, start in enumerate(starts)]
        got = encoder(encoder_windows(whole, starts, planes), starts, depth)
        torch.testing.assert_close(got, torch.stack(expected), rtol=0, atol=1e-9)


def test_planes_beyond_the_volume_do_not_matter():
    generator = Generator((32, 32, 32), SMALL)
    a = torch.rand(1, 16, 3, 8, 8)
    garbage = a.clone()
    garbage[:, :, 0] = 99
    assert torch.equal(generator.render(a, [-1], 8), generator.render(garbage, [-1], 8))


def test_growth_ends_at_a_and_starts_small():
    assert growth((256, 256, 256)) == [(4,) * 3, (8,) * 3, (16,) * 3, (32,) * 3, (64,) * 3]
    assert growth((416, 512, 32))[-1] == (104, 128, 8)
    assert max(growth((416, 512, 32))[0]) <= 4


def test_slab_position_runs_from_zero_to_one():
    assert slab_positions((64, 64, 64), [0, 7, 14]) == [0, 0.5, 1]


def test_classes_change_what_is_made_and_are_judged():
    network = Network(width=16, latent=8, classes=3)
    generator, discriminator = Generator((32,) * 3, network), Discriminator((32,) * 3, network)
    z = torch.randn(1, 8).expand(2, -1)
    volumes = generator(z, torch.tensor([0, 2]))
    assert not torch.equal(volumes[0], volumes[1])
    assert discriminator(volumes[:, :, :4], torch.zeros(2)).class_logits.shape == (2, 3)


def test_mean_field_without_compatibility_leaves_the_evidence():
    unary = torch.randn(3, 5)
    assert torch.equal(mean_field(unary, torch.zeros(3, 5, 5)), unary)


def test_mean_field_of_two_nodes_solves_the_published_equation():
    unary, strength = torch.tensor([[0.3, -0.2]], dtype=torch.float64), 0.4
    pairwise = torch.tensor([[[0, strength], [strength, 0]]], dtype=torch.float64)
    logits = mean_field(unary, pairwise)
    expected = unary + strength * (2 * torch.sigmoid(logits.flip(1)) - 1)
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-5)


def test_reference_nodes_are_channel_groups_and_share_the_evidence():
    crf = ReferenceCRF((64, 64, 64), Network(width=64, crf="reference"))
    a, score = torch.randn(2, 64, 16, 16, 16), torch.tensor([0.5, -1.0])
    assert torch.equal(crf(crf.describe(a), score), score[:, None].expand(2, 16))


def test_spatial_evidence_belongs_to_its_own_plane():
    torch.manual_seed(0)
    crf = build_crf((64, 64, 64), SMALL).eval()
    a = torch.rand(1, 16, 16, 16, 16)
    changed = a.clone()
    changed[:, :, 5] += 1
    nodes, before = (crf(crf.describe(each), torch.zeros(1)) for each in (changed, a))
    difference = (nodes - before)[0].abs()
    assert difference[5] > 1e-4
    assert difference[[i for i in range(16) if i != 5]].max() < 1e-7


def test_no_crf_is_none():
    assert build_crf((32,) * 3, Network(crf="none")) is None
