"""What `crfgan evaluate` takes: 200 synthetic volumes against 200 real ones and 100 training volumes, all of 64^3.

    python Testing/Benchmarks/evaluation.py

Volumes are made first, and aren't counted: chests of the shipped model, and chest phantoms.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODULE = Path(__file__).resolve().parents[2] / "CRFGANSynth"
MODEL = MODULE / "Resources" / "Models" / "chest_phantoms.safetensors"
COUNT, TRAINING = 200, 100


def crfgan(*arguments: object) -> None:
    """Run a command of the core."""
    subprocess.run([sys.executable, "-m", "crfgan", *map(str, arguments)], cwd=MODULE, check=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        crfgan("phantoms", folder / "real", "--kind", "chest", "--count", COUNT)
        crfgan("phantoms", folder / "training", "--kind", "chest", "--count", TRAINING, "--seed", 1000)
        crfgan("synthesize", MODEL, "--count", COUNT, "--out", folder / "synthetic")
        sets = [folder / "synthetic", "--real", folder / "real/images", "--training", folder / "training/images"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        begin = time.perf_counter()
        crfgan("evaluate", *sets, "--cache", folder / "cache", "--out", folder / "report")
        seconds = time.perf_counter() - begin
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"{COUNT} against {COUNT} volumes of 64^3: {seconds:.0f} s, at most {most / 1e6:.2f} GB", end="")
        print("" if most > before else " (of making the volumes; evaluating took less)")


if __name__ == "__main__":
    main()
