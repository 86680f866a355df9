"""Training with a prior: repeatable, in parts or whole, resumable bit for bit, and better for it."""

import numpy as np
import pytest
import torch
from crfgan.config import Config
from crfgan.data.dataset import Dataset, DatasetFacts
from crfgan.data.preprocessing import TrainingGrid, Units
from crfgan.errors import InputError, Interrupted
from crfgan.storage.step_log import read_losses
from crfgan.training.prior import alignment
from crfgan.training.prior.prior_trainer import PriorTrainer, make_trainer
from crfgan.training.run import open_run, train_run
from crfgan.training.trainer import Trainer
from safetensors.torch import load_file
from scipy.ndimage import gaussian_filter
from small_runs import TINY, WITH_PRIOR, never, same, silent, start, stop_after, train

SHAPE = (32, 32, 32)
ALIGNED = 10
"""Times that to stop is asked for before the first step: once for each registration, of five heads twice."""


@pytest.fixture
def double_precision():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(autouse=True)
def hasty_alignment(monkeypatch):
    """Registration has tests of its own."""
    monkeypatch.setattr(alignment, "AFFINE_STEPS", 1)
    monkeypatch.setattr(alignment, "DEMONS_STEPS", 1)


def trainer_of(classes=(), **settings):
    volumes = gaussian_filter(np.random.default_rng(0).uniform(-9, 9, (8, *SHAPE)), (0, 2, 2, 2))
    volumes = torch.from_numpy(volumes).to(torch.get_default_dtype()).numpy()
    grid, units = TrainingGrid(SHAPE, "fill", (1.0,) * 3), Units("arbitrary", 0, 1, False)
    labels = tuple(index % len(classes) for index in range(8)) if classes else ()
    facts = DatasetFacts(grid, units, (0,) * 3, tuple("abcdefgh"), classes, labels)
    config = WITH_PRIOR.override(classes=len(classes), **settings)
    trainer = make_trainer(config, Dataset(facts, volumes), torch.device("cpu"))
    trainer.learn_from_all(lambda done, total: None)
    return trainer


def test_one_seed_gives_the_same_losses_to_the_last_bit(head_folder, tmp_path):
    first = train(tmp_path / "first", head_folder, WITH_PRIOR)
    assert set(first) == {"step", "discriminator", "generator", "layout", "anchor"}
    assert same(first, train(tmp_path / "second", head_folder, WITH_PRIOR))
    other = train(tmp_path / "other", head_folder, WITH_PRIOR.override(seed=4))
    assert not np.array_equal(first["anchor"], other["anchor"])


def test_resuming_gives_what_an_uninterrupted_run_gives_bit_for_bit(head_folder, tmp_path):
    whole = train(tmp_path / "whole", head_folder, WITH_PRIOR)
    train(tmp_path / "stopped", head_folder, WITH_PRIOR, should_stop=stop_after(ALIGNED + 3))
    train_run(tmp_path / "stopped", open_run(tmp_path / "stopped"), silent, never)
    assert same(whole, read_losses(tmp_path / "stopped"))
    states = [(tmp_path / name / "state" / "step-00000006.safetensors").read_bytes() for name in ("whole", "stopped")]
    assert states[0] == states[1]


@pytest.mark.parametrize("at_a_time", [1, 3])
def test_a_batch_in_parts_learns_what_it_learns_whole(double_precision, at_a_time):
    whole, parts = trainer_of(batch_size=5), trainer_of(batch_size=5, volumes_at_a_time=at_a_time)
    for _ in range(3):
        expected, got = whole.step(), parts.step()
        for name, value in expected.items():
            assert got[name] == pytest.approx(value, rel=1e-9)


def test_at_first_the_generator_learns_alone_and_then_from_the_discriminator():
    trainer = trainer_of(alone=0.5)
    losses = [trainer.step() for _ in range(6)]
    assert [step["discriminator"] > 0 for step in losses] == [False] * 3 + [True] * 3
    assert [step["generator"] > 0 for step in losses] == [False] * 3 + [True] * 3


def test_rates_fall_to_a_tenth_at_the_end():
    trainer = trainer_of(calm=0.5)
    rates = []
    for _ in range(6):
        trainer.step()
        rates.append(trainer.optimizers["generator"].param_groups[0]["lr"] / WITH_PRIOR.training.lr_generator)
    assert rates == pytest.approx([1, 1, 1, 1, 0.7, 0.4])


def test_volumes_come_nearer_to_their_anchors():
    trainer = trainer_of(iterations=120, alone=1.0)
    losses = [trainer.step() for _ in range(120)]
    first, last = (np.mean([step["anchor"] for step in part]) for part in (losses[:40], losses[-40:]))
    assert last < 0.99 * first


def test_classes_condition_both_networks():
    trainer = trainer_of(classes=("young", "old"), batch_size=3)
    for _ in range(3):
        assert all(np.isfinite(value) for value in trainer.step().values())
    generator, z = trainer.ema.module, torch.randn(1, 128)
    young, old = (generator(z, torch.tensor([number])) for number in (0, 1))
    assert not torch.equal(young, old)


def test_the_trainer_is_the_one_that_the_configuration_asks_for():
    assert type(trainer_of()) is PriorTrainer
    dataset = trainer_of().dataset
    assert type(make_trainer(TINY, dataset, torch.device("cpu"))) is Trainer


def test_a_prior_with_a_crf_is_refused_in_one_sentence():
    with pytest.raises(InputError, match=r"`crf` must be none where the prior is used, got 'spatial'\. Choose"):
        WITH_PRIOR.override(crf="spatial")


def test_configurations_from_before_the_prior_are_read_as_published_networks():
    data = TINY.to_dict()
    for name in ("prior", "deformations", "components", "subvolumes"):
        del data["network"][name]
    assert Config.from_dict(data) == TINY


def test_to_stop_while_volumes_are_aligned_ends_the_run_and_it_can_be_gone_on_with(head_folder, tmp_path):
    start(tmp_path, head_folder, WITH_PRIOR)
    with pytest.raises(
        Interrupted, match=r"^Stopped while volumes were aligned; what was prepared is kept\. Go on with"
    ):
        train_run(tmp_path, open_run(tmp_path), silent, stop_after(2))
    assert train_run(tmp_path, open_run(tmp_path), silent, never)


def test_a_model_holds_no_scores_of_training_volumes_and_a_state_does(head_folder, tmp_path):
    train(tmp_path, head_folder, WITH_PRIOR)
    assert not any("scores" in name for name in load_file(tmp_path / "model.safetensors"))
    state = next((tmp_path / "state").iterdir())
    assert load_file(state)["scores/of_volumes"].shape[0] == 5
