"""Other people's files are read in a process of their own: what happens to it is a sentence, and the others go on."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from commands import TIMEOUT, command, crfgan
from crfgan.errors import InputError
from crfgan.volumes.content import digests_of
from crfgan.volumes.discovery import Source, find_volumes
from crfgan.volumes.reader import process
from crfgan.volumes.reader.process import Reader, ReaderError
from crfgan.volumes.reading import read_volume
from dicom_series import write_slice

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
FAULTS = """
import os, signal, sys, time
from crfgan.volumes.formats import nrrd
from crfgan.volumes.reader import process
process.PATIENCE = 3
read = nrrd.read_nrrd
def spoiled(path):
    if path.name == "killer.nrrd":
        os.kill(os.getpid(), signal.SIGKILL)
    if path.name == "endless.nrrd":
        time.sleep(1000)
    if path.name == "eater.nrrd":
        bytearray(1 << 33)
    return read(path)
nrrd.read_nrrd = spoiled
"""
"""Loaded by every process that a test starts; only the one that reads files is reached by it."""
SENTENCES = {
    "eater": "eater.nrrd must fit into memory, got more than is free or than its header says. Close programs or crop "
    "it.",
    "endless": "endless.nrrd must be read within 4 seconds, but reading didn't end. Copy or export it again.",
    "killer": "killer.nrrd ended the process that read it, as files do that are damaged or larger than they say. "
    "Open it in Slicer, check it and save it as .nrrd.",
}
ONE_READ = """
import sys, time
from contextlib import suppress
from pathlib import Path
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reader import process
process.read_apart(find_volumes([Path(sys.argv[1])])[0])
print(process._reader._process.pid, flush=True)
time.sleep(100)
"""


@pytest.fixture
def reader():
    reader = Reader()
    yield reader
    reader.close()


@pytest.fixture
def heads(head_folder):
    return find_volumes([head_folder])


@pytest.fixture
def spoiled(head_folder, tmp_path):
    """A folder with three volumes that can be read and three that do harm, and the environment for that."""
    folder = tmp_path / "heads"
    folder.mkdir()
    for number, name in enumerate(("eater", "endless", "killer", "sound_0", "sound_1", "sound_2")):
        content = (head_folder / f"head_{number % 5}.nrrd").read_bytes()
        (folder / f"{name}.nrrd").write_bytes(content.replace(b"\n", f"\n# {name}\n".encode(), 1))
    (tmp_path / "sitecustomize.py").write_text(FAULTS)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    return folder, {**os.environ, "PYTHONPATH": path, "CRFGAN_CACHE": str(tmp_path / "cache")}


def test_a_volume_comes_back_as_it_is_read_here(heads, reader):
    for source in heads[:2]:
        volume, digests = reader.read(source)
        wanted = read_volume(source)
        assert volume.array.dtype == wanted.array.dtype and np.array_equal(volume.array, wanted.array)
        assert np.array_equal(volume.ijk_to_ras, wanted.ijk_to_ras) and volume.name == source.name
        assert digests == reader.digests(source) == digests_of(source)


def test_a_refusal_comes_back_as_its_sentence(tmp_path, reader):
    (tmp_path / "Sch\udce4del.nrrd").write_bytes(b"NRRD0004\n")
    (source,) = find_volumes([tmp_path])
    with pytest.raises(InputError, match=r"^Schädel\.nrrd must have voxels along every axis"):
        reader.read(source)


def test_one_process_serves_for_many_files_and_does_not_load_pytorch(heads, reader):
    reader.read(heads[0])
    first = reader._process.pid
    reader.read(heads[1])
    assert reader._process.pid == first
    if sys.platform == "linux":
        loaded = Path(f"/proc/{first}/maps").read_text()
        assert "numpy" in loaded and "torch" not in loaded and "SimpleITK" not in loaded and "Qt" not in loaded


@POSIX
def test_a_process_that_is_killed_between_two_files_costs_one_and_is_replaced(heads, reader):
    reader.read(heads[0])
    os.kill(reader._process.pid, signal.SIGKILL)
    reader._process.wait()
    with pytest.raises(InputError, match=r"head_1\.nrrd ended the process that read it"):
        reader.read(heads[1])
    assert reader.read(heads[1])[0].shape == (32, 32, 32)


@POSIX
def test_a_file_that_never_ends_is_left_after_its_time(tmp_path, heads, reader, monkeypatch):
    os.mkfifo(tmp_path / "pipe.nii")
    monkeypatch.setattr(process, "PATIENCE", 0.5)
    with pytest.raises(InputError, match=r"^pipe\.nii must be read within 1 seconds, but reading didn't end\."):
        reader.digests(Source("pipe", (tmp_path / "pipe.nii",), "nifti"))
    monkeypatch.setattr(process, "PATIENCE", 60)
    assert reader.read(heads[0])


def test_no_process_at_all_is_no_fault_of_a_volume(heads, reader, monkeypatch):
    monkeypatch.setattr(process, "_CODE", "raise SystemExit(3)")
    with pytest.raises(ReaderError, match=r"^Volumes must be read in a process of their own, but none can be started"):
        reader.read(heads[0])


def test_files_are_found_though_the_current_folder_changes(heads, reader, tmp_path, monkeypatch):
    reader.read(heads[0])
    monkeypatch.chdir(heads[0].files[0].parent)
    (source,) = find_volumes([Path("head_1.nrrd")])
    assert reader.read(source)[0].name == "head_1"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_memory_is_limited_to_what_a_header_promises():
    code = (
        "from crfgan.volumes.formats.memory import begin_limit, require_memory\n"
        "begin_limit()\n"
        "try:\n    bytearray(1 << 30)\nexcept MemoryError:\n    print('refused')\n"
        "require_memory('a', 1 << 28)\n"
        "bytearray(1 << 30)\nprint('given')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=TIMEOUT)
    assert result.stdout.split() == ["refused", "given"], result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_files_that_harm_their_reader_are_named_and_the_set_goes_on(spoiled, tmp_path):
    folder, environment = spoiled
    result = crfgan("check", folder, "--events", env=environment)
    assert result.returncode == 0 and result.stderr == ""
    events = [json.loads(line) for line in result.stdout.splitlines()]
    problems = {event["name"]: event["problem"] for event in events if event["event"] == "checked"}
    assert problems == {**SENTENCES, "sound_0": "", "sound_1": "", "sound_2": ""}
    assert (events[-1]["usable"], events[-1]["total"]) == (3, 6)
    words = ["train", folder, "--out", tmp_path / "run", "--preset", "tiny-32", "--iterations", 1, "--batch-size", 2]
    result = crfgan(*words, "--events", env=environment)
    assert result.returncode == 0, result.stderr
    skipped = [json.loads(line) for line in result.stdout.splitlines()]
    assert {e["name"]: e["reason"] for e in skipped if e["event"] == "skipped"} == SENTENCES


@POSIX
def test_the_process_ends_with_the_one_that_it_reads_for(head_folder):
    with subprocess.Popen([sys.executable, "-c", ONE_READ, head_folder], stdout=subprocess.PIPE, text=True) as parent:
        reader = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    reader.wait(timeout=60)


@POSIX
def test_ctrl_c_reaches_the_command_and_not_its_reader(spoiled):
    folder, environment = spoiled
    for name in ("killer", "eater"):
        (folder / f"{name}.nrrd").unlink()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command("check", folder), env=environment, start_new_session=True, **pipes) as child:
        while not psutil.Process(child.pid).children():
            time.sleep(0.01)
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does
        _, said = child.communicate(timeout=TIMEOUT)
    assert child.returncode == 130, said
    assert said.splitlines()[-1] == "Stopped after 1 of 4 volumes were looked at; what was found out is kept."


def test_what_follows_is_read_ahead_and_whatever_is_asked_instead_is_answered(heads, reader):
    def first_voxels(source):
        return read_volume(source).array[16, 16]

    for one, next_one in ((heads[0], heads[1]), (heads[1], heads[2])):
        volume, digests = reader.look(one, next_one)
        assert np.array_equal(volume.array[16, 16], first_voxels(one)) and digests == digests_of(one)
    assert np.array_equal(reader.read(heads[3])[0].array[16, 16], first_voxels(heads[3]))
    reader.look(heads[0], heads[1])
    assert reader.digests(heads[4]) == digests_of(heads[4])
    assert np.array_equal(reader.look(heads[1])[0].array[16, 16], first_voxels(heads[1]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_a_slice_of_half_a_kilobyte_for_which_gdcm_takes_gigabytes_is_refused_with_little_memory(tmp_path, reader):
    for number in range(3):
        write_slice(tmp_path / f"{number}.dcm", np.zeros((3, 4), "i2"), (0, 0, 6 * number), "1.2.3")
    whole = (tmp_path / "1.dcm").read_bytes()
    harm = whole[:463] + b"\xdcH\xbf\xd5\xf1z~\x10" + whole[465:480] + b"9" * 20 + whole[481:]  # as the fuzzer found it
    (tmp_path / "1.dcm").write_bytes(harm)
    for source in find_volumes([tmp_path]):
        with suppress(InputError):
            reader.read(source)
    peak = Path(f"/proc/{reader._process.pid}/status").read_text().split("VmHWM:")[1].split()[0]
    assert int(peak) < 600 << 10
