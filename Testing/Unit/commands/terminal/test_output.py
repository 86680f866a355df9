"""What is printed is fit for any terminal, and trouble with it ends no work."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import TIMEOUT, command, crfgan, start, wait_for
from crfgan.commands.main import main
from crfgan.commands.terminal.output import complain, show
from crfgan.runs.card import read_card
from crfgan.storage.safetensors_header import copy_with_card

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
LONG = ["--preset", "tiny-32", "--batch-size", 2, "--iterations", 100000]


def train_through(pipe, head_folder, run):
    """A training whose stderr is written to the end of a pipe; its group is its own, as a shell's job has it."""
    words = command("train", head_folder, "--out", run, *LONG)
    return subprocess.Popen(words, stderr=pipe, stdout=subprocess.DEVNULL)


@POSIX
def test_ctrl_c_saves_though_the_program_that_was_shown_the_progress_is_gone(head_folder, tmp_path):
    reading, writing = os.pipe()
    process = train_through(writing, head_folder, tmp_path / "run")
    os.close(writing)
    shown = b""
    while b"training" not in shown:
        shown += os.read(reading, 1000)
    os.close(reading)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    step = read_card(tmp_path / "run")["iterations"]
    assert list((tmp_path / "run" / "state").glob(f"step-{step:08d}.safetensors"))


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_training_ends_well_though_the_disk_behind_its_progress_is_full(head_folder, tmp_path):
    words = command("train", head_folder, "--out", tmp_path / "run", *LONG[:-1], 2)
    with open("/dev/full", "w") as full:
        assert subprocess.run(words, stderr=full, stdout=full, timeout=TIMEOUT).returncode == 0
    assert read_card(tmp_path / "run")["iterations"] == 2


@POSIX
def test_a_training_without_any_output_ends_well(head_folder, tmp_path):
    words = command("train", head_folder, "--out", tmp_path / "run", *LONG[:-1], 1)
    assert subprocess.run(["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *words], timeout=TIMEOUT).returncode == 0


@POSIX
def test_a_closed_terminal_saves_and_under_nohup_it_is_not_heard(head_folder, tmp_path):
    arguments = ["train", head_folder, "--out", tmp_path / "run", *LONG, "--events"]
    process = start(*arguments)
    wait_for(process, "step")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)  # by the terminal, and by its shell
    process.communicate(timeout=60)
    assert process.returncode == 130
    nohup = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
    again = start("train", "--resume", tmp_path / "run", "--events", **nohup)
    step = wait_for(again, "step")[0]["step"]
    again.send_signal(signal.SIGHUP)
    while wait_for(again, "step")[0]["step"] < step + 5:
        pass
    again.kill()
    again.communicate(timeout=60)


@POSIX
@pytest.mark.parametrize("arguments", [["info", "RUN"], ["info", "RUN", "--json"], ["--help"], ["estimate", "--json"]])
def test_a_reader_that_has_seen_enough_is_no_error(arguments, trained_run):
    words = command(*(trained_run if word == "RUN" else word for word in arguments))
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_finds_no_room_is_told(trained_run):
    with open("/dev/full", "w") as full:
        done = subprocess.run(command("info", trained_run), stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "The output can't be written: No space left on device. Send it elsewhere.\n"


def test_what_is_printed_has_no_escapes_and_fits_the_terminal(capsys):
    show("one \x1b[2J\ntwo")
    complain("three \x1b]0;title\x07")
    shown = capsys.readouterr()
    assert shown.out == "one ?[2J\ntwo\n"
    assert shown.err == "three ?]0;title?\n"


@POSIX
def test_names_of_files_never_reach_a_terminal_raw(head_folder, tmp_path, capsys):
    for number in range(2):
        shutil.copy(head_folder / f"head_{number}.nrrd", tmp_path / f"\x1b[31m{number}.nrrd")
    (tmp_path / "\x1b]0;title\x07.nrrd").write_bytes(b"NRRD0004\nno")
    assert main(["check", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert "[31m1" in shown.out
    # What tqdm writes to move its bar isn't ours.
    assert not re.search("\x1b(?!\\[A)|\x07", shown.out + shown.err)


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_card_s_escapes_and_letters_never_reach_a_terminal_raw(option, trained_run, tmp_path):
    odd = {"name": "\x1b[31mKöpfe\x07", "licence": "a\nb"}
    copy_with_card(trained_run / "model.safetensors", tmp_path / "odd.safetensors", odd)
    done = crfgan("info", tmp_path / "odd.safetensors", *option, env={**os.environ, "PYTHONIOENCODING": "ascii:strict"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    assert ("a?b" in done.stdout) == (not option)
