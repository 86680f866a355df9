"""Where the training of a run goes on: at its last state, or at the beginning where it has none and never had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..config import Config
from ..data.dataset import Dataset
from ..data.prepare import Asked
from ..errors import InputError, Interrupted
from ..events import Report
from ..hardware.device import choose_device
from ..hardware.memory_fit import fit_to_memory
from ..runs.checkpoint import has_checkpoint, load_checkpoint, trained_with
from ..runs.configuration import require_same
from ..storage.run_folder import RunFolder, state_of
from ..storage.step_log import last_step
from .prior.prior_trainer import make_trainer
from .trainer import Trainer


def trainer_at_last_state(
    folder: Path, config: Config, dataset: Dataset, budget: int | None, report: Report, should_stop: Asked
) -> Trainer:
    """The trainer of a run at its last state; of a new one, when it has learned what its volumes have in common.

    Args:
        budget: bytes of memory that training may take; what the device has free where none is given.

    Raises:
        InputError: training doesn't fit into memory, or the run can't go on: its states are gone, damaged or of other
            settings, or it has done more steps than it is to.
        Interrupted: to stop was asked for while volumes were aligned.
    """
    device = choose_device(config.training.device)
    trainer = make_trainer(fit_to_memory(config, device.type, budget), dataset, device)
    run = RunFolder(folder)
    if has_checkpoint(run.states):
        if trained := trained_with(run.states):
            require_same(config, trained)
        trainer.step_number = _go_on(run, trainer, report)
    else:
        _require_new(run, config, report)
        trainer.learn_from_all(_aligned(report, should_stop))
    _require_steps(config, trainer.step_number)
    return trainer


def _aligned(report: Report, should_stop: Asked) -> Callable[[int, int], None]:
    """Tells how far the alignment of the training volumes is, and ends it where to stop is asked for."""

    def tell(done: int, total: int) -> None:
        report("aligning", done=done, total=total)
        if should_stop():
            raise Interrupted("Stopped while volumes were aligned; what was prepared is kept. Go on with --resume.")

    return tell


def _go_on(run: RunFolder, trainer: Trainer, report: Report) -> int:
    """Restore the last state that is whole; returns its step."""
    step, newest = load_checkpoint(run.states, trainer.state), run.saved_steps[0]
    if step != newest:
        name = state_of(run.states, newest).name
        report("noted", sentence=f"{name} is damaged: going on from step {step}, whose state was saved before.")
    return step


def _require_new(run: RunFolder, config: Config, report: Report) -> None:
    """Raise InputError where a run without a state had one: to begin again would write over what it has learned."""
    name, logged = run.path.resolve().name, last_step(run.losses)
    if run.model.exists() or logged > config.training.checkpoint_every:
        raise InputError(
            f"{name} has no training state to go on from, though it was trained: its files in {run.states.name}/ are "
            "gone. Put them back, or train into a new folder."
        )
    if logged:
        report("noted", sentence=f"{name} was ended before its first state was saved, and begins again.")


def _require_steps(config: Config, done: int) -> None:
    if config.training.iterations < done:
        raise InputError(
            f"`iterations` must be at least the steps that the run has done, {done}, got {config.training.iterations}. "
            "Give more to train on."
        )
