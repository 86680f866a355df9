"""Trains the models that the module ships; takes about two hours on two cores, three trainings one after the other.

Heads and chests are the project's own phantoms. Hippocampi are crops of T1 MRI in ../shared/data, of the training part
alone; where they aren't there, that model is left as it is. Goes on where it was stopped. Everything but the models
themselves is left in build/models/.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "models"
SHIPPED = ROOT / "CRFGANSynth" / "Resources" / "Models"
REAL = ROOT.parent / "shared" / "data"
VOLUMES, FIRST_SEED = 160, 1000
"""Seeds of their own: the sample data and the demo use others."""
SETTINGS = ["--preset", "small-64", "--iterations", "1200"]
LARGEST = 8_000_000


class Kind(NamedTuple):
    """A model that is shipped."""

    file: str
    name: str
    licence: str
    settings: tuple[str, ...] = ()


KINDS = {
    "head": Kind("head_phantoms", "Head phantoms (MRI)", "Apache-2.0"),
    "chest": Kind("chest_phantoms", "Chest phantoms (CT)", "Apache-2.0"),
    "hippocampus": Kind(
        "hippocampus_t1",
        "Hippocampus (T1 MRI)",
        "CC BY-SA 4.0; Simpson et al., arXiv 1902.09063; Antonelli et al., Nat Commun 13:4128 (2022)",
        ("--fit", "fill"),
    ),
}


def run(*command: object, folder: Path = ROOT) -> None:
    """Run a command; ends this program where it fails."""
    done = subprocess.run([sys.executable, *map(str, command)], cwd=folder)
    if done.returncode:
        sys.exit(done.returncode)


def crfgan(*arguments: object) -> None:
    """Run a command of the core."""
    run("-m", "crfgan", *arguments, folder=ROOT / "CRFGANSynth")


def volumes_of(kind: str) -> str:
    """Make or unpack the training volumes of a kind; returns what `crfgan train` takes for them."""
    folder = WORK / kind
    if kind != "hippocampus":
        crfgan("phantoms", folder, "--kind", kind, "--count", VOLUMES, "--seed", FIRST_SEED)
        return str(folder / "images")
    run(REAL / "unpack.py", folder)
    with open(folder / "split.csv", encoding="utf-8") as file:
        chosen = {row["name"] for row in csv.DictReader(file) if row["split"] == "train"}
    listing = folder / "training.txt"
    files = sorted(path for path in (folder / "images").iterdir() if path.name.removesuffix(".nii.gz") in chosen)
    listing.write_text("\n".join(map(str, files)), encoding="utf-8")
    return f"@{listing}"


def make(kind: str) -> None:
    """Train the model of one kind, and put it where the module ships it."""
    chosen, folder = KINDS[kind], WORK / f"run-{kind}"
    shipped = SHIPPED / f"{chosen.file}.safetensors"
    if not (folder / "config.json").exists():
        volumes = volumes_of(kind)
        crfgan("train", volumes, "--out", folder, *SETTINGS, *chosen.settings, "--licence", chosen.licence)
    else:
        crfgan("train", "--resume", folder)
    shipped.unlink(missing_ok=True)
    crfgan("export", folder, shipped, "--half", "--name", chosen.name, "--licence", chosen.licence)
    size = shipped.stat().st_size
    if size > LARGEST:
        sys.exit(f"{shipped.name} must be at most {LARGEST} bytes, got {size}. Make the network narrower.")
    print(f"{shipped.relative_to(ROOT)}: {size / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=list(KINDS), help="head, chest, hippocampus; default: all")
    SHIPPED.mkdir(parents=True, exist_ok=True)
    for kind in parser.parse_args().kinds:
        if kind == "hippocampus" and not REAL.is_dir():
            print(f"Left out {kind}: {REAL} isn't there.", file=sys.stderr)
        else:
            make(kind)


if __name__ == "__main__":
    main()
