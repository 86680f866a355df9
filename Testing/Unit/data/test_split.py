"""Volumes that are kept out of training, and what a training is told by them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from crfgan.commands.main import main
from crfgan.config import Training
from crfgan.data.dataset import open_dataset
from crfgan.data.split import hold_out
from crfgan.errors import InputError
from crfgan.evaluation.collection import collect_volumes
from crfgan.runs.library import read_run
from crfgan.runs.model_file import load_model
from crfgan.storage.step_log import read_evaluation
from crfgan.training.run import open_run, start_run, train_run
from crfgan.training.validation import PATIENCE, Validator, coarse
from crfgan.volumes.discovery import find_volumes
from head_files import write_heads

WATCHED = Training(evaluate_every=10)


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """Eight heads of 32^3 voxels as files."""
    return write_heads(tmp_path_factory.mktemp("eight"), range(8))


def train(heads, run, *options):
    arguments = ["train", str(heads), "--out", str(run), "--preset", "tiny-32", "--batch-size", "2", "--seed", "4"]
    return main([*arguments, *options])


@pytest.fixture(scope="module")
def watched_run(heads, tmp_path_factory):
    """A run of six steps, evaluated every second one."""
    run = tmp_path_factory.mktemp("watched") / "run"
    assert train(heads, run, "--iterations", "6", "--evaluate-every", "2") == 0
    return run


def test_without_evaluation_nothing_is_held_out(watched_run):
    dataset = open_dataset(watched_run)
    training, held_out = hold_out(dataset, Training())
    assert (training, len(held_out)) == (dataset, 0)


def test_no_volume_is_both_trained_on_and_held_out(watched_run):
    dataset = open_dataset(watched_run)
    training, held_out = hold_out(dataset, WATCHED)
    assert sorted(training.facts.names + held_out.facts.names) == sorted(dataset.facts.names)
    assert (len(training), len(held_out)) == (4, 4)
    place = dataset.facts.names.index(held_out.facts.names[0])
    assert np.array_equal(held_out.volumes[0], dataset.volumes[place])


def test_the_draw_is_the_same_for_one_seed_and_another_for_another(watched_run):
    dataset = open_dataset(watched_run)
    drawn = [hold_out(dataset, replace(WATCHED, seed=seed))[1].facts.names for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 1


def test_too_few_volumes_to_hold_some_out_are_told_before_training(head_folder, tmp_path, capsys):
    assert train(head_folder, tmp_path / "run", "--evaluate-every", "2") == 1
    assert "`evaluate_every` must be 0 for so few volumes: 4 are held out, and 5 are there." in capsys.readouterr().err


def test_a_run_logs_its_evaluations_and_keeps_the_best_model(watched_run):
    found = read_evaluation(watched_run)
    assert found["step"].tolist() == [2, 4, 6]
    assert (found["floor"] == found["floor"][0]).all() and found["floor"][0] > 0
    best = int(found["step"][found["distance"].argmin()])
    card = load_model(watched_run).card
    assert card["iterations"] == best
    assert card["volumes"] == 4
    assert card["metrics"]["distance to held-out volumes"] > 1, "after six steps nothing is like a head"


def test_the_audit_takes_only_what_was_trained_on_for_known(watched_run):
    assert len(collect_volumes([watched_run]).volumes) == 4


def test_a_resumed_run_goes_on_as_one_that_was_never_stopped(heads, watched_run, tmp_path):
    config, run = open_run(watched_run), tmp_path / "run"
    start_run(find_volumes([heads]), config, run, None, lambda kind, **facts: None)
    asked = iter(range(100))  # eight times while four volumes are aligned
    assert not train_run(run, config, lambda kind, **facts: None, lambda: next(asked) == 8 + 3)
    assert read_run(run).step == 3
    assert main(["train", "--resume", str(run)]) == 0
    assert (run / "evaluation.jsonl").read_text() == (watched_run / "evaluation.jsonl").read_text()


def test_evaluations_are_told_as_events(heads, tmp_path, capsys):
    assert train(heads, tmp_path / "run", "--iterations", "2", "--evaluate-every", "1", "--events") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    first, second = (event for event in events if event["event"] == "evaluated")
    assert (first["step"], first["best_step"], first["has_stopped"]) == (1, 1, False)
    assert second["best_step"] in (1, 2)


@pytest.fixture
def real():
    rng = np.random.default_rng(0)
    return [rng.uniform(-1, 1, (32, 32, 32)).astype(np.float32) for _ in range(12)]


def test_the_best_step_and_the_end_of_improvement_are_told(real, tmp_path):
    brightness = iter(np.repeat([0.5, 0.1, *np.linspace(0.2, 0.6, PATIENCE)], 8))
    validator = Validator(
        tmp_path, 0, real[:8], real[8:], lambda index: real[index] * 0.5 - np.float32(next(brightness))
    )
    found = [validator.evaluate(step) for step in range(1, PATIENCE + 3)]
    assert [each.best_step for each in found] == [1] + [2] * (PATIENCE + 1)
    assert [each.is_best for each in found][:3] == [True, True, False]
    assert [each.has_stopped for each in found] == [False] * (PATIENCE + 1) + [True]


def test_training_volumes_in_the_place_of_synthetic_ones_come_to_the_floor(real, tmp_path):
    found = Validator(tmp_path, 0, real[:8], real[8:], lambda index: real[index]).evaluate(1)
    assert found.distance == pytest.approx(found.floor)


def test_large_volumes_are_looked_at_on_a_coarser_grid():
    volume = np.zeros((128, 64, 32), np.float32)
    assert coarse(volume).shape == (64, 64, 32)


def test_a_share_that_is_no_share_is_refused():
    with pytest.raises(InputError, match=r"`held_out` must be between 0 and 1, got 1\.5"):
        Training(held_out=1.5)
