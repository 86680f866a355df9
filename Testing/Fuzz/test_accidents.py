"""A handful of kills and of full disks; `Testing/Benchmarks/kills.py` and `disk_full.py` try many."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "Benchmarks"


def run(script: str, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, SCRIPTS / script, *arguments], capture_output=True, text=True, timeout=600, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr[-2000:]
    return result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
def test_killed_commands_repeated_end_with_the_results_of_undisturbed_ones():
    assert "export: 2 kills" in run("kills.py", "--count", "2", "export")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs Linux, and root to mount a disk")
def test_a_full_disk_is_one_sentence_and_nothing_is_lost():
    assert "0 faults" in run("disk_full.py", "--sizes", "3", "export")
