"""What ends a run from outside: one event that says so, a sentence, and a run that can be gone on with."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from commands import command, run_here, start, wait_for
from crfgan.commands.main import COMMANDS, main
from crfgan.events import from_line
from crfgan.hardware.memory import is_out_of_memory
from crfgan.runs.card import read_card
from crfgan.runs.checkpoint import has_checkpoint
from crfgan.storage.step_log import read_losses
from crfgan.training.prior.prior_trainer import PriorTrainer

CORE = Path(__file__).parents[3] / "CRFGANSynth"
TRACEBACK = "Traceback"
SETTINGS = ["--preset", "tiny-32", "--batch-size", 2, "--events"]

FULL_DISK = """
import errno, os
from pathlib import Path
sync = os.fsync
def fsync(file):
    if Path(os.environ["DISK_IS_FULL"]).exists():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    sync(file)
os.fsync = fsync
"""


def events_of(output):
    return [event for event in map(from_line, output.splitlines()) if event]


def failed(status, output):
    """The events of a command, which has failed and said so once, at its end."""
    events = events_of(output)
    assert status == 1
    assert [event["event"] for event in events].count("failed") == 1
    assert events[-1]["event"] == "failed"
    return events


def ended(process):
    """The events and messages that a process still prints, once it has failed."""
    output, errors = process.communicate(timeout=120)
    return failed(process.returncode, output), errors


def resumes(run, step):
    """Whether a run goes on after `step`."""
    again = run_here("train", "--resume", run, "--iterations", step + 1, "--events")
    steps = [event["step"] for event in events_of(again.stdout) if event["event"] == "step"]
    return (again.returncode, steps) == (0, [step + 1])


def test_a_disk_that_fills_up_keeps_what_was_saved(head_folder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(FULL_DISK)
    full, pause, run = tmp_path / "full", tmp_path / "pause", tmp_path / "run"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{CORE}", "DISK_IS_FULL": str(full)}
    arguments = ["train", head_folder, "--out", run, *SETTINGS, "--iterations", 100, "--pause-file", pause]
    process = start(*arguments, env=environment)
    wait_for(process, "step")
    pause.touch()
    saved = wait_for(process, "paused")[0]["step"]
    full.touch()
    pause.unlink()
    events, errors = ended(process)
    sentence = r"No space is left to write previews/step-\d{8}\.png\. Free some space, then go on\."
    assert re.fullmatch(sentence, events[-1]["reason"])
    assert TRACEBACK not in errors
    assert resumes(run, saved)


@pytest.mark.parametrize("how", ["moved", "removed"])
def test_a_run_whose_folder_goes_away_says_so(how, head_folder, tmp_path):
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    process = start("train", head_folder, "--out", run, *SETTINGS, "--iterations", 100000)
    wait_for(process, "step")
    run.rename(elsewhere)
    if how == "removed":
        shutil.rmtree(elsewhere)
    events, errors = ended(process)
    assert events[-1]["reason"] == "The folder run was moved or removed. Put it back and resume, or start again."
    assert TRACEBACK not in errors
    assert not run.exists()
    if how == "moved":
        elsewhere.rename(run)
        assert resumes(run, 0)


def test_running_out_of_memory_ends_with_advice(trained_run, tmp_path, monkeypatch):
    def demanding(trainer):
        return torch.empty(10**15) if trainer.step_number == 2 else step(trainer)

    step = PriorTrainer.step
    run = shutil.copytree(trained_run, tmp_path / "run")
    shutil.rmtree(run / "state")
    (run / "model.safetensors").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(PriorTrainer, "step", demanding)
        result = run_here("train", "--resume", run, "--events")
    events = failed(result.returncode, result.stdout)
    assert events[-2]["step"] == 2
    assert events[-1]["reason"] == (
        "Memory ran out in training with a batch size of 2. Resume with a smaller memory budget or batch size, or "
        "train smaller volumes."
    )
    assert TRACEBACK not in result.stderr
    assert resumes(run, 0)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 1.00 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_a_lack_of_memory_is_known_by_whatever_says_so(error):
    assert is_out_of_memory(error)
    assert not is_out_of_memory(RuntimeError("the sizes of the tensors must match"))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            KeyError("x"),
            "The work ended because of an unexpected error (KeyError). What was saved is kept; see the log.",
        ),
        (
            ModuleNotFoundError("No module named 'nrrd'", name="nrrd"),
            "The Python package nrrd is missing. Install it, then try again.",
        ),
        (MemoryError(), "Memory ran out. Close other programs, or choose a smaller memory budget or model."),
    ],
)
def test_an_error_that_nobody_thought_of_is_told_plainly_and_kept_for_the_log(error, sentence, monkeypatch, capsys):
    def fail(args, report, should_stop):
        raise error

    monkeypatch.setitem(COMMANDS, "phantoms", replace(COMMANDS["phantoms"], run=fail))
    assert main(["phantoms", "somewhere", "--events"]) == 1
    shown = capsys.readouterr()
    events = [from_line(line) for line in shown.out.splitlines()]
    assert [(event["event"], event["reason"]) for event in events] == [("failed", sentence)]
    assert TRACEBACK in shown.err
    with pytest.raises(type(error)):
        main(["phantoms", "somewhere"])


def test_training_goes_on_to_its_end_though_nobody_reads_its_events(head_folder, tmp_path):
    run = tmp_path / "run"
    process = start("train", head_folder, "--out", run, *SETTINGS, "--iterations", 4)
    wait_for(process, "step")
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(120) == 0
    assert errors == ""
    assert read_card(run)["iterations"] == 4
    assert read_losses(run)["step"].tolist() == [1, 2, 3, 4]
    assert has_checkpoint(run / "state")


def test_a_failure_is_no_worse_though_nobody_reads_of_it(tmp_path):
    words = command("train", tmp_path, "--out", tmp_path / "run", "--events")
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    process.stderr.close()
    assert process.wait(120) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_events_that_find_no_room_are_left_out(tmp_path):
    with open("/dev/full", "w") as full:
        words = command("phantoms", tmp_path, "--count", 1, "--shape", 32, "--events")
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "images" / "head_0000.nrrd").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_process_without_an_output_works(tmp_path):
    words = command("phantoms", tmp_path, "--count", 1, "--shape", 32, "--events")
    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *words], stderr=subprocess.PIPE, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
