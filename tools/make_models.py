"""Trains the models that the module ships, on the project's own phantoms; takes about an hour on two cores.

Goes on where it was stopped. Everything but the models themselves is left in build/models/.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "models"
SHIPPED = ROOT / "CRFGANSynth" / "Resources" / "Models"
NAMES = {"head": "Head phantoms (MRI)", "chest": "Chest phantoms (CT)"}
VOLUMES, FIRST_SEED = 160, 1000
"""Seeds of their own: the sample data and the demo use others."""
SETTINGS = ["--preset", "small-64", "--width", "16", "--latent", "128", "--iterations", "5000", "--seed", "1"]
"""A narrow generator of 2.2 million numbers: in half precision it stays under LARGEST."""
LICENCE = "Apache-2.0"
LARGEST = 5_000_000


def crfgan(*arguments: object) -> None:
    """Run a command of the core; ends this program where it fails."""
    done = subprocess.run([sys.executable, "-m", "crfgan", *map(str, arguments)], cwd=ROOT / "CRFGANSynth")
    if done.returncode:
        sys.exit(done.returncode)


def make(kind: str) -> Path:
    """Train the model of one kind of phantom; returns the shipped file."""
    volumes, run, shipped = WORK / kind, WORK / f"run-{kind}", SHIPPED / f"{kind}_phantoms.safetensors"
    if not (run / "config.json").exists():
        crfgan("phantoms", volumes, "--kind", kind, "--count", VOLUMES, "--seed", FIRST_SEED)
        crfgan("train", volumes / "images", "--out", run, *SETTINGS, "--licence", LICENCE)
    else:
        crfgan("train", "--resume", run)
    shipped.unlink(missing_ok=True)
    crfgan("export", run, shipped, "--half", "--name", NAMES[kind], "--licence", LICENCE)
    size = shipped.stat().st_size
    if size > LARGEST:
        sys.exit(f"{shipped.name} must be at most {LARGEST} bytes, got {size}. Make the network narrower.")
    print(f"{shipped.relative_to(ROOT)}: {size / 1e6:.1f} MB")
    return shipped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=list(NAMES), help="head, chest; default: both")
    SHIPPED.mkdir(parents=True, exist_ok=True)
    for kind in parser.parse_args().kinds:
        make(kind)


if __name__ == "__main__":
    main()
