"""The training state on disk: everything that a run needs to go on as if it had never stopped.

Written whole or not at all, apart from the model; the one before is kept in case the last one is damaged later.
Chance and data order are functions of seed and step (see randomness.py), so the step number stores them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..config import Config
from ..errors import InputError
from ..hardware.memory import is_out_of_memory
from ..storage.run_folder import sorted_steps, state_of
from ..storage.tensor_file import load_tensors, save_tensors
from .card import load_card

FORMAT = 1
"""Number of the state's layout; one of a later number is refused."""
KEPT = 2
_DAMAGE = (InputError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, IndexError)
"""What loading a state raises that is damaged or of other networks."""


class Stateful(NamedTuple):
    """All that changes while training, by name."""

    modules: Mapping[str, nn.Module]
    optimizers: Mapping[str, torch.optim.Optimizer]

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of modules and optimizers under one flat name each."""
        flat = {
            f"{name}/{key}": value
            for name, module in self.modules.items()
            for key, value in module.state_dict().items()
        }
        for name, optimizer in self.optimizers.items():
            for index, state in optimizer.state_dict()["state"].items():
                flat |= {f"{name}_optimizer/{index}/{key}": torch.as_tensor(v) for key, v in state.items()}
        return flat

    def load(self, flat: Mapping[str, Tensor]) -> None:
        """Inverse of `tensors`, in place."""
        for name, module in self.modules.items():
            module.load_state_dict(_below(flat, name))
        for name, optimizer in self.optimizers.items():
            state: dict[int, dict[str, Tensor]] = {}
            for key, value in _below(flat, f"{name}_optimizer").items():
                index, field = key.split("/")
                state.setdefault(int(index), {})[field] = value
            optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def _below(flat: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    prefix = f"{name}/"
    return {key.removeprefix(prefix): value for key, value in flat.items() if key.startswith(prefix)}


def _checkpoints(folder: Path) -> list[Path]:
    return [state_of(folder, step) for step in sorted_steps(folder)]


def has_checkpoint(folder: Path) -> bool:
    """Whether a run left a training state in `folder`."""
    return bool(_checkpoints(folder))


def save_checkpoint(folder: Path, state: Stateful, step: int, config: Config) -> Path:
    """Write the state after `step` steps, then remove all but the last ones; returns its path."""
    path = state_of(folder, step)
    save_tensors(path, state.tensors(), {"format": FORMAT, "step": step, "config": config.to_dict()})
    for old in _superseded(folder, step):
        with suppress(OSError):  # one too many does no harm
            old.unlink()
    return path


def _superseded(folder: Path, step: int) -> list[Path]:
    """States that aren't needed beside that of a step: earlier ones, and later ones, which were damaged."""
    steps = sorted_steps(folder)
    kept = [saved for saved in steps if saved <= step][:KEPT]
    return [state_of(folder, saved) for saved in steps if saved not in kept]


def load_checkpoint(folder: Path, state: Stateful) -> int:
    """Restore the newest state in `folder` that is whole; returns the number of steps done.

    Raises:
        InputError: none is whole, or none belongs to these networks.
    """
    for step in sorted_steps(folder):
        path = state_of(folder, step)
        try:
            _read_card(path, step)
            state.load(load_tensors(path))
        except _DAMAGE as error:
            if is_out_of_memory(error):
                raise
        else:
            return step
    name = folder.resolve().parent.name
    raise InputError(
        f"{name} has no training state to go on from: none is whole and of these networks. Train into a new folder."
    )


def trained_with(folder: Path) -> Config | None:
    """The configuration that the newest state in `folder` was trained with; None where no card of one can be read."""
    for step in sorted_steps(folder):
        with suppress(*_DAMAGE):
            return _read_card(state_of(folder, step), step)
    return None


def _read_card(path: Path, step: int) -> Config:
    """The configuration that a state was trained with; raises something where its card isn't that of the step."""
    card = load_card(path)
    if card.get("format", FORMAT) > FORMAT or type(card["step"]) is not int or card["step"] != step:
        raise ValueError("its card must be of this version and of the step in its name")
    return Config.from_dict(card["config"])
