"""Files are written whole or not at all, by any number of processes, and what a killed one leaves is swept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from crfgan.errors import InputError
from crfgan.storage.atomic import DRAFTS, draft_folder, make_folder, replace_with, sweep, write_whole

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")

KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from crfgan.storage.atomic import replace_with
def write(draft):
    draft.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
replace_with(Path(sys.argv[1]), write)
"""
ONE_OF_MANY = """
import os, sys
from pathlib import Path
os.getpid = lambda: 1  # as in a container
from crfgan.storage.atomic import make_folder, sweep, write_whole
folder = Path(sys.argv[1])
for number in range(100):
    sweep(make_folder(folder))
    write_whole(folder / "same.bin", bytes(100_000))
"""


def hidden(folder: Path) -> list[Path]:
    return list(folder.glob(".*"))


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path):
    write_whole(tmp_path / "a.txt", b"first")
    write_whole(tmp_path / "a.txt", b"second")
    assert (tmp_path / "a.txt").read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_what_fails_half_way_leaves_what_was_there(tmp_path):
    write_whole(tmp_path / "a.txt", b"first")

    def fail(draft):
        draft.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"^No space is left to write .*a\.txt\. Free some space, then go on\.$"):
        replace_with(tmp_path / "a.txt", fail)
    assert (tmp_path / "a.txt").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@POSIX
def test_what_a_killed_process_left_is_swept_and_nothing_else(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(tmp_path / "a.bin")], timeout=60)
    assert len(hidden(tmp_path)) == 1
    mine = tmp_path / f"{DRAFTS}of-mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    with draft_folder(tmp_path) as alive:
        (alive / "growing.bin").write_bytes(b"more to come")
        sweep(tmp_path)
        assert (alive / "growing.bin").is_file()
        assert sorted(hidden(tmp_path)) == sorted([alive, mine])
    assert hidden(tmp_path) == [mine]
    assert (mine / "thesis.txt").read_text() == "mine"


def test_a_folder_without_anything_to_sweep_or_that_is_not_there_is_no_error(tmp_path):
    sweep(tmp_path)
    sweep(tmp_path / "none")


@POSIX
def test_processes_of_one_number_share_a_folder(tmp_path):
    words = [sys.executable, "-c", ONE_OF_MANY, str(tmp_path)]
    processes = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=120)[1] for process in processes] == [""] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["same.bin"]
    assert (tmp_path / "same.bin").read_bytes() == bytes(100_000)


@POSIX
def test_others_may_read_what_the_user_lets_them_read(tmp_path):
    from crfgan.storage.tensor_file import save_tensors

    before = os.umask(0o027)
    try:
        save_tensors(tmp_path / "model.safetensors", {}, {})
        assert (tmp_path / "model.safetensors").stat().st_mode & 0o777 == 0o640
        (tmp_path / "model.safetensors").chmod(0o600)
        save_tensors(tmp_path / "model.safetensors", {}, {})
        assert (tmp_path / "model.safetensors").stat().st_mode & 0o777 == 0o600, "as the user has chosen"
    finally:
        os.umask(before)


@POSIX
@pytest.mark.parametrize("place", ["file/a.txt", "none/a.txt"])
def test_a_place_that_cannot_be_written_is_told_in_a_sentence(place, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"a\.txt can't be written: "):
        write_whole(tmp_path / place, b"text")


def test_a_file_of_the_user_is_no_probe(tmp_path):
    (tmp_path / ".writable").write_text("mine")
    make_folder(tmp_path)
    assert (tmp_path / ".writable").read_text() == "mine"
