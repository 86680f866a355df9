"""A training run in its folder: prepare the data, train, save, and go on where it stopped.

config.json            the resolved configuration
data.json volumes/     the prepared volumes (dataset.py)
state/                 training states to resume from (checkpoint.py)
model.safetensors      the model as of the last checkpoint (model.py)
log.jsonl              the losses of every step
tensorboard/ previews/ curves and pictures
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from .cache import Cache
from .checkpoint import has_checkpoint, load_checkpoint, save_checkpoint
from .config import Config, load_config
from .dataset import open_dataset, prepare
from .errors import InputError
from .estimate import fit_to_memory
from .events import Report, TimeLeft
from .files import make_folder, replace_with, write_whole
from .model import make_card, save_model
from .pictures import contact_sheet, save_picture
from .precision import choose_precision
from .randomness import sample_latent
from .sources import Source
from .streaming import synthesize_volume
from .synthesis import choose_device
from .training import Losses, Trainer

PREVIEWS = 4
"""Volumes in a preview picture, fewer where they are large."""


def start_run(
    sources: list[Source],
    config: Config,
    folder: Path,
    labels: Mapping[str, str] | None,
    report: Report,
    cache: Cache | None = None,
) -> Config:
    """Prepare the volumes of a new run in `folder`; returns the configuration as resolved by the data.

    What was prepared for an earlier run is taken from `cache`, which is the user's own where none is given.

    Raises:
        InputError: the folder holds a run, it or the cache can't be written, or the data can't be trained on.
    """
    make_folder(folder)
    if (folder / "config.json").exists():
        raise InputError(f"{folder} already holds a run. Resume it with --resume, or choose another folder.")

    def skipped(name: str, reason: str) -> None:
        report("skipped", name=name, reason=reason)

    def progress(done: int, total: int) -> None:
        report("preparing", done=done, total=total)

    dataset = prepare(sources, config.preprocessing, folder, labels, skipped, progress, cache or Cache())
    facts = dataset.facts
    config = config.override(classes=len(facts.classes))
    # Written last: a folder with a configuration has all that its run needs.
    save_config(folder, config)
    report("prepared", volumes=len(dataset), spacing_mm=facts.grid.spacing, units=facts.units.name)
    return config


def save_config(folder: Path, config: Config) -> None:
    """Write the configuration of a run."""
    write_whole(folder / "config.json", json.dumps(config.to_dict(), indent=1).encode())


def open_run(folder: Path) -> Config:
    """The configuration of a run to go on with.

    Raises:
        InputError: the folder holds no run.
    """
    if not (folder / "config.json").is_file():
        raise InputError(
            f"{folder} must hold a run to resume, but it has no config.json. Start one with DATA and --out."
        )
    return load_config(folder / "config.json")


def train_run(
    folder: Path,
    config: Config,
    report: Report,
    should_stop: Callable[[], bool],
    licence: str = "",
    budget: int | None = None,
) -> bool:
    """Train the run in `folder` from its last state to its last step; returns whether it got there.

    Args:
        budget: bytes of memory that training may take; what the device has free where none is given.

    Raises:
        InputError: training doesn't fit into memory, the state is damaged, memory or disk ran out, or it diverged.
    """
    dataset = open_dataset(folder)
    device = choose_device(config.training.device)
    config = fit_to_memory(config, device.type, budget)
    trainer = Trainer(config, dataset, device)
    if has_checkpoint(folder / "state"):
        trainer.step_number = load_checkpoint(folder / "state", trainer.state)
    trainer.precision = choose_precision(trainer, report)
    recorder = Recorder(folder, trainer, report, licence)
    try:
        return _loop(trainer, recorder, should_stop)
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        advice = "Resume with a smaller --memory-budget or --batch-size, or train a smaller --shape or --width."
        batch = config.training.batch_size
        raise InputError(f"Memory ran out at step {trainer.step_number} with a batch of {batch}. {advice}") from error
    finally:
        recorder.close()


def _is_out_of_memory(error: Exception) -> bool:
    # PyTorch's CPU allocator has no exception of its own.
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in str(error)


def _loop(trainer: Trainer, recorder: Recorder, should_stop: Callable[[], bool]) -> bool:
    training = trainer.config.training
    while trainer.step_number < training.iterations:
        if should_stop():
            recorder.checkpoint()
            recorder.report("stopped", step=trainer.step_number)
            return False
        recorder.step(trainer.step())
        last = trainer.step_number == training.iterations
        if last or trainer.step_number % training.preview_every == 0:
            recorder.preview()
        if last or trainer.step_number % training.checkpoint_every == 0:
            recorder.checkpoint()
    return True


class Recorder:
    """Everything that a run leaves behind while it trains."""

    def __init__(self, folder: Path, trainer: Trainer, report: Report, licence: str):
        from tensorboardX import SummaryWriter

        self.folder, self.trainer, self.report, self.licence = folder, trainer, report, licence
        self.state, self.previews = make_folder(folder / "state"), make_folder(folder / "previews")
        self.total = trainer.config.training.iterations
        _forget_steps_after(folder / "log.jsonl", trainer.step_number)
        self.log = (folder / "log.jsonl").open("a", encoding="utf-8")
        self.board = SummaryWriter(str(folder / "tensorboard"), purge_step=trainer.step_number)
        self.time_left = TimeLeft(self.total, trainer.step_number)

    def step(self, losses: Losses) -> None:
        """Log the losses of the step just done."""
        step = self.trainer.step_number
        print(json.dumps({"step": step, **losses}), file=self.log)
        for name, value in losses.items():
            self.board.add_scalar(f"loss/{name}", value, step)
        seconds = self.time_left.update(step)
        self.report("step", step=step, total=self.total, losses=losses, seconds_left=seconds)

    def preview(self) -> None:
        """Draw a few volumes of the averaged generator, always from the same latents."""
        trainer, step = self.trainer, self.trainer.step_number
        grid = trainer.dataset.facts.grid
        count = max(1, min(PREVIEWS, 128**3 // int(np.prod(grid.shape))))
        volumes = [_sample(trainer, index) for index in range(count)]
        sheet = contact_sheet([(f"step {step}", volumes)], grid.spacing)
        self.board.add_image("preview", np.asarray(sheet)[None], step)
        self.report("preview", step=step, path=save_picture(sheet, self.previews / f"step-{step:08d}.png"))

    def checkpoint(self) -> None:
        """Write the training state, then the model as of now."""
        trainer, step = self.trainer, self.trainer.step_number
        self.log.flush()
        path = save_checkpoint(self.state, trainer.state, step, trainer.config)
        card = make_card(trainer.config, trainer.dataset.facts, step, self.licence, self.folder.resolve().name)
        save_model(self.folder, trainer.ema.module.state_dict(), card)
        self.report("checkpoint", step=step, path=path)

    def close(self) -> None:
        """Close the logs."""
        self.log.close()
        self.board.close()


def _sample(trainer: Trainer, index: int) -> np.ndarray:
    """Preview volume `index` of the averaged generator, (D, H, W) in [-1, 1]."""
    network, device = trainer.config.network, trainer.device
    latent, number = sample_latent(trainer.config.training.seed, index, network.latent, network.classes)
    classes = torch.tensor([number], device=device) if network.classes else None
    return synthesize_volume(trainer.ema.module, latent.to(device), classes).numpy()


def _forget_steps_after(log: Path, step: int) -> None:
    """Drop what a killed process logged after its last checkpoint; those steps are done again."""
    if not log.exists():
        return
    kept = []
    for line in log.read_text(encoding="utf-8").splitlines(keepends=True):
        # A line cut off by the kill can only be the last one.
        if line.endswith("\n") and json.loads(line)["step"] <= step:
            kept.append(line)
    replace_with(log, lambda partial: partial.write_text("".join(kept), encoding="utf-8"))


def read_losses(folder: Path) -> dict[str, np.ndarray]:
    """The logged losses of a run: `step`, and one curve a network, NaN where a network didn't learn."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    names = sorted({name for line in lines for name in line})
    return {name: np.array([line.get(name, np.nan) for line in lines]) for name in names}
