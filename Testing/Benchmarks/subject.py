"""One side of a comparison, in a process of its own so that its memory can be measured.

Does one step for each line on stdin and answers with a JSON line: `seconds`, and `memory`, the most bytes that the
process has held so far beyond what importing torch takes, `imported` (on a GPU: that torch has held there).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

import torch

torch.zeros(1)  # A process that uses torch at all has paid for its start.
from crfgan.hardware.memory import peak_memory  # noqa: E402

IMPORTED = peak_memory()

import numpy as np  # noqa: E402
from crfgan.config import Config, Network, Preprocessing, Training  # noqa: E402
from crfgan.data.dataset import Dataset, DatasetFacts  # noqa: E402
from crfgan.data.preprocessing import TrainingGrid, Units  # noqa: E402
from crfgan.networks.generator import Generator  # noqa: E402
from crfgan.networks.streaming import synthesize_volume  # noqa: E402
from crfgan.training.precision import choose_precision  # noqa: E402
from crfgan.training.trainer import Trainer  # noqa: E402
from hagan import HaganTrainer  # noqa: E402
from plain import PlainTrainer, synthesize_plainly, use_plain_layers  # noqa: E402

BASELINES = {"plain": PlainTrainer, "hagan": HaganTrainer}


def make_dataset(shape: tuple[int, int, int], count: int) -> Dataset:
    """Noise in the training shape, every plane the same one: it takes no memory, and the arithmetic doesn't care."""
    noise = np.random.default_rng(0).random((count, 1, *shape[1:]), dtype=np.float32) * 2 - 1
    grid, units = TrainingGrid(shape, "fill", (1.0, 1.0, 1.0)), Units("arbitrary", 0, 1, False)
    facts = DatasetFacts(grid, units, (0, 0, 0), tuple(map(str, range(count))))
    return Dataset(facts, np.broadcast_to(noise, (count, *shape)))


def make_config(args: argparse.Namespace) -> Config:
    """The published width and rates; at the run's first step all four networks learn."""
    return Config(
        Preprocessing(shape=(args.side,) * 3),
        Network(),
        Training(batch_size=args.batch, device=args.device, precision=args.precision, volumes_at_a_time=args.parts),
    )


def training_step(args: argparse.Namespace) -> Callable[[], object]:
    """A step of training, ready to be done."""
    config = make_config(args)
    dataset, device = make_dataset((args.side,) * 3, args.batch), torch.device(args.device)
    if args.kind == "ours":
        trainer = Trainer(config, dataset, device)
        trainer.precision = choose_precision(trainer, lambda kind, **facts: None)
        return trainer.step
    return BASELINES[args.kind](config, dataset, device).step


def synthesis(args: argparse.Namespace) -> Callable[[], object]:
    """The synthesis of one volume, ready to be done."""
    generator = Generator((args.side,) * 3, Network()).eval().to(args.device)
    latent = torch.randn(1, generator.latent, device=args.device)
    if args.kind == "ours":
        return lambda: synthesize_volume(generator, latent)
    use_plain_layers(generator)
    return lambda: synthesize_plainly(generator, latent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("train", "synthesize"))
    parser.add_argument("kind", choices=("ours", *BASELINES))
    parser.add_argument("--side", type=int, required=True)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--parts", type=int, default=0)
    args = parser.parse_args()
    work = {"train": training_step, "synthesize": synthesis}[args.task](args)
    on_gpu = args.device == "cuda"
    for _ in sys.stdin:
        begin = time.perf_counter()
        work()
        if on_gpu:
            torch.cuda.synchronize()
        seconds = time.perf_counter() - begin
        memory = torch.cuda.max_memory_allocated() if on_gpu else peak_memory() - IMPORTED
        print(json.dumps({"seconds": seconds, "memory": memory, "imported": 0 if on_gpu else IMPORTED}), flush=True)


if __name__ == "__main__":
    main()
