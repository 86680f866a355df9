"""Compare our training step with the plain one in one run, alternating, and print medians and their ratio."""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from crfgan.config import PRESETS, Config
from crfgan.dataset import Dataset, DatasetFacts
from crfgan.preprocessing import TrainingGrid, Units
from crfgan.training import Trainer
from lightning_fabric import Fabric
from plain import PlainTrainer


def make_dataset(config: Config) -> Dataset:
    """Noise in the training shape: the arithmetic doesn't depend on the voxels."""
    shape, count = config.preprocessing.shape, config.training.batch_size
    volumes = np.random.default_rng(0).uniform(-1, 1, (count, *shape)).astype(np.float32)
    names = tuple(map(str, range(count)))
    grid, units = TrainingGrid(shape, "fill", (1.0, 1.0, 1.0)), Units("arbitrary", 0, 1, False)
    return Dataset(DatasetFacts(grid, units, (0, 0, 0), names), volumes)


def seconds(trainer: Trainer) -> float:
    """Time of one step."""
    begin = time.perf_counter()
    trainer.step()
    return time.perf_counter() - begin


def compare(config: Config, repeats: int) -> tuple[float, float]:
    """Median seconds of a step, plain and ours."""
    dataset = make_dataset(config)
    trainers = [kind(config, dataset, Fabric(accelerator="cpu", devices=1)) for kind in (PlainTrainer, Trainer)]
    for trainer in trainers:
        trainer.step()
    rounds = [[seconds(trainer) for trainer in trainers] for _ in range(repeats)]
    return tuple(statistics.median(column) for column in zip(*rounds, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=["tiny-32", "small-64"])
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    print(f"{'training step':<16}{'plain s':>10}{'ours s':>10}{'plain / ours':>14}")
    for name in args.presets:
        plain, ours = compare(PRESETS[name], args.repeats)
        print(f"{name:<16}{plain:>10.3f}{ours:>10.3f}{plain / ours:>14.2f}")


if __name__ == "__main__":
    main()
