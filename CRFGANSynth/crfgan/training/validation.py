"""Training watched by volumes that were held out: how near the averaged generator comes to them, and when nearest.

evaluation.jsonl    step, distance, floor: Frechet distance on random3d features to the held-out volumes, of synthetic
                    and of training volumes, in sets of one size
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..metrics.features.pooling import block_mean
from ..metrics.features.random3d import Random3D
from ..metrics.frechet import frechet_distance
from ..storage.run_folder import RunFolder
from ..storage.step_log import CurveLog, read_evaluation

SYNTHETIC = 32
"""Volumes that are synthesized for an evaluation, always from the same latents."""
LARGEST_SIDE = 64
"""Voxels along a side beyond which volumes are looked at on a coarser grid."""
PATIENCE = 5
"""Evaluations in a row without a better one, after which training is said to have stopped improving."""

Sample = Callable[[int], np.ndarray]
"""Gives the synthetic volume of a number, (D, H, W) in [-1, 1]."""


@dataclass(frozen=True)
class Evaluation:
    """What was found at one step."""

    step: int
    distance: float
    floor: float
    """The same distance of training volumes: what a perfect generator would come to."""
    best_step: int
    """Step of the smallest distance so far."""
    has_stopped: bool
    """Whether the last PATIENCE evaluations brought nothing better."""

    @property
    def is_best(self) -> bool:
        """Whether this is the best one so far."""
        return self.step == self.best_step


class Validator:
    """Evaluates a run every so many steps.

    Args:
        training, held_out: real volumes (D, H, W) in [-1, 1].
        sample: makes a volume with the generator as it is at that moment.
        step: of the state that the run goes on from; what was logged after it is forgotten.

    Raises:
        InputError: here or in `evaluate`: the log can't be written.
    """

    def __init__(
        self, folder: Path, step: int, training: Sequence[np.ndarray], held_out: Sequence[np.ndarray], sample: Sample
    ):
        self.training, self.held_out, self.sample = training, held_out, sample
        self.extract = Random3D()
        self.log = CurveLog(RunFolder(folder).evaluation, step)
        known = read_evaluation(folder)
        distances = known.get("distance", np.full(len(known["step"]), np.nan))
        self.history = [(int(at), float(d)) for at, d in zip(known["step"], distances, strict=True) if np.isfinite(d)]

    @property
    def best_step(self) -> int | None:
        """Step of the best evaluation so far; None before the first."""
        return min(self.history, key=lambda found: found[1])[0] if self.history else None

    def evaluate(self, step: int) -> Evaluation:
        """Evaluate the generator after `step` steps, and log it."""
        synthetic = self.extract([coarse(self.sample(index)) for index in range(self._count)])
        distance = frechet_distance(self._real, synthetic)
        self.history.append((step, distance))
        self.log.add(step, distance=distance, floor=self._floor)
        best = self.best_step
        since = sum(at > best for at, _ in self.history)
        return Evaluation(step, distance, self._floor, best, since >= PATIENCE)

    @cached_property
    def _count(self) -> int:
        """Synthetic, and training, volumes in a set: the distance depends on how many they are."""
        return min(SYNTHETIC, len(self.training))

    @cached_property
    def _real(self) -> np.ndarray:
        return self.extract([coarse(volume) for volume in self.held_out])

    @cached_property
    def _floor(self) -> float:
        places = np.linspace(0, len(self.training) - 1, self._count).round().astype(int)
        return frechet_distance(self._real, self.extract([coarse(self.training[place]) for place in places]))

    def close(self) -> None:
        """Close the log."""
        self.log.close()


def coarse(volume: np.ndarray) -> np.ndarray:
    """A volume with sides of LARGEST_SIDE voxels or less, by means over blocks."""
    factors = [max(1, side // LARGEST_SIDE) for side in volume.shape]
    return block_mean(np.asarray(volume), factors)
