"""The command line as a user meets it: exit status and sentences, and of each kind one from a real process."""

import json
import time

import pytest
from commands import crfgan, run_here
from crfgan import __version__
from crfgan.runs.card import read_card

TRACEBACK = "Traceback"


def test_help_teaches_without_loading_anything_heavy():
    begin = time.monotonic()
    result = crfgan("train", "--help")
    assert result.returncode == 0
    assert time.monotonic() - begin < 5
    for word in ("--preset", "--resume", "--shape", "DICOM", "tiny-32"):
        assert word in result.stdout


def test_version():
    assert crfgan("--version").stdout.strip() == f"crfgan {__version__}"


@pytest.mark.parametrize("arguments", [[], ["train"], ["fly"], ["train", "x", "--out", "y", "--batch-size", "many"]])
def test_wrong_usage_exits_with_2(arguments):
    assert run_here(*arguments).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "nowhere", "--out", "run"], "nowhere must be an existing file or folder"),
        (["train", ".", "--out", "run"], "Training needs at least 2 volumes, got 0 found, 0 usable"),
        (["train", ".", "--out", "run", "--shape", "60"], "`shape` must be three multiples of 32"),
        (["train", "--out", "run"], "Training needs DATA"),
        (["train", "--resume", "run"], "run must hold a run to resume"),
        (["synthesize", "none.safetensors", "--out", "new"], "must be a model file or the folder of a run"),
        (["info", "none.safetensors"], "must be a model file or the folder of a run"),
        (["train", ".", "--out", "run", "--config", "c.json"], "c.json can't be read"),
    ],
)
def test_bad_input_exits_with_1_and_one_sentence(arguments, sentence, tmp_path):
    result = run_here(*arguments, cwd=tmp_path)
    assert result.returncode == 1
    *before, last = result.stderr.strip().splitlines()
    assert sentence in last
    assert all(line.startswith("Computing on ") for line in before)
    assert TRACEBACK not in result.stderr


def test_train_synthesize_and_info_say_what_they_did(trained_run, tmp_path):
    result = crfgan("synthesize", trained_run, "--count", 2, "--seed", 1, "--out", tmp_path / "new")
    assert result.returncode == 0
    assert result.stdout.strip() == str(tmp_path / "new")
    info = run_here("info", trained_run)
    assert "volumes of 32 x 32 x 32 voxels" in info.stdout
    assert "5 volumes, 3 steps, seed 4" in info.stdout
    assert json.loads(run_here("info", trained_run, "--json").stdout) == read_card(trained_run)
    for name in ("config.json", "data.json", "log.jsonl", "model.safetensors"):
        assert (trained_run / name).is_file()
    assert len(list((trained_run / "volumes").glob("*.npy"))) == 5
    assert list((trained_run / "tensorboard").iterdir())
    assert list((trained_run / "previews").glob("*.png"))


def test_events_are_json_lines_that_begin_with_the_version(trained_run, tmp_path):
    result = crfgan("synthesize", trained_run, "--out", tmp_path / "new", "--events")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["event"] for event in events] == ["started", "device", "synthesized", "finished"]
    assert events[0]["version"] == __version__
    assert events[0]["pid"] > 1
    assert set(events[1]) == {"event", "time", "device", "name", "reason"}


def test_events_tell_of_bad_input(tmp_path):
    result = crfgan("train", tmp_path, "--out", tmp_path / "run", "--events")
    assert result.returncode == 1
    last = json.loads(result.stdout.splitlines()[-1])
    assert last["event"] == "failed"
    assert "at least 2 volumes" in last["reason"]
