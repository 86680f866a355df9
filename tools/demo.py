"""The whole way in one command: phantoms -> training -> new volumes in a MRML scene -> pictures, all in demo/.

Runs the module's own logic, its worker process included, on real MRML nodes outside the Slicer application.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Testing"))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "demo", help="default: demo/")
    parser.add_argument("--volumes", type=int, default=48, help="phantoms to train on")
    parser.add_argument("--iterations", type=int, default=200, help="training steps")
    parser.add_argument("--count", type=int, default=4, help="volumes to synthesize")
    parser.add_argument("--held-out", type=int, default=24, help="other phantoms that the model is evaluated with")
    return parser.parse_args()


def make_nodes(seeds: range) -> list:
    """Head phantoms as volume nodes of the scene."""
    import slicer
    from crfgan.phantoms import make_head
    from tqdm import tqdm

    nodes = []
    for seed in tqdm(seeds, desc="phantoms", dynamic_ncols=True):
        image = make_head(seed, (64, 64, 64)).image
        nodes.append(slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name=image.name))
    return nodes


def draw_losses(run: Path, path: Path) -> None:
    """The loss of each network against the step, smoothed over 25 steps."""
    import numpy as np
    from crfgan.storage.step_log import read_losses
    from matplotlib.figure import Figure

    losses = read_losses(run)
    steps = losses.pop("step")
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    window = np.ones(min(25, len(steps))) / min(25, len(steps))
    for name, values in losses.items():
        axes.plot(steps[len(window) - 1 :], np.convolve(values, window, "valid"), label=name)
    axes.set(xlabel="training step", ylabel="loss (mean over 25 steps)", title="Training on head phantoms")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=110)


def draw_contact_sheet(run: Path, nodes: list, path: Path) -> None:
    """Volumes of the training set, as the networks see them, beside the new ones."""
    import slicer
    from crfgan.data.dataset import open_dataset
    from crfgan.volumes.pictures import contact_sheet, save_picture

    dataset = open_dataset(run)
    units = dataset.facts.units
    real = [dataset.volumes[index] for index in range(len(nodes))]
    new = [units.to_training(slicer.util.arrayFromVolume(node)) for node in nodes]
    save_picture(contact_sheet([("training volumes", real), ("synthetic", new)], dataset.facts.grid.spacing), path)


def draw_views(node, path: Path) -> bool:
    """Slicer's four-up view of a volume; False where this machine can't draw it."""
    from SlicerStandIns.environment import missing_for_pictures

    missing = missing_for_pictures()
    if missing:
        print(f"Left out {path.name}: {missing}", file=sys.stderr)
        return False
    from SlicerStandIns.pictures import views

    views.render_four_up(str(path), node, title=f"{node.GetName()} (synthetic)", volume_rendering_preset="MR-Default")
    return True


def main() -> None:
    args = parse_arguments()
    # Nothing of the demo stays in the user's cache.
    with tempfile.TemporaryDirectory() as cache:
        os.environ["CRFGAN_CACHE"] = cache
        run_demo(args)


def run_demo(args: argparse.Namespace) -> None:
    """Everything, into the folder asked for."""
    shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True)

    import SlicerStandIns

    SlicerStandIns.start()
    SlicerStandIns.load_module(str(ROOT / "CRFGANSynth" / "CRFGANSynth.py"))
    import slicer
    from crfgan.commands.terminal.console import Console

    from CRFGANSynth import CRFGANSynthLogic

    console, logic, run = Console(), CRFGANSynthLogic(), args.out / "run"

    def show(event: dict) -> None:
        console(event["event"], **{name: value for name, value in event.items() if name not in ("event", "time")})

    nodes = make_nodes(range(args.volumes))
    model = logic.train(
        nodes, preset="small-64", shape=(64, 64, 64), iterations=args.iterations, seed=1, folder=run, progress=show
    )
    unseen = make_nodes(range(args.volumes, args.volumes + args.held_out))
    logic.evaluate(
        synthetic=run,
        real=unseen,
        training=[run],
        progress=show,
        folder=args.out / "report",
        shape=(64, 64, 64),
        count=args.held_out,
        title="Heads of the demo",
    )
    for node in nodes + unseen:
        slicer.mrmlScene.RemoveNode(node)
    made = logic.synthesize(model, count=args.count, seed=7, folder=args.out / "volumes", progress=show)
    shutil.copy(model, args.out / "model.safetensors")
    slicer.util.saveScene(str(args.out / "scene.mrb"))
    draw_contact_sheet(run, made, args.out / "contact_sheet.png")
    draw_losses(run, args.out / "losses.png")
    draw_views(made[0], args.out / "four_up.png")

    print(f"\nThe demo has left in {args.out}:")
    for path in sorted(args.out.iterdir()):
        print(f"  {path.name}{'/' if path.is_dir() else ''}")


if __name__ == "__main__":
    main()
