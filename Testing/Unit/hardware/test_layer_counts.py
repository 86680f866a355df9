"""What is counted of the networks is what they are made of."""

import pytest
from crfgan.config import Network
from crfgan.hardware.layer_counts import count_blocks, count_parameters
from crfgan.networks.crf import build_crf
from crfgan.networks.discriminator import Discriminator
from crfgan.networks.generator import Generator
from crfgan.networks.half_encoder import HalfEncoder

SHAPE = (32, 32, 64)


def numbers(module):
    return sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize("crf", ["spatial", "none"])
def test_parameters_are_those_of_the_networks(crf):
    network = Network(width=16, latent=32, crf=crf)
    generator = Generator(SHAPE, network)
    others = [Discriminator(SHAPE, network), HalfEncoder(network), build_crf(SHAPE, network)]
    found = count_parameters(SHAPE, network)
    assert found.generator == numbers(generator)
    assert found.largest == generator.convs[0].weight.numel()
    assert found.others == sum(numbers(module) for module in others if module)


def test_an_axis_that_doubles_reads_two_voxels_instead_of_three():
    blocks = count_blocks(SHAPE, Network(width=16))
    # A is 8 x 8 x 16: from a seed of 4^3 the second block doubles one axis, the third all of them.
    taps = (27, 3 * 3 * 2, 2 * 2 * 2, 27, 27)
    assert [block.products for block in blocks] == [
        channels * read for channels, read in zip((128, 128, 128, 64, 32), taps, strict=True)
    ]


def test_the_last_block_makes_a():
    last = count_blocks(SHAPE, Network(width=16))[-1]
    assert (last.voxels, last.channels) == (8 * 8 * 16, 16)
    assert last.numbers == 8 * 8 * 16 * 16
    assert last.multiplications == last.numbers * last.products
