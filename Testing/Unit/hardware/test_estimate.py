"""What is said of memory before a run is what the run then takes, and what doesn't fit is refused with a way out."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from crfgan.commands.main import main
from crfgan.config import PRESETS, Network
from crfgan.errors import InputError
from crfgan.events import from_line
from crfgan.hardware.estimate import (
    describe_estimates,
    estimate_synthesis,
    estimate_training,
    fit_to_memory,
    synthesis_chunk,
    synthesis_memory,
    training_memory,
)

FULL = PRESETS["full-256"]
CORE = Path(__file__).parents[3] / "CRFGANSynth"
GB = 2**30

PEAK_OF_TRAINING = """
import sys
from crfgan.commands.main import main
from crfgan.hardware.memory import peak_memory
status = main(sys.argv[1:])
print(status, peak_memory())
"""


def test_training_takes_the_memory_that_was_estimated(head_folder, tmp_path):
    settings = ["--shape", "64", "--width", "64", "--latent", "1024", "--batch-size", "4"]
    command = [sys.executable, "-c", PEAK_OF_TRAINING, "train", head_folder, "--out", tmp_path / "run", *settings]
    done = subprocess.run(
        [*map(str, command), "--iterations", "3"], capture_output=True, text=True, cwd=CORE, check=True
    )
    status, peak = map(int, done.stdout.split()[-2:])
    estimated = training_memory(PRESETS["small-64"].override(width=64, latent=1024, batch_size=4), "cpu", 4)
    assert status == 0
    assert estimated == pytest.approx(peak, rel=0.15)


def test_as_much_of_a_batch_as_fits_is_in_memory_at_a_time():
    assert fit_to_memory(FULL, "cpu", 100 * GB).training.volumes_at_a_time == 0
    whole, half, one = (training_memory(FULL, "cpu", n) for n in (4, 2, 1))
    assert whole > half > one
    assert fit_to_memory(FULL, "cpu", half).training.volumes_at_a_time == 2
    assert fit_to_memory(FULL, "cpu", one).training.volumes_at_a_time == 1


def test_what_does_not_fit_is_refused_and_what_would_is_named():
    with pytest.raises(InputError) as refused:
        fit_to_memory(FULL, "cpu", 2 * GB)
    sentence = str(refused.value)
    assert "needs" in sentence
    assert "got 2.00 GB, which is what the memory budget allows" in sentence
    assert "What fits: " in sentence
    sides = re.search(r"or shape (\d+) x (\d+) x (\d+) \(", sentence)
    smaller = FULL.override(shape=tuple(map(int, sides.groups())))
    assert training_memory(smaller, "cpu", 1) <= 2 * GB, sentence
    assert "--" not in sentence


def test_where_nothing_fits_that_is_said():
    with pytest.raises(InputError, match="No smaller setting fits either: free some memory"):
        fit_to_memory(FULL, "cpu", GB // 8)


def test_training_that_can_not_fit_says_so_before_volumes_are_read(tmp_path, capsys):
    missing = tmp_path / "nothing"
    assert (
        main(["train", str(missing), "--out", str(tmp_path / "run"), "--preset", "full-256", "--memory-budget", "1GB"])
        == 1
    )
    assert "What fits" in capsys.readouterr().err
    assert not (tmp_path / "run" / "config.json").exists()


def test_synthesis_makes_smaller_maps_in_a_smaller_budget():
    network, shape = Network(), (256, 256, 256)
    free = synthesis_memory(network, shape)
    assert synthesis_chunk(network, shape, free) > synthesis_chunk(network, shape, free - 100 * 2**20) >= 2**20
    with pytest.raises(
        InputError, match=r"The memory budget must be at least .* for volumes of 256 x 256 x 256, got 100 MB"
    ):
        synthesis_chunk(network, shape, 100 * 2**20)


def test_estimates_grow_with_the_volume_and_are_told_in_words():
    device = torch.device("cpu")
    steps = [estimate_training(PRESETS[name], device, 100 * GB) for name in ("tiny-32", "small-64", "standard-128")]
    assert steps[0].memory < steps[1].memory < steps[2].memory
    assert 0 < steps[0].seconds < steps[2].seconds
    volume = estimate_synthesis(PRESETS["tiny-32"], device)
    said = describe_estimates(PRESETS["tiny-32"], "cpu", steps[0], volume)
    assert "32 x 32 x 32, width 16, latent 128" in said
    assert "with a batch of 12" in said


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
