"""The folder of a run: what each file in it is called, and what makes a folder a run. Standard library only."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

MODEL = "model.safetensors"
"""Of all names the one that people see: a model keeps it when it is copied away."""
_STATE = re.compile(r"step-([0-9]{8,18})\.safetensors")


@dataclass(frozen=True)
class RunFolder:
    """Paths of a run's files, whether they are there or not."""

    path: Path

    @property
    def name(self) -> str:
        """What people call the run."""
        return self.path.absolute().name

    @property
    def config(self) -> Path:
        """The resolved configuration, written last when a run is begun."""
        return self.path / "config.json"

    @property
    def preparation(self) -> Path:
        """What began a run whose volumes aren't all prepared yet; gone as soon as they are."""
        return self.path / "preparation.json"

    @property
    def data(self) -> Path:
        """What was learned of the training set: grid, units, classes, and of each volume its name, box and window."""
        return self.path / "data.json"

    @property
    def volumes(self) -> Path:
        """Folder of the prepared volumes."""
        return self.path / "volumes"

    def volume(self, index: int) -> Path:
        """One prepared volume, float32 (D, H, W) in [-1, 1]; where the file system can, one with the cache's."""
        return self.volumes / f"{index:05d}.npy"

    @property
    def states(self) -> Path:
        """Folder of the training states to resume from."""
        return self.path / "state"

    @property
    def model(self) -> Path:
        """The model as of the last checkpoint, or the best where it is evaluated."""
        return self.path / MODEL

    @property
    def losses(self) -> Path:
        """Losses of every step, as JSON lines."""
        return self.path / "log.jsonl"

    @property
    def quality(self) -> Path:
        """Quality of every preview, as JSON lines."""
        return self.path / "quality.jsonl"

    @property
    def evaluation(self) -> Path:
        """Distance to held-out volumes, where there are any, as JSON lines."""
        return self.path / "evaluation.jsonl"

    @property
    def tensorboard(self) -> Path:
        """The same curves, and the previews, for TensorBoard."""
        return self.path / "tensorboard"

    @property
    def previews(self) -> Path:
        """Pictures of the previews, and the first volume of the newest."""
        return self.path / "previews"

    @property
    def is_run(self) -> bool:
        """Whether a run was begun here: it has its configuration, and so all that it needs to go on."""
        return self.config.is_file()

    @property
    def occupied(self) -> list[str]:
        """Names that a run gives its files and that something in the folder has already."""
        own = (
            *(self.config, self.data, self.volumes, self.states, self.model, self.losses, self.quality),
            *(self.evaluation, self.tensorboard, self.previews, self.preparation),
        )
        return [path.name for path in own if os.path.lexists(path)]

    @property
    def has_volumes(self) -> bool:
        """Whether it is a run with its prepared volumes."""
        return self.is_run and self.data.is_file()

    @property
    def saved_steps(self) -> list[int]:
        """Steps whose training state was saved, the newest first."""
        return sorted_steps(self.states)


def sorted_steps(states: Path) -> list[int]:
    """Steps of the training states in a folder, the newest first."""
    names = (path.name for path in states.glob("step-*.safetensors") if path.is_file())
    return sorted((int(found[1]) for found in map(_STATE.fullmatch, names) if found), reverse=True)


def state_of(states: Path, step: int) -> Path:
    """The training state of a step."""
    return states / f"step-{step:08d}.safetensors"
