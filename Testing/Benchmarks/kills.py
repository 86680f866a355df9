"""Commands that are killed at a random moment, then repeated: python Testing/Benchmarks/kills.py [--count 100] (POSIX)

After `kill -9`, in whatever phase, the same command or `--resume` must end with the results of an undisturbed one, to
the last bit. Prints a line a command: kills, how many hit it before its end, and what went wrong.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import forked_commands as forked
from disk_full import make

SHARES = {"check": 1, "train": 4, "synthesize": 1, "evaluate": 2, "export": 1, "phantoms": 1}
"""Of all kills, by command: preparing and checkpointing are within training."""


def main() -> int:
    """Returns how many repetitions ended otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100, help="kills; default: 100")
    parser.add_argument("--seed", type=int, default=0, help="of the moments; default: 0")
    parser.add_argument("names", nargs="*", help="commands; default: all")
    args = parser.parse_args()
    forked.load()
    chance, work, faults = random.Random(args.seed), Path(tempfile.mkdtemp()), 0
    try:
        data, model = make(work)
        commands = forked.commands(data, work / "place", model)
        chosen = {name: SHARES[name] for name in args.names or commands}
        for name, share in chosen.items():
            faults += attack(name, commands[name], work, round(args.count * share / sum(chosen.values())), chance)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return faults


def attack(name: str, words: list, work: Path, count: int, chance: random.Random) -> int:
    """Kill a command again and again; returns how many repetitions ended otherwise."""
    place, wanted, start = work / "place", work / f"wanted-{name}", time.monotonic()
    place.mkdir()
    status, said = forked.crfgan(*words)
    assert status == 0, said
    seconds = time.monotonic() - start
    place.rename(wanted)
    hits, found = 0, []
    for _ in range(count):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        moment = chance.uniform(0, seconds)
        killed, _ = forked.crfgan(*words, kill_after=moment)
        hits += killed < 0
        status, said = forked.crfgan(*forked.again(words, place)) if killed else (0, "")
        differ = forked.same_results(place, wanted)
        # Killed after its last file was whole, a command that never replaces a file says so.
        is_done = not status or "is there already" in said
        if differ or not is_done:
            found.append(f"after {moment:.2f} of {seconds:.2f} s: status {status}, differ: {differ}, {said[-300:]!r}")
    shutil.rmtree(place, ignore_errors=True)
    print(f"{name}: {count} kills, {hits} before its end, {len(found)} faults", *found, sep="\n  ", flush=True)
    return len(found)


if __name__ == "__main__":
    sys.exit(min(main(), 100))
