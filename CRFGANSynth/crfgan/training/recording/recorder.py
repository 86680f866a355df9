"""What a run leaves behind while it trains: losses, previews, checkpoints, the model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from ...data.preprocessing import restore
from ...events import Report, TimeLeft
from ...networks.streaming import synthesize_volume
from ...randomness import sample_latent
from ...runs.card import steps_of_model, with_thumbnail
from ...runs.checkpoint import save_checkpoint
from ...runs.model_file import make_card, save_model
from ...storage.atomic import make_folder
from ...storage.run_folder import RunFolder
from ...storage.step_log import CurveLog, last_values
from ...volumes.pictures import contact_sheet, save_picture, thumbnail
from ...volumes.provenance import synthetic
from ...volumes.writing import write_volume
from ..trainer import Losses, Trainer
from ..validation import Validator
from .preview_quality import Quality
from .tensorboard import Board

PREVIEWS = 4
"""Volumes of a preview, fewer where they are large."""
EARLY_PREVIEWS = (10, 25, 50, 100, 250)
"""Steps whose previews show at once that something happens, whatever the settings say."""


def is_preview_due(step: int, every: int, total: int) -> bool:
    """Whether a preview belongs after a step: at regular steps, early ones, and the last."""
    return step % every == 0 or step in EARLY_PREVIEWS or step == total


class Recorder:
    """Writes and reports all that comes of a run's steps, and changes nothing of its state.

    Raises:
        InputError: here or from any method: the run's folder is gone or can't be written, or the disk is full.
    """

    def __init__(
        self, folder: Path, trainer: Trainer, report: Report, licence: str, held_out: Sequence[np.ndarray] = ()
    ):
        self.folder, self.trainer, self.report, self.licence = folder, trainer, report, licence
        run = RunFolder(folder)
        self.name = folder.resolve().name
        self.state, self.previews = make_folder(run.states), make_folder(run.previews)
        self.total, self.saved_step = trainer.config.training.iterations, -1
        self.losses = CurveLog(run.losses, trainer.step_number)
        self.quality = CurveLog(run.quality, trainer.step_number)
        self.board = Board(run.tensorboard, trainer.step_number)
        self.time_left = TimeLeft(self.total, trainer.step_number)
        self.thumbnail: bytes | None = None
        self.validator = self._make_validator(held_out) if len(held_out) else None
        self.metrics = self._known_metrics()
        self._tell_of_damage()

    def step(self, losses: Losses) -> None:
        """Log the losses of the step just done."""
        step = self.trainer.step_number
        self.losses.add(step, **losses)
        self.board.add_scalars("loss", losses, step)
        seconds = self.time_left.update(step)
        self.report("step", step=step, total=self.total, losses=losses, seconds_left=seconds)

    def preview(self) -> None:
        """Draw and measure a few volumes of the averaged generator, always from the same latents."""
        trainer, step = self.trainer, self.trainer.step_number
        grid = trainer.dataset.facts.grid
        volumes = [_sample(trainer, index) for index in range(_preview_count(grid.shape))]
        sheet = contact_sheet([(f"step {step}", volumes)], grid.spacing)
        self.board.add_picture("preview", sheet, step)
        path = save_picture(sheet, self.previews / f"step-{step:08d}.png")
        self.report("preview", step=step, path=path, volume=self._write_volume(volumes[0]))
        self.thumbnail = thumbnail(volumes[0], grid.spacing)
        self._measure(volumes)

    def _write_volume(self, array: np.ndarray) -> Path:
        """Put the first volume of a preview in the place of the last one's; returns its path."""
        training, facts = self.trainer.config.training, self.trainer.dataset.facts
        path, step = self.previews / "preview.nrrd", self.trainer.step_number
        provenance = synthetic(
            f"Preview of {self.name} after {step} steps, seed {training.seed} index 0",
            Step=step,
            Seed=training.seed,
            Index=0,
            Units=facts.units.name,
        )
        write_volume(restore(array, facts.units, facts.grid, facts.center, "preview"), path, provenance)
        return path

    @cached_property
    def _real_quality(self) -> tuple[int, Quality]:
        """Of how many real volumes, and what is measured of them: as many as are previewed, where there are."""
        dataset = self.trainer.dataset
        count = min(_preview_count(dataset.facts.grid.shape), len(dataset))
        return count, Quality.of([dataset.volumes[index] for index in range(count)])

    def _measure(self, volumes: list[np.ndarray]) -> None:
        step, (count, real) = self.trainer.step_number, self._real_quality
        self.metrics = ratios = Quality.of(volumes[:count]).over(real)
        self.quality.add(step, **ratios)
        self.board.add_scalars("quality", {name: ratio for name, ratio in ratios.items() if ratio is not None}, step)
        self.report("quality", step=step, **ratios)

    def _make_validator(self, held_out: Sequence[np.ndarray]) -> Validator:
        trainer = self.trainer
        real = trainer.dataset.volumes
        return Validator(self.folder, trainer.step_number, real, held_out, lambda index: _sample(trainer, index))

    def evaluate(self) -> None:
        """Say how near the averaged generator comes to held-out volumes; where nearer than ever, write it as model."""
        found = self.validator.evaluate(self.trainer.step_number)
        self.board.add_scalars("evaluation", {"distance": found.distance, "floor": found.floor}, found.step)
        if found.is_best:
            self.metrics = {**self.metrics, **_relative_distance(found.distance, found.floor)}
            self.checkpoint()
        self.report(
            "evaluated",
            step=found.step,
            distance=found.distance,
            floor=found.floor,
            best_step=found.best_step,
            has_stopped=found.has_stopped,
        )

    def checkpoint(self) -> None:
        """Write the training state, then the model; nothing where that was done at this step.

        The model is that of now, unless evaluations have found one before that was better.
        """
        trainer, step = self.trainer, self.trainer.step_number
        if step == self.saved_step:
            return
        path = save_checkpoint(self.state, trainer.state, step, trainer.config)
        if self._model_step == step:
            self._write_model()
        self.saved_step = step
        self.report("checkpoint", step=step, path=path)

    @property
    def _model_step(self) -> int:
        """Step that the model belongs to: the best one so far, now where nothing was evaluated."""
        best = self.validator.best_step if self.validator else None
        return self.trainer.step_number if best is None else best

    def catch_up(self) -> None:
        """Write the model of the state that the run goes on from, where it ended between the two or the model is gone.

        That of a best step before is kept; where it is gone, the model of now takes its place.
        """
        step = self.trainer.step_number
        there = steps_of_model(self.folder)
        if step and there != self._model_step and (there is None or self._model_step == step):
            self._write_model()

    def _tell_of_damage(self) -> None:
        curves = (self.losses, self.quality, *([self.validator.log] if self.validator else []))
        for log in curves:
            if log.damaged:
                lines = f"{log.damaged} lines of {log.path.name} weren't as they were written"
                self.report("noted", sentence=f"{lines}; they are left out of the curves, and the training is whole.")

    def _known_metrics(self) -> dict[str, float | None]:
        """What was last measured before the state that the run goes on from."""
        metrics = last_values(self.quality.path)
        if self.validator and self.validator.best_step == self.trainer.step_number:
            last = last_values(self.validator.log.path)
            metrics |= _relative_distance(last["distance"], last.get("floor") or 0.0)
        return metrics

    def _write_model(self) -> None:
        trainer, step = self.trainer, self.trainer.step_number
        card = make_card(trainer.config, trainer.dataset.facts, step, self.licence, self.name, self.metrics)
        # A large volume takes long: that of the last preview will do.
        picture = self.thumbnail or thumbnail(_sample(trainer, 0), trainer.dataset.facts.grid.spacing)
        save_model(self.folder, trainer.ema.module.state_dict(), with_thumbnail(card, picture))

    def pause(self) -> None:
        """Save, so that nothing is lost if the process is ended while it waits, and say so."""
        self.checkpoint()
        self.report("paused", step=self.trainer.step_number)

    def resume(self) -> None:
        """Go on after a pause."""
        self.time_left.go_on()
        self.report("resumed", step=self.trainer.step_number)

    def close(self) -> None:
        """Close the logs."""
        for log in (self.losses, self.quality, self.board, self.validator):
            if log is not None:
                log.close()


def _relative_distance(distance: float, floor: float) -> dict[str, float | None]:
    """An evaluation as a metric of the card; None where the real volumes are all the same."""
    return {"distance to held-out volumes": round(distance / floor, 4) if floor > 0 else None}


def _preview_count(shape: tuple[int, int, int]) -> int:
    """Volumes of a preview: at least two, as one has no variety."""
    return max(2, min(PREVIEWS, 128**3 // int(np.prod(shape))))


def _sample(trainer: Trainer, index: int) -> np.ndarray:
    """Preview volume `index` of the averaged generator, (D, H, W) in [-1, 1]."""
    network, device = trainer.config.network, trainer.device
    latent, number = sample_latent(trainer.config.training.seed, index, network.latent, network.classes)
    classes = torch.tensor([number], device=device) if network.classes else None
    return synthesize_volume(trainer.ema.module, latent.to(device), classes).numpy()
