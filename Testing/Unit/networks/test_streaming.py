"""Volumes synthesized slab by slab equal those synthesized whole."""

import pytest
import torch
from crfgan.config import Network
from crfgan.networks.generator import Generator
from crfgan.networks.streaming import rendered_plane_bytes, stream, synthesize_volume

NETWORK = Network(width=16, latent=8, classes=2)


@pytest.fixture(params=[(32, 32, 32), (96, 64, 32), (32, 96, 160), (288, 32, 32)], ids=str)
def generator(request):
    torch.manual_seed(0)
    return Generator(request.param, NETWORK).requires_grad_(False)


@pytest.mark.parametrize("planes", [1, 3, 1000])
def test_slabs_equal_the_whole_volume_at_every_voxel(generator, planes):
    z, classes = torch.randn(2, 8), torch.tensor([0, 1])
    chunk = 2 * planes * rendered_plane_bytes(generator.shape, 8)
    whole = generator(z, classes)
    slabs = torch.cat(list(stream(generator, z, classes, chunk)), dim=2)
    # The intensity range is 2; float32 rounds to 1e-7.
    torch.testing.assert_close(slabs, whole, rtol=0, atol=1e-5)
    exact = generator.double()
    slabs = torch.cat(list(stream(exact, z.double(), classes, chunk)), dim=2)
    torch.testing.assert_close(slabs, exact(z.double(), classes), rtol=0, atol=1e-12)


def test_a_volume_is_put_together_from_its_slabs(generator):
    z, classes = torch.randn(1, 8), torch.tensor([1])
    volume = synthesize_volume(generator, z, classes)
    assert volume.shape == generator.shape
    torch.testing.assert_close(volume, generator(z, classes)[0, 0], rtol=0, atol=1e-5)


def test_no_map_is_larger_than_the_chunk_asked_for(monkeypatch):
    sizes = []
    generator = Generator((256, 32, 32), NETWORK).requires_grad_(False)
    render = generator.render
    monkeypatch.setattr(generator, "render", lambda a, *rest: sizes.append(a.shape[2]) or render(a, *rest))
    list(stream(generator, torch.randn(1, 8), torch.tensor([0]), 4 * rendered_plane_bytes(generator.shape, 8)))
    assert max(sizes) == 4 + 2
    assert sum(size - 2 for size in sizes) == 64
