"""Nothing that was learned is lost: kills between state and model, states that are gone, folders with other files."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import command, run_here, start, wait_for
from crfgan.data.cache import Cache
from crfgan.errors import InputError, Interrupted
from crfgan.runs.card import read_card
from crfgan.runs.checkpoint import KEPT
from crfgan.storage.atomic import DRAFTS
from crfgan.storage.step_log import read_evaluation, read_losses
from crfgan.training.run import open_run, start_run, train_run
from crfgan.volumes.discovery import find_volumes
from head_files import write_heads
from killed_runs import train_until_killed
from safetensors.torch import load_file
from small_runs import TINY, never, same, silent, stop_after, train
from small_runs import start as prepare

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
AIMS = (1, 2, 3)
"""Of the files that put a model in its place, the one before which the process is killed."""


@pytest.fixture(scope="module")
def eight_heads(tmp_path_factory):
    return write_heads(tmp_path_factory.mktemp("eight"), range(8))


def weights(run):
    return load_file(run / "model.safetensors")


def equal(a, b):
    return a.keys() == b.keys() and all(a[name].equal(b[name]) for name in a)


def go_on(run, told=None):
    def report(kind, **facts):
        if told is not None and kind == "noted":
            told.append(facts["sentence"])

    return train_run(run, open_run(run), report, never)


@POSIX
@pytest.mark.parametrize("every", [{}, {"evaluate_every": 1}], ids=["every model", "the best model"])
def test_a_kill_between_state_and_model_loses_neither(every, eight_heads, tmp_path):
    config = TINY.override(iterations=4, checkpoint_every=1, preview_every=2, **every)
    train(tmp_path / "whole", eight_heads, config)
    prepare(tmp_path / "begun", eight_heads, config)
    for aim in AIMS:
        run = shutil.copytree(tmp_path / "begun", tmp_path / f"killed-{aim}" / "whole")
        status = train_until_killed(run, aim)
        assert go_on(run)
        assert status in (-signal.SIGKILL, 0)
        assert equal(weights(run), weights(tmp_path / "whole"))
        card, wanted = read_card(run), read_card(tmp_path / "whole")
        for name in ("iterations", "metrics"):
            assert card[name] == wanted[name]
        assert same(read_losses(run), read_losses(tmp_path / "whole"))
        assert same(read_evaluation(run), read_evaluation(tmp_path / "whole"))
        assert not list(run.rglob(f"{DRAFTS}*")), "what the killed process was writing is swept"


@pytest.mark.parametrize("lost", ["older", "gone", "cut off"])
def test_a_finished_run_whose_model_is_not_of_its_state_gets_it_when_it_is_resumed(lost, head_folder, tmp_path):
    run = tmp_path / "run"
    train(run, head_folder, TINY.override(iterations=2, checkpoint_every=1), should_stop=stop_after(1))
    older = (run / "model.safetensors").read_bytes()
    go_on(run)
    wanted = weights(run)
    (run / "model.safetensors").unlink()
    if lost != "gone":
        (run / "model.safetensors").write_bytes(older if lost == "older" else older[:1000])
    assert go_on(run)
    assert equal(weights(run), wanted)
    assert read_card(run)["iterations"] == 2


def test_a_trained_run_without_its_states_is_not_begun_again(head_folder, tmp_path):
    run = tmp_path / "run"
    train(run, head_folder, TINY.override(iterations=2))
    model = (run / "model.safetensors").read_bytes()
    shutil.rmtree(run / "state")
    refused = run_here("train", "--resume", run)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        "run has no training state to go on from, though it was trained: its files in state/ are gone. "
        "Put them back, or train into a new folder."
    )
    assert (run / "model.safetensors").read_bytes() == model
    assert len(read_losses(run)["step"]) == 2


def test_a_run_killed_before_its_first_state_says_that_it_begins_again(head_folder, tmp_path):
    run = tmp_path / "run"
    train(run, head_folder, TINY.override(iterations=2))
    shutil.rmtree(run / "state")
    (run / "model.safetensors").unlink()
    told = []
    assert go_on(run, told)
    assert told == ["run was ended before its first state was saved, and begins again."]


def test_an_earlier_state_that_serves_is_told_of_and_leads_to_the_same_end(head_folder, tmp_path):
    run = tmp_path / "run"
    train(run, head_folder, TINY.override(iterations=4, checkpoint_every=1))
    wanted, losses = weights(run), read_losses(run)
    newest = run / "state" / "step-00000004.safetensors"
    content = bytearray(newest.read_bytes())
    content[-1] ^= 1  # of a tensor: the file still looks whole
    newest.write_bytes(content)
    told = []
    assert go_on(run, told)
    assert told == ["step-00000004.safetensors is damaged: going on from step 3, whose state was saved before."]
    assert equal(weights(run), wanted) and same(read_losses(run), losses)
    assert len(list((run / "state").iterdir())) == KEPT


def test_a_damaged_later_state_does_not_take_the_place_of_one_that_is_kept(head_folder, tmp_path):
    run = tmp_path / "run"
    train(run, head_folder, TINY.override(iterations=4, checkpoint_every=2))
    (run / "state" / "step-00000004.safetensors").write_bytes(b"damaged")
    train_run(run, open_run(run).override(checkpoint_every=1), silent, stop_after(1))
    assert sorted(path.name for path in (run / "state").iterdir()) == [
        "step-00000002.safetensors",
        "step-00000003.safetensors",
    ]


def test_fewer_steps_than_are_done_are_refused(head_folder, tmp_path):
    run = tmp_path / "run"
    train(run, head_folder, TINY.override(iterations=2))
    refused = run_here("train", "--resume", run, "--iterations", 1)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        "`iterations` must be at least the steps that the run has done, 2, got 1. Give more to train on."
    )
    assert open_run(run).training.iterations == 2


@pytest.mark.parametrize("name", ["data.json", "model.safetensors", "log.jsonl", "volumes", "state", "previews"])
def test_files_in_the_place_of_a_run_s_are_left_alone(name, head_folder, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "notes.txt").write_text("these are in nobody's way")
    (run / name).write_text("mine")
    sentence = rf"^run holds {name} already, but no run\. Choose a new or an empty folder\.$"
    with pytest.raises(InputError, match=sentence):
        prepare(run, head_folder)
    assert (run / name).read_text() == "mine"
    (run / name).unlink()
    prepare(run, head_folder)
    assert sorted(path.name for path in run.iterdir() if not path.name.startswith(".")) == [
        "config.json",
        "data.json",
        "notes.txt",
        "volumes",
    ]


@pytest.fixture
def killed_in_preparation(eight_heads, tmp_path):
    """A folder whose preparation was killed after the second volume, and the words of its command."""
    run = tmp_path / "my run"
    arguments = ["train", eight_heads, "--out", run, "--cache", tmp_path / "cache", "--preset", "tiny-32"]
    arguments += ["--iterations", 2, "--batch-size", 2]
    process = start(*arguments, "--events")
    while wait_for(process, "preparing")[0]["done"] < 10:
        pass
    process.kill()
    process.communicate(timeout=60)
    return run, arguments


def test_a_preparation_that_was_killed_is_named_and_goes_on(killed_in_preparation, tmp_path):
    run, arguments = killed_in_preparation
    refused = run_here("train", "--resume", run)
    assert refused.returncode == 1
    sentence, command = refused.stderr.splitlines()[-1].split("go on with: ")
    assert sentence == "my run can't be resumed, as its volumes weren't all prepared. Those that were are kept; "
    assert command.startswith("crfgan train ") and f"--out '{run}'" in command and "Traceback" not in refused.stderr
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").glob("*.npy")}
    assert before
    assert run_here(*arguments).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before, "prepared once"
    assert read_card(run)["iterations"] == 2
    assert not (run / "preparation.json").exists()


def test_stopped_before_the_preparation_nothing_is_changed(eight_heads, tmp_path):
    (tmp_path / "stop").touch()
    run = tmp_path / "run"
    arguments = ["train", eight_heads, "--out", run, "--cache", tmp_path / "cache", "--preset", "tiny-32"]
    stopped = run_here(*arguments, "--stop-file", tmp_path / "stop")
    assert stopped.returncode == 130
    assert stopped.stderr.splitlines()[-1] == (
        "Stopped while volumes were looked for (files so far: 1). Nothing was changed."
    )
    assert not run.exists()


def test_stopped_in_preparation_it_says_what_is_kept_and_goes_on(eight_heads, tmp_path):
    run, cache, asked = tmp_path / "run", Cache(tmp_path / "cache"), iter([False, True])
    sources = find_volumes([eight_heads])
    with pytest.raises(Interrupted, match=r"^Stopped after 2 of 8 volumes were looked at; what was done is kept\."):
        start_run(sources, TINY, run, None, silent, cache, should_stop=lambda: next(asked))
    assert (run / "preparation.json").exists()
    start_run(sources, TINY, run, None, silent, cache)
    assert open_run(run).training.iterations == TINY.training.iterations
    assert not (run / "preparation.json").exists()


@POSIX
def test_the_script_for_schedulers_goes_on_with_a_preparation_that_was_interrupted(eight_heads, tmp_path):
    with pytest.raises(Interrupted):
        start_run(find_volumes([eight_heads]), TINY, tmp_path / "run", None, silent, should_stop=lambda: True)
    page = (Path(__file__).parents[3] / "docs" / "servers.md").read_text(encoding="utf-8")
    script = re.search(r"(?s)```sh\n(#!/bin/sh\n.*?)```", page)[1]
    for word, here in (
        ("crfgan ", f"{shlex.join(command())} "),
        ("/data/scans", str(eight_heads)),
        ("--preset standard-128 --device cuda", "--preset tiny-32 --batch-size 2 --iterations 1"),
    ):
        assert word in script
        script = script.replace(word, here)
    for _ in range(2):  # the second time it resumes, here on the CPU
        script = script.replace("--resume run --device cuda", "--resume run --device cpu")
        assert subprocess.run(["sh", "-c", script], cwd=tmp_path, timeout=240).returncode == 0
    assert read_card(tmp_path / "run")["iterations"] == 1


@POSIX
def test_a_pipe_among_the_states_keeps_nobody_waiting(head_folder, tmp_path):
    run = tmp_path / "run"
    train(run, head_folder, TINY.override(iterations=1))
    os.mkfifo(run / "state" / "step-00000009.safetensors")
    assert run_here("train", "--resume", run, "--iterations", 2).returncode == 0
