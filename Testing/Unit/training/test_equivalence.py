"""The plain baseline and ours are one algorithm: the same losses and weights from one seed."""

import numpy as np
import pytest
import torch
from crfgan.config import Config, Network, Preprocessing
from crfgan.data.dataset import Dataset, DatasetFacts
from crfgan.data.preprocessing import TrainingGrid, Units
from crfgan.training.trainer import Trainer
from plain import PlainTrainer

SHAPE = (32, 32, 32)
SMALL = Config(Preprocessing(shape=SHAPE), Network(width=16, latent=128))
PUBLISHED = {"batch_size": 4, "lr_generator": 1e-4, "lr_discriminator": 4e-4}


@pytest.fixture
def double_precision():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def trainers(kinds, **settings):
    volumes = np.random.default_rng(0).uniform(-1, 1, (6, *SHAPE))
    facts = DatasetFacts(
        TrainingGrid(SHAPE, "fill", (1.0,) * 3), Units("arbitrary", 0, 1, False), (0,) * 3, tuple("abcdef")
    )
    config = SMALL.override(**PUBLISHED | settings)
    return [kind(config, Dataset(facts, volumes), torch.device("cpu")) for kind in kinds]


def largest_difference(a, b):
    return max(abs(a[name] - b[name]) / abs(b[name]) for name in b)


def test_without_a_crf_twenty_steps_equal_the_plain_ones(double_precision):
    ours, plain = trainers([Trainer, PlainTrainer], crf="none", batch_size=2)
    for _ in range(20):
        got, expected = ours.step(), plain.step()
        assert set(got) == {"discriminator", "generator"}
        assert largest_difference(got, expected) < 1e-8
    for name in expected:
        for p, q in zip(ours.modules[name].parameters(), plain.modules[name].parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=0, atol=1e-8)


@pytest.mark.parametrize("crf", ["spatial", "reference"])
def test_the_first_step_with_a_crf_differs_only_in_what_the_crf_and_the_encoder_are_shown(double_precision, crf):
    ours, plain = trainers([Trainer, PlainTrainer], crf=crf)
    got, expected = ours.step(), plain.step()
    for name in ("discriminator", "generator"):
        assert abs(got[name] - expected[name]) < 1e-10
    for name in ("discriminator", "generator"):
        for p, q in zip(ours.modules[name].parameters(), plain.modules[name].parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=0, atol=1e-8)


@pytest.mark.parametrize("at_a_time", [1, 3])
def test_a_batch_in_parts_learns_what_it_learns_whole(double_precision, at_a_time):
    (whole,) = trainers([Trainer])
    (parts,) = trainers([Trainer], volumes_at_a_time=at_a_time)
    for _ in range(3):
        assert largest_difference(parts.step(), whole.step()) < 1e-8
