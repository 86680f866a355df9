"""What ours learns, against the same step without its shortcuts, by three seeds on real MRI.

Ours shows the CRF the volumes that the step's one generator pass made, before G's update, and encodes half of
the real volumes. Here both are as the paper says: a pass of its own after the update, and all of the batch. Prints
how far synthetic volumes are from held-out real ones, beside how far other real ones are.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import torch
from crfgan.config import Config, Network, Preprocessing, Training
from crfgan.data.cache import Cache
from crfgan.data.dataset import Dataset, prepare
from crfgan.networks.streaming import synthesize_volume
from crfgan.randomness import sample_latent
from crfgan.training.batches import Batch
from crfgan.training.recording.preview_quality import Quality
from crfgan.training.trainer import Scores, Trainer
from crfgan.volumes.discovery import find_volumes
from torch import Tensor, nn

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HELD_OUT = 33
"""Volumes that aren't trained on."""


class FullTrainer(Trainer):
    """The CRF sees the volumes of a generator pass of its own, and all real volumes; E^H learns from all."""

    def encoded_volumes(self) -> int:
        """All of the batch."""
        return self.config.training.batch_size

    def _train_crf(self, batch: Batch, fake_a: Tensor, scores: Scores) -> float:
        with torch.no_grad():
            fresh = self.modules["generator"].features(batch.latents, batch.classes)
        return super()._train_crf(batch, fresh, scores)


SMALL = Config(
    Preprocessing(shape=(32, 32, 32), fit="fill"),
    Network(width=16, latent=128),
    Training(batch_size=12, lr_generator=5e-4, lr_discriminator=1e-3),
)
TRAINERS = {"ours": Trainer, "full": FullTrainer}


def load(folder: Path, shape: tuple[int, int, int]) -> Dataset:
    """The hippocampus crops on the training grid."""
    subprocess.run([sys.executable, DATA / "unpack.py", folder / "crops"], check=True, capture_output=True)
    settings = SMALL.override(shape=shape).preprocessing
    sources = find_volumes([folder / "crops" / "images"])
    (folder / "run").mkdir()
    return prepare(sources, settings, folder / "run", None, print, lambda done, total: None, Cache())


def _features(volumes: Tensor) -> Tensor:
    """Features (N, F) of volumes (N, 1, D, H, W): means and deviations of a random convolutional network's maps."""
    torch.manual_seed(0)
    channels, found = (1, 16, 32, 64), []
    for inputs, outputs in pairwise(channels):
        volumes = torch.relu(nn.Conv3d(inputs, outputs, 3, stride=2, padding=1)(volumes))
        found += [volumes.mean((2, 3, 4)), volumes.std((2, 3, 4))]
    return torch.cat(found, dim=1)


def _mmd(a: Tensor, b: Tensor) -> float:
    """Unbiased squared kernel distance, RBF with the median heuristic (Gretton et al., JMLR 2012, equation 3)."""
    both = torch.cat([a, b])
    squares = torch.cdist(both, both) ** 2
    kernel = torch.exp(-squares / squares[squares > 0].median())
    n, m = len(a), len(b)
    within = (kernel[:n, :n].sum() - n) / (n * (n - 1)) + (kernel[n:, n:].sum() - m) / (m * (m - 1))
    return float(within - 2 * kernel[:n, n:].mean())


@torch.no_grad()
def _facts(made: Tensor, real: Tensor) -> dict[str, float | None]:
    """Distance to held-out volumes (N, 1, D, H, W), and sharpness and variety over theirs."""
    both = _features(torch.cat([made, real]))
    both = (both - both.mean(0)) / both.std(0).clamp_min(1e-6)
    return {"mmd": _mmd(both[: len(made)], both[len(made) :]), **Quality.of(made).over(Quality.of(real))}


def run(kind: str, seed: int, data: Dataset, steps: int) -> dict[str, float | None]:
    """Train, synthesize as many volumes as are held out, compare."""
    facts = data.facts
    training = Dataset(facts, [data.volumes[i] for i in range(len(data) - HELD_OUT)])
    real = data.whole(range(len(data) - HELD_OUT, len(data)))
    config = SMALL.override(seed=seed, iterations=steps)
    trainer = TRAINERS[kind](config, training, torch.device("cpu"))
    for _ in range(steps):
        trainer.step()
    latents = [sample_latent(seed, index, config.network.latent, 0)[0] for index in range(HELD_OUT)]
    made = torch.stack([synthesize_volume(trainer.ema.module, latent) for latent in latents])[:, None]
    return _facts(made, real)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--kinds", nargs="+", choices=TRAINERS, default=list(TRAINERS))
    args = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"{DATA} isn't there: this comparison needs the shared hippocampus set.")
    with tempfile.TemporaryDirectory() as folder:
        data = load(Path(folder), (32, 32, 32))
        first = data.whole(range(HELD_OUT))
        print("real  ", json.dumps(_facts(first, data.whole(range(len(data) - HELD_OUT, len(data))))), flush=True)
        for seed in args.seeds:
            for kind in args.kinds:
                print(f"{kind:<5}", seed, json.dumps(run(kind, seed, data, args.steps)), flush=True)


if __name__ == "__main__":
    main()
