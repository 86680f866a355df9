"""The memory-saving pass of the generator gives the values and gradients of the plain one."""

from contextlib import contextmanager, nullcontext

import pytest
import torch
from crfgan.config import Network
from crfgan.networks.generator import Generator
from crfgan.training.batches import Batch
from crfgan.training.generator_pass import GeneratorPass, Part

SHAPE, SIZE, PLANES = (32, 32, 32), 3, 1
STARTS = [0, 0, 7]


class Collected:
    """Stands in for the optimizer: gradients stay where they are, and whether they had to wait is written down."""

    def __init__(self):
        self.waits = []

    @contextmanager
    def held(self):
        self.waits.append("began")
        yield
        self.waits.append("ended")


@pytest.fixture
def generator():
    torch.manual_seed(0)
    return Generator(SHAPE, Network(width=16, latent=8)).double()


@pytest.fixture
def batch():
    slabs = torch.zeros(SIZE, 1, 4 * PLANES, *SHAPE[1:], dtype=torch.float64)
    latents = torch.randn(SIZE, 8, dtype=torch.float64)
    return Batch(0, slabs[:0], slabs, None, latents, STARTS, torch.nn.Identity(), torch.Generator())


def run(generator, batch, at_a_time):
    slices = [slice(first, min(first + at_a_time, SIZE)) for first in range(0, SIZE, at_a_time)]
    return GeneratorPass([Part(generator, nullcontext, batch, volumes) for volumes in slices])


def gradients(generator):
    found = [parameter.grad.clone() for parameter in generator.parameters()]
    generator.zero_grad()
    return found


@pytest.mark.parametrize("at_a_time", [1, 2, 3])
@pytest.mark.parametrize("reads_a", [False, True])
def test_values_and_gradients_are_those_of_the_plain_pass(generator, batch, at_a_time, reads_a):
    def loss(a, slabs):
        return slabs.square().sum() + (a.sin().sum() if reads_a else 0)

    a = generator.features(batch.latents)
    slabs = generator.decode(a, STARTS, PLANES)
    loss(a, slabs).backward()
    expected = gradients(generator)

    made, optimizer = run(generator, batch, at_a_time), Collected()
    torch.testing.assert_close(made.a, a, rtol=0, atol=1e-12)
    torch.testing.assert_close(made.slabs, slabs, rtol=0, atol=1e-12)
    loss(made.a, made.slabs).backward(inputs=[made.a, made.slabs] if reads_a else [made.slabs])
    made.backward(optimizer)
    for got, wanted in zip(gradients(generator), expected, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-9, atol=1e-9)
    assert optimizer.waits == ["began", "ended"]


@pytest.mark.parametrize("at_a_time", [1, 3])
def test_no_gradient_is_left_behind(generator, batch, at_a_time):
    made = run(generator, batch, at_a_time)
    (made.slabs.sum() + made.a.sum()).backward()
    made.backward(Collected())
    assert made.a.grad is None
    assert made.slabs.grad is None
