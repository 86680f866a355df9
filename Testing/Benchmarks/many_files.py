"""How long many small files take, and Ctrl-C among them: python Testing/Benchmarks/many_files.py [--count N]

Runs `crfgan check` on nested folders of volumes of 8^3 voxels, cold and from the cache, and prints seconds; then starts
it and `crfgan train` again and again, sends Ctrl-C in each phase, and prints how long the answer takes.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from crfgan.events import from_line
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume

PHASES = {
    "finding": ("check", "started"),
    "looking": ("check", "checked"),
    "surveying": ("train", "preparing"),
    "preparing": ("train", "prepared"),
    "training": ("train", "step"),
    "exporting": ("train", "checkpoint"),
}
"""The command that is interrupted, and the kind of event after which it is."""


def write(folder: Path, count: int) -> Path:
    """Volumes of noise, twenty to a folder, ten folders to one above."""
    noise = np.random.default_rng(0)
    write_volume(Volume(noise.integers(0, 999, (8, 8, 8), "i2"), np.eye(4)), folder / "one.nrrd", {})
    start = (folder / "one.nrrd").read_bytes()
    (folder / "one.nrrd").unlink()
    (folder / "one.json").unlink(missing_ok=True)
    head = start[: start.index(b"\n\n") + 2].replace(b"encoding: gzip", b"encoding: raw")
    for number in range(count):
        place = folder / f"{number // 200:03}" / f"{number // 20:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:05}.nrrd").write_bytes(head + noise.integers(0, 999, 512, "i2").tobytes())
    return folder


def words(kind: str, data: Path, work: Path) -> list[str]:
    """A command that reads the data."""
    arguments = [kind, str(data), "--cache", str(work / "cache"), "--events"]
    if kind == "train":
        arguments += ["--out", str(work / "run"), "--preset", "tiny-32", "--batch-size", "2", "--iterations", "3"]
    return [sys.executable, "-m", "crfgan", *arguments]


def timed(data: Path, work: Path) -> str:
    """Seconds that `crfgan check` takes, and those of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words("check", data, work), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    computing = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{time.perf_counter() - start:.1f} s, of the processor {computing:.1f} s"


def answer(phase: str, data: Path) -> str:
    """Seconds from Ctrl-C in a phase to the end, and the exit status."""
    kind, event = PHASES[phase]
    with tempfile.TemporaryDirectory() as work:
        process = subprocess.Popen(words(kind, data, Path(work)), stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            if (found := from_line(line)) and found["event"] == event:
                break
        os.kill(process.pid, signal.SIGINT)
        start = time.perf_counter()
        process.communicate()
        return f"{time.perf_counter() - start:.2f} s, exit status {process.returncode}"


def main() -> None:
    """Print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5000, help="default: 5000")
    parser.add_argument("--some", type=int, default=40, help="volumes that training is stopped with; default: 40")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, work = write(Path(folder), args.count), Path(folder, ".work")
        work.mkdir()
        print(f"check of {args.count}, cold: {timed(data, work)}", flush=True)
        print(f"check of {args.count}, from the cache: {timed(data, work)}", flush=True)
        with tempfile.TemporaryDirectory() as few:
            write(Path(few), args.some)
            for phase in PHASES:
                print(f"Ctrl-C while {phase}: {answer(phase, data if phase == 'finding' else Path(few))}", flush=True)


if __name__ == "__main__":
    main()
