"""Memory and time are told in words, as JSON, and as one event for all presets."""

import json

import pytest
import torch
from crfgan.commands.main import main
from crfgan.config import PRESETS
from crfgan.events import from_line
from crfgan.hardware.estimate import describe_estimates, estimate_synthesis, estimate_training, format_time
from crfgan.hardware.memory_estimate import training_memory

FULL = PRESETS["full-256"]
GB = 2**30


def test_estimates_grow_with_the_volume_and_are_told_in_words():
    device = torch.device("cpu")
    steps = [estimate_training(PRESETS[name], device, 100 * GB) for name in ("tiny-32", "small-64", "standard-128")]
    assert steps[0].memory < steps[1].memory < steps[2].memory
    assert 0 < steps[0].seconds < steps[2].seconds
    volume = estimate_synthesis(PRESETS["tiny-32"], device)
    said = describe_estimates(PRESETS["tiny-32"], "cpu", steps[0], volume)
    assert "32 x 32 x 32, width 32, latent 128" in said
    assert "with a batch of 8" in said


def test_the_command_answers_in_words_and_in_json(capsys):
    assert main(["estimate", "--shape", "64", "--batch-size", "4", "--device", "cpu"]) == 0
    assert "Training:" in capsys.readouterr().out
    assert main(["estimate", "--preset", "tiny-32", "--device", "cpu", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"device", "training_step", "synthesis", "presets"}
    assert said["training_step"]["memory"] > 2**27
    assert said["presets"]["tiny-32"]["memory"] == said["training_step"]["memory"]


def test_all_presets_are_estimated_with_the_settings_given_and_told_as_one_event(capsys):
    options = ["--events", "--device", "cpu", "--batch-size", "1", "--iterations", "7", "--memory-budget", "1GB"]
    assert main(["estimate", *options]) == 0
    started, estimated = map(from_line, capsys.readouterr().out.splitlines())
    assert started["task"] == "estimate"
    assert (estimated["event"], estimated["device"]) == ("estimated", "cpu")
    assert "CPU core" in estimated["name"]
    presets = estimated["presets"]
    assert list(presets) == list(PRESETS)
    fields = {"shape", "memory", "fits", "seconds", "iterations", "volumes_at_a_time"}
    assert all(set(preset) == fields for preset in presets.values())
    assert [preset["fits"] for preset in presets.values()] == [preset["memory"] <= GB for preset in presets.values()]
    assert presets["tiny-32"]["fits"]
    assert not presets["full-256"]["fits"]
    assert presets["full-256"]["memory"] == training_memory(FULL.override(batch_size=1), "cpu", 1)
    assert presets["full-256"]["shape"] == [256, 256, 256]
    assert {preset["iterations"] for preset in presets.values()} == {7}
    assert 0 < presets["tiny-32"]["seconds"] < presets["standard-128"]["seconds"]


@pytest.mark.parametrize(("seconds", "words"), [(3, "1 min"), (5399, "90 min"), (5400, "1.5 h")])
def test_time_is_told_in_minutes_or_hours(seconds, words):
    assert format_time(seconds) == words
