"""The rival of the benchmarks: HA-GAN as published, in size and in what a step does."""

import math

import numpy as np
import pytest
import torch
from crfgan.config import Config, Network
from crfgan.data.dataset import Dataset, DatasetFacts
from crfgan.data.preprocessing import TrainingGrid, Units
from hagan import SIDES, HaganTrainer, build_networks


def published(side):
    """The published networks, without memory for their weights."""
    with torch.device("meta"):
        return build_networks(side, Network(width=64, latent=1024))


def millions(*modules):
    return round(sum(p.numel() for module in modules for p in module.parameters()) / 1e6, 2)


def make_trainer(side):
    config = Config().override(shape=(side,) * 3, width=16, latent=32, batch_size=2)
    volumes = np.random.default_rng(0).uniform(-1, 1, (2, side, side, side)).astype(np.float32)
    grid = TrainingGrid((side,) * 3, "fill", (1.0, 1.0, 1.0))
    facts = DatasetFacts(grid, Units("arbitrary", 0, 1, False), (0, 0, 0), ("a", "b"))
    return HaganTrainer(config, Dataset(facts, volumes), torch.device("cpu"))


def parts(trainer):
    """G^A, G^H, G^L, D, its head, D^L, and the layers of the encoders that have weights."""
    children = {
        f"{name}.{child}": part for name, module in trainer.modules.items() for child, part in module.named_children()
    }
    return {name: list(part.parameters()) for name, part in children.items() if list(part.parameters())}


def test_the_published_networks_have_the_published_number_of_parameters():
    networks = published(256)
    assert millions(*networks.values()) == 79.74


def test_what_the_rival_shares_with_crf_gan_has_as_many_parameters_as_there():
    generator, discriminator, half_encoder, _ = published(256).values()
    assert millions(generator.features, generator.high) == 52.45
    assert millions(discriminator.slab, discriminator.judge) == 4.63
    assert millions(half_encoder) == 0.16


@pytest.mark.parametrize("side", SIDES)
def test_the_networks_fit_together_at_every_size(side):
    generator, discriminator, half_encoder, latent_encoder = published(side).values()
    slab, low = generator(torch.empty(2, 1024, device="meta"), start=side // 16)
    assert slab.shape == (2, 1, side // 8, side, side)
    assert low.shape == (2, 1, side // 4, side // 4, side // 4)
    assert discriminator(slab, low, 0.5).shape == (2,)
    a = half_encoder(slab)
    assert a.shape == (2, 64, side // 32, side // 4, side // 4)
    assert latent_encoder(a.repeat(1, 1, 8, 1, 1)).shape == (2, 1024)


def test_a_step_trains_every_part_of_every_network():
    trainer = make_trainer(64)
    before = {name: [p.detach().clone() for p in weights] for name, weights in parts(trainer).items()}
    losses = trainer.step()
    assert losses.keys() == trainer.modules.keys()
    assert all(math.isfinite(loss) for loss in losses.values())
    unchanged = [
        name
        for name, weights in parts(trainer).items()
        if all(torch.equal(old, new) for old, new in zip(before[name], weights, strict=True))
    ]
    assert unchanged == []


def test_one_seed_gives_the_same_losses():
    first, second = ([trainer.step() for _ in range(2)] for trainer in (make_trainer(64), make_trainer(64)))
    assert first == second
    assert first[0] != first[1]


def test_sizes_without_a_published_definition_are_refused():
    with pytest.raises(ValueError, match="32"):
        make_trainer(32)
