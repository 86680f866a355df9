"""A run waits while a file is there: saved, stoppable, and without counting the time."""

import time

import pytest
from commands import start, wait_for
from crfgan.commands.terminal.interruption import Interruption
from crfgan.events import TimeLeft


@pytest.fixture
def job(head_folder, tmp_path):
    """A run that would go on for hours, with the files that pause and stop it."""
    pause, stop, run = (tmp_path / name for name in ("pause", "stop", "run"))
    files = ["--events", "--pause-file", pause, "--stop-file", stop]
    settings = ["--preset", "tiny-32", "--batch-size", 2, "--iterations", 100000]
    process = start("train", head_folder, "--out", run, *settings, *files)
    yield process, run, pause, stop
    process.kill()
    process.communicate(timeout=60)


def test_a_paused_run_saves_waits_and_goes_on(job):
    process, run, pause, stop = job
    wait_for(process, "step")
    pause.touch()
    paused, before = wait_for(process, "paused")
    assert (before[-1]["event"], before[-1]["step"]) == ("checkpoint", paused["step"])
    assert (run / "state" / f"step-{paused['step']:08d}.safetensors").is_file()
    logged = (run / "log.jsonl").read_text()
    time.sleep(1)
    assert (run / "log.jsonl").read_text() == logged
    pause.unlink()
    resumed, between = wait_for(process, "resumed")
    assert (resumed["step"], between) == (paused["step"], [])
    assert wait_for(process, "step")[0]["step"] == paused["step"] + 1

    pause.touch()
    paused, _ = wait_for(process, "paused")
    stop.touch()
    stopped, between = wait_for(process, "stopped")
    assert (stopped["step"], between) == (paused["step"], [])
    assert process.wait(60) == 130


def test_a_request_to_stop_ends_a_pause(tmp_path):
    pause, stop = tmp_path / "pause", tmp_path / "stop"
    asked = Interruption(stop, pause)
    assert not asked()
    assert not asked.pausing()
    pause.touch()
    assert asked.pausing()
    stop.touch()
    assert asked()
    assert not asked.pausing()


def test_the_time_left_does_not_count_a_pause(monkeypatch):
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    left = TimeLeft(10)
    for step in (1, 2):
        now += 2
        assert left.update(step) == 2 * (10 - step)
    now += 1000
    left.go_on()
    now += 2
    assert left.update(3) == 14
