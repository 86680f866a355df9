"""`crfgan train` in processes of its own: where it can write, how it is interrupted, and how it goes on."""

import json
import os
import shlex
import signal
from argparse import Namespace

import pytest
from commands import run_here, start, wait_for
from crfgan.commands.train import _repeatable
from crfgan.events import from_line
from crfgan.runs.card import read_card

TRACEBACK = "Traceback"


def test_a_folder_that_cannot_be_written_is_told(head_folder, tmp_path):
    (tmp_path / "file").touch()
    result = run_here("train", head_folder, "--out", tmp_path / "file" / "run")
    assert result.returncode == 1
    assert "can't be written" in result.stderr
    assert TRACEBACK not in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user who is not root")
def test_a_read_only_folder_is_told(head_folder, tmp_path):
    tmp_path.chmod(0o500)
    result = run_here("train", head_folder, "--out", tmp_path / "run")
    tmp_path.chmod(0o700)
    assert result.returncode == 1
    assert "Permission denied" in result.stderr


@pytest.mark.parametrize("how", ["signal", "stop file"])
def test_an_interrupted_run_exits_with_130_and_can_be_resumed(how, head_folder, tmp_path):
    run, stop = tmp_path / "run", tmp_path / "stop"
    arguments = ["train", head_folder, "--out", run, "--preset", "tiny-32", "--batch-size", 2, "--events"]
    process = start(*arguments, "--iterations", 100000, "--stop-file", stop)
    wait_for(process, "step")
    process.send_signal(signal.SIGINT) if how == "signal" else stop.touch()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert TRACEBACK not in errors
    stopped = from_line(output.splitlines()[-1])
    assert stopped["event"] == "stopped"
    assert list((run / "state").glob("*.safetensors"))

    again = run_here("train", "--resume", run, "--iterations", stopped["step"] + 1, "--events")
    steps = [event["step"] for event in map(from_line, again.stdout.splitlines()) if event["event"] == "step"]
    assert (again.returncode, steps) == (0, [stopped["step"] + 1])


def test_a_resumed_run_may_be_longer_and_smaller_but_not_another(head_folder, tmp_path):
    run = tmp_path / "run"
    start_arguments = ["train", head_folder, "--out", run, "--preset", "tiny-32", "--batch-size", 3, "--iterations", 1]
    assert run_here(*start_arguments).returncode == 0
    refused = run_here("train", "--resume", run, "--width", 32)
    assert refused.returncode == 1
    assert "A resumed run keeps its own width. Leave that out, or start a new run with --out." in refused.stderr
    assert run_here("train", "--resume", run, "--iterations", 2, "--batch-size", 2).returncode == 0
    training = json.loads((run / "config.json").read_text())["training"]
    assert (training["iterations"], training["batch_size"]) == (2, 2)
    assert read_card(run)["iterations"] == 2


@pytest.mark.parametrize(("place", "is_named"), [("run/exported", False), ("lists", True)])
def test_a_command_is_kept_for_going_on_unless_its_list_of_volumes_is_a_panel_s_own(place, is_named, tmp_path):
    words = ["train", f"@{tmp_path / place / 'volumes.txt'}", "--out", str(tmp_path / "run")]
    assert _repeatable(Namespace(words=words, out=tmp_path / "run")) == (shlex.join(["crfgan", *words]) * is_named)
