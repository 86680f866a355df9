"""A reduced precision is used only where it holds at the run's own shapes."""

import pytest
import torch
from crfgan.data.dataset import open_dataset
from crfgan.errors import InputError
from crfgan.training import precision
from crfgan.training.precision import choose_precision, find_fault
from crfgan.training.trainer import Trainer
from small_runs import TINY


class Told(list):
    def __call__(self, kind, **facts):
        self.append((kind, facts))


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def make_trainer(trained_run):
    def make(asked):
        config = TINY.override(batch_size=2, precision=asked)
        return Trainer(config, open_dataset(trained_run), torch.device("cpu"))

    return make


def test_a_cpu_computes_in_fp32(make_trainer, told):
    assert choose_precision(make_trainer("auto"), told) == "fp32"
    assert told == [("precision", {"precision": "fp32", "usable": True, "reason": ""})]


def test_bf16_passes_its_self_test_and_trains(make_trainer, told):
    trainer = make_trainer("bf16")
    before = {name: p.clone() for name, p in trainer.modules["generator"].named_parameters()}
    trainer.precision = choose_precision(trainer, told)
    assert trainer.precision == "bf16"
    for name, p in trainer.modules["generator"].named_parameters():
        assert torch.equal(p, before[name])
        assert p.grad is None
    losses = trainer.step()
    assert all(torch.isfinite(torch.tensor(value)) for value in losses.values())


def test_what_fails_the_self_test_is_left_and_said(make_trainer, told, monkeypatch):
    monkeypatch.setattr(precision, "_usable", lambda device: ["bf16", "fp32"])
    monkeypatch.setattr(precision, "TOLERANCE", 1e-6)
    assert choose_precision(make_trainer("auto"), told) == "fp32"
    (_, tried), (_, taken) = told
    assert (tried["precision"], tried["usable"]) == ("bf16", False)
    assert "deviates by" in tried["reason"]
    assert taken["precision"] == "fp32"


def test_what_was_asked_for_by_name_is_refused_in_one_sentence(make_trainer, told, monkeypatch):
    monkeypatch.setattr(precision, "TOLERANCE", 1e-6)
    with pytest.raises(
        InputError, match=r"The precision bf16 can't be used here: its result deviates .* Choose auto or fp32"
    ):
        choose_precision(make_trainer("bf16"), told)


def test_more_memory_than_fp32_is_a_fault(make_trainer, monkeypatch):
    probe = precision._probe
    monkeypatch.setattr(precision, "_probe", lambda t, name: (probe(t, name)[0], 200 if name == "bf16" else 100))
    assert find_fault(make_trainer("auto"), "bf16") == "it takes 2.00 times the memory of fp32"
