"""One process at a time works in a run's folder, and a dead one keeps nobody out."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import run_here, start, wait_for
from crfgan.config import PRESETS
from crfgan.errors import InputError
from crfgan.runs.configuration import load_config
from crfgan.storage import file_lock
from crfgan.storage.lock import is_locked, only_one
from crfgan.training.run import start_run
from crfgan.volumes.discovery import find_volumes

CORE = Path(__file__).parents[3] / "CRFGANSynth"
HOLD = """
import sys
from pathlib import Path
from crfgan.storage.lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
TAKEN = r"^run is being trained by another process\. Wait for it to end, or stop it\.$"


@pytest.fixture
def run(tmp_path):
    """An empty folder of a run."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def hold(folder):
    """A process that holds the lock of a folder until its input ends."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": CORE}
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], **pipes)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_until_the_first_one_ends(run):
    assert not is_locked(run)
    process = hold(run)
    assert is_locked(run)
    with pytest.raises(InputError, match=TAKEN), only_one(run):
        pass
    process.communicate("", timeout=30)
    assert not is_locked(run)
    with only_one(run):
        assert is_locked(run)
    assert not is_locked(run)


def test_a_killed_process_holds_nothing(run):
    process = hold(run)
    process.kill()
    process.communicate(timeout=30)
    assert not is_locked(run)
    with only_one(run):
        pass


def test_asking_whether_it_is_locked_keeps_nobody_out(run):
    with only_one(run):
        pass
    asking = f"""
import time
from pathlib import Path
from crfgan.storage.lock import is_locked
print("asking", flush=True)
end = time.monotonic() + 3
while time.monotonic() < end:
    is_locked(Path({str(run)!r}))
"""
    process = subprocess.Popen([sys.executable, "-c", asking], stdout=subprocess.PIPE, text=True, cwd=CORE)
    process.stdout.readline()
    for _ in range(50):
        with only_one(run):
            time.sleep(0.001)
    process.kill()
    process.communicate(timeout=30)


def test_a_folder_that_is_not_there_is_not_locked_and_can_not_be(tmp_path):
    assert not is_locked(tmp_path / "none")
    with (
        pytest.raises(InputError, match=r"none/\.lock can't be written: its folder is gone"),
        only_one(tmp_path / "none"),
    ):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="msvcrt is another way")
def test_a_file_system_without_locks_keeps_nobody_from_training(run, monkeypatch):
    def refuse(file, how):
        raise OSError(file_lock.errno.ENOLCK, "No locks available")

    monkeypatch.setattr(file_lock.fcntl, "flock", refuse)
    with only_one(run):
        assert not is_locked(run)


def test_a_run_is_trained_once_at_a_time_and_a_refused_process_changes_nothing(head_folder, run, tmp_path):
    pause = tmp_path / "pause"
    pause.touch()
    settings = ["--preset", "tiny-32", "--batch-size", 2, "--iterations", 2]
    first = start("train", head_folder, "--out", run, *settings, "--events", "--pause-file", pause)
    wait_for(first, "paused")
    assert is_locked(run)
    config = load_config(run / "config.json")
    refused = run_here("train", "--resume", run, "--iterations", 99)
    assert refused.returncode == 1
    assert "run is being trained by another process. Wait for it to end, or stop it." in refused.stderr
    assert load_config(run / "config.json") == config

    first.kill()
    first.communicate(timeout=30)
    assert not is_locked(run)
    assert run_here("train", "--resume", run).returncode == 0


def test_a_run_that_another_process_prepares_is_not_prepared_again(head_folder, run):
    with only_one(run), pytest.raises(InputError, match=TAKEN):
        start_run(find_volumes([head_folder]), PRESETS["tiny-32"], run, None, lambda kind, **facts: None)
    assert not (run / "config.json").exists()
