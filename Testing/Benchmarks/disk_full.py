"""A disk that is full at some write of every command: python Testing/Benchmarks/disk_full.py [--sizes 40] (root, Linux)

Each command writes on a disk in memory of some size, from none to what it needs. It must say one sentence; with room
again, the same command or --resume must end with the results of an undisturbed one. Prints a line a command.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import forked_commands as forked

ROOM = 1 << 29
PAGE = 4096


def sizes(needed: int, count: int) -> list[int]:
    """Bytes of disks, from one page to all but one of what is needed: evenly spread, and closely at the beginning."""
    return sorted({PAGE * (1 + int(needed / PAGE * (index / count) ** 2)) for index in range(count)})


def resize(place: Path, size: int) -> None:
    """Give the disk another size."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)


def fault(words: list, place: Path, wanted: Path, size: int) -> str:
    """What goes wrong with a command on a disk of some size; empty for nothing."""
    for path in place.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    resize(place, size)
    status, said = forked.crfgan(*words)
    lines = [line for line in said.replace("\r", "\n").splitlines() if "No space" in line or "free" in line.lower()]
    if status not in (0, 1) or "Traceback" in said or (status == 1 and len(lines) != 1):
        return f"{size} bytes: status {status}, {said[-300:]!r}"
    resize(place, ROOM)
    if status == 1:
        status, said = forked.crfgan(*forked.again(words, place))
    differ = forked.same_results(place, wanted)
    return f"{size} bytes: then status {status}, differ: {differ}, {said[-200:]!r}" if status or differ else ""


def main() -> int:
    """Returns how many faults there were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, default=40, help="disks for each command; default: 40")
    parser.add_argument("names", nargs="*", help="commands; default: all")
    args = parser.parse_args()
    forked.load()
    work, faults = Path(tempfile.mkdtemp()), 0
    place = work / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)], check=True)
    try:
        data, model = make(work)
        for name, words in forked.commands(data, place, model).items():
            if args.names and name not in args.names:
                continue
            resize(place, ROOM)
            status, said = forked.crfgan(*words)
            assert status == 0, said
            wanted = shutil.copytree(place, work / f"wanted-{name}")
            tried = sizes(shutil.disk_usage(place).used, args.sizes)
            found = [told for size in tried if (told := fault(words, place, wanted, size))]
            faults += len(found)
            print(f"{name}: {len(tried)} disks, {len(found)} faults", *found, sep="\n  ", flush=True)
    finally:
        subprocess.run(["umount", str(place)], check=True)
        shutil.rmtree(work)
    return faults


def make(work: Path) -> tuple[Path, Path]:
    """Volumes, and a model that has learned from them for a moment."""
    data, run = work / "data", work / "model"
    words = [["phantoms", data, "--kind", "head", "--count", 5, "--shape", 32]]
    settings = ["--preset", "tiny-32", "--iterations", 1]
    words.append(["train", data / "images", "--out", run, "--cache", work / "cache", *settings])
    for each in words:
        status, said = forked.crfgan(*each)
        assert status == 0, said
    return data / "images", run / "model.safetensors"


if __name__ == "__main__":
    sys.exit(min(main(), 100))
