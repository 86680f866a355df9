"""What a process of its own for other people's files costs: python Testing/Benchmarks/reading_apart.py

Looks at many small volumes, and prepares a few larger ones, both with the reading process and without it; prints the
seconds of the fastest of some rounds, which take turns, and their ratio.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from crfgan.config import Preprocessing
from crfgan.data.cache import Cache
from crfgan.data.dataset import prepare
from crfgan.data.inspection import check_volumes
from crfgan.volumes.content import digests_of
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reader import process
from crfgan.volumes.reading import read_volume
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume

SETTINGS = Preprocessing((64, 64, 64))


class Here:
    """Reads in this process, as before there was another."""

    digests = staticmethod(digests_of)

    def read(self, source):
        """As `Reader.read`."""
        return read_volume(source), digests_of(source)

    def look(self, source, following):
        """As `Reader.look`."""
        digests_of(source)
        return self.read(source)


def write(folder: Path, count: int, side: int) -> Path:
    """Volumes of noise around a ball, as `.nii.gz`."""
    folder.mkdir()
    grid = np.indices((side,) * 3) - side / 2
    ball = 600 * (np.linalg.norm(grid, axis=0) < side / 3)
    for number in range(count):
        noise = np.random.default_rng(number).integers(0, 99, ball.shape)
        write_volume(Volume((ball + noise).astype("i2"), np.eye(4)), folder / f"{number:05}.nii.gz", {})
    return folder


def look(folder: Path, work: Path) -> None:
    """What `crfgan check` does."""
    list(check_volumes(find_volumes([folder]), SETTINGS, Cache(work)))


def cold(folder: Path, work: Path) -> None:
    """What `crfgan train` does before its first step."""
    (work / "run").mkdir()
    ignore = lambda *told: None  # noqa: E731
    prepare(find_volumes([folder]), SETTINGS, work / "run", None, ignore, ignore, Cache(work / "cache"))


def seconds(task, folder: Path, reader) -> float:
    """How long a task takes with a reader, from an empty cache."""
    process._reader = reader
    with tempfile.TemporaryDirectory() as work:
        start = time.perf_counter()
        task(folder, Path(work))
        return time.perf_counter() - start


def main() -> None:
    """Print a line for each task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=300, help="volumes of 16^3 voxels; default: 300")
    parser.add_argument("--large", type=int, default=12, help="volumes of 128^3 voxels; default: 12")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sets = {
            f"check {args.small} of 16^3": (look, write(Path(folder, "small"), args.small, 16)),
            f"check {args.large} of 128^3": (look, large := write(Path(folder, "large"), args.large, 128)),
            f"prepare {args.large} of 128^3": (cold, large),
        }
        apart, here = process.Reader(), Here()
        for name, (task, volumes) in sets.items():
            rounds = [(seconds(task, volumes, here), seconds(task, volumes, apart)) for _ in range(args.rounds)]
            before, after = map(min, zip(*rounds, strict=True))
            print(f"{name:22} here {before:.2f} s, apart {after:.2f} s, ratio {after / before:.2f}", flush=True)
        apart.close()


if __name__ == "__main__":
    main()
