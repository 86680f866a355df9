"""Volumes of the product, and of the published recipe, beside every simple opponent, by one set of measures.

    python Testing/Benchmarks/quality.py                       # opponents alone: a minute
    python Testing/Benchmarks/quality.py --presets tiny-32 published-32 --seeds 3 --out quality
    python Testing/Benchmarks/quality.py --volumes 40          # from fewer training volumes

The data are hippocampus crops of T1 MRI (../shared/data: 228 training volumes, 33 held out) at 32^3, stretched over the
grid. All is measured against the held-out volumes in the way of `crfgan evaluate`. Seconds are the processor's. `--out`
keeps what was made, and a sheet of volumes in three planes beside real ones.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
MODULE, DATA = ROOT / "CRFGANSynth", ROOT.parent / "shared" / "data"
sys.path[:0] = [str(MODULE), str(Path(__file__).parent)]

from crfgan.config import PRESETS  # noqa: E402
from crfgan.data.cache import Cache  # noqa: E402
from crfgan.data.dataset import prepare  # noqa: E402
from crfgan.runs.model_file import load_model  # noqa: E402
from crfgan.synthesis.synthesize import synthesize_array  # noqa: E402
from crfgan.volumes.discovery import find_volumes  # noqa: E402
from crfgan.volumes.pictures import contact_sheet, save_picture  # noqa: E402
from opponents import OPPONENTS  # noqa: E402
from quality_measures import HEADINGS, QualityMeasures  # noqa: E402

SHEET = 8
"""Volumes of each kind on the sheet."""


@dataclass(frozen=True)
class Data:
    """Both parts on one grid, (N, D, H, W) in [-1, 1], and the files of the training part."""

    training: np.ndarray
    held_out: np.ndarray
    files: list[Path]


def hippocampus(volumes: int, folder: Path) -> Data:
    """The hippocampus crops, prepared as for the preset tiny-32; the training part has `volumes` of them."""
    subprocess.run([sys.executable, DATA / "unpack.py", folder], check=True, stdout=subprocess.DEVNULL)
    with open(folder / "split.csv", encoding="utf-8") as file:
        part = {row["name"]: row["split"] for row in csv.DictReader(file)}
    sources = find_volumes([folder / "images"])
    training = [source for source in sources if part[source.name] == "train"]
    chosen = np.random.default_rng(0).permutation(len(training))[:volumes]
    training = [training[index] for index in sorted(chosen)]
    held_out = [source for source in sources if part[source.name] != "train"]
    # Both at once, so that they come to one grid.
    settings, quiet = PRESETS["tiny-32"].preprocessing, lambda *_: None
    dataset = prepare(training + held_out, settings, folder / "prepared", None, quiet, quiet, Cache(folder / "cache"))
    arrays = np.stack([np.asarray(volume) for volume in dataset.volumes])
    return Data(arrays[: len(training)], arrays[len(training) :], [source.files[0] for source in training])


def trained(preset: str, options: list[str], data: Data, count: int, seed: int, folder: Path) -> np.ndarray:
    """Volumes of a model that `crfgan train` makes of the training part."""
    listing = folder / "volumes.txt"
    listing.write_text("\n".join(map(str, data.files)))
    fit = ["--fit", "fill"] if "--fit" not in options else []
    command = [sys.executable, "-m", "crfgan", "train", f"@{listing}", "--out", folder / "run", "--preset", preset]
    subprocess.run([*map(str, command), "--seed", str(seed), *fit, *options], cwd=MODULE, check=True)
    model = load_model(folder / "run")
    return np.stack([synthesize_array(model, seed, index)[0] for index in range(count)])


def makers(args: argparse.Namespace, data: Data, folder: Path) -> Iterator[tuple[str, Callable[[int], np.ndarray]]]:
    """Everything that makes volumes, by name; each is called with a seed."""
    for name, opponent in OPPONENTS.items():
        yield name, lambda seed, opponent=opponent: opponent(data.training, args.count, seed)
    for preset in args.presets:

        def make(seed: int, preset: str = preset) -> np.ndarray:
            place = folder / f"{preset}-{seed}"
            place.mkdir(parents=True, exist_ok=True)
            return trained(preset, args.train.split(), data, args.count, seed, place)

        yield preset, make


def processor_seconds() -> float:
    """What this process and the ones it has waited for have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def run(args: argparse.Namespace, folder: Path) -> None:
    """Make, measure and print; a line for each kind of volume, the mean over seeds."""
    data = hippocampus(args.volumes, folder / "data")
    measures = QualityMeasures(data.training, data.held_out)
    print(f"{len(data.training)} training volumes, {len(data.held_out)} held out, {args.count} synthetic")
    print(
        f"The judge of coherence is right on {measures.judge.accuracy:.0%} of held-out volumes. Seeds: {args.seeds}.\n"
    )
    print("| what | s |", " | ".join(HEADINGS), "|")
    print("|---" * (len(HEADINGS) + 2) + "|")
    rows = [("real, held out", list(data.held_out[:SHEET]))]
    for name, make in makers(args, data, folder):
        found, begin = [], processor_seconds()
        for seed in range(args.seeds):
            volumes = make(seed)
            found.append((processor_seconds() - begin, measures.of(volumes)))
            begin = processor_seconds()
        seconds = np.mean([spent for spent, _ in found])
        values = np.mean([value for _, value in found], axis=0)
        print(f"| {name} | {seconds:.0f} |", " | ".join(f"{value:.3g}" for value in values), "|", flush=True)
        rows.append((name, list(volumes[:SHEET])))
    if args.out:
        save_picture(contact_sheet(rows, (1.0, 1.0, 1.0)), args.out / "sheet.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="*", default=[], choices=[*PRESETS], help="presets to train with")
    parser.add_argument("--train", default="", help="further options of `crfgan train`, in one pair of quotes")
    parser.add_argument("--volumes", type=int, default=228, help="training volumes")
    parser.add_argument("--count", type=int, default=200, help="synthetic volumes")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="folder that keeps runs and sheet")
    args = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"This benchmark needs the hippocampus crops in {DATA}, which isn't there.")
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        run(args, args.out)
    else:
        with tempfile.TemporaryDirectory() as place:
            run(args, Path(place))


if __name__ == "__main__":
    main()
