"""A training run in its folder (see RunFolder): prepare the data, train, save, and go on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import torch

from ..config import Config
from ..data.cache import Cache
from ..data.dataset import check_volumes, open_dataset, prepare
from ..data.labels import Labels
from ..data.prepare import Asked, never
from ..data.split import hold_out
from ..data.vetting.words import NONE
from ..errors import InputError, Interrupted
from ..events import Report
from ..hardware.memory import is_out_of_memory, release_freed_memory
from ..runs.configuration import read_configuration, save_configuration
from ..storage.atomic import make_folder, sweep
from ..storage.lock import is_locked, only_one
from ..storage.run_folder import RunFolder
from ..storage.sealed import read_sealed, write_sealed
from ..volumes.discovery import Source
from .precision import choose_precision
from .recording.recorder import Recorder, is_preview_due
from .resumption import trainer_at_last_state
from .trainer import Trainer

POLL_SECONDS = 0.2
"""How often a run that waits looks whether it may go on."""


def start_run(
    sources: list[Source],
    config: Config,
    folder: Path,
    labels: Labels | None,
    report: Report,
    cache: Cache | None = None,
    include: Collection[str] = NONE,
    should_stop: Asked = never,
    command: str = "",
) -> Config:
    """Prepare the volumes of a new run in `folder`; returns the configuration as resolved by the data.

    What was prepared for an earlier run, or before the preparation of this one was interrupted, is taken from `cache`,
    which is the user's own where none is given.

    Args:
        include: words by which the user insists on volumes that rules of thumb leave out (data/vetting/words.py).
        should_stop: asked after every volume.
        command: what begins the run, kept for whoever wants to go on with a preparation that was interrupted.

    Raises:
        InputError: the folder holds a run or files in the place of a run's, another process is at work there, it or the
            cache can't be written, or the data can't be trained on.
        Interrupted: to stop was asked for; what was prepared is in the cache.
    """
    make_folder(folder)
    with only_one(folder):
        run = RunFolder(folder)
        _require_free(run)
        _sweep(run)
        write_sealed(run.preparation, {"command": command})
        config = _prepare_run(sources, config, folder, labels, report, cache or Cache(), include, should_stop)
        # Written last: a folder with a configuration has all that its run needs.
        save_configuration(folder, config)
        run.preparation.unlink()
        return config


def _require_free(run: RunFolder) -> None:
    """Raise InputError unless a run may be begun in a folder, or its preparation gone on with."""
    name = run.path.resolve().name
    if run.is_run:
        raise InputError(f"{name} already holds a run. Resume it, or choose another folder.")
    if run.occupied and not run.preparation.is_file():
        found = ", ".join(run.occupied)
        raise InputError(f"{name} holds {found} already, but no run. Choose a new or an empty folder.")


def _sweep(run: RunFolder) -> None:
    """Remove what killed processes left half-written in a run that nobody else is at work on."""
    for folder in (run.path, run.volumes, run.states, run.previews):
        sweep(folder)


def _prepare_run(
    sources: list[Source],
    config: Config,
    folder: Path,
    labels: Labels | None,
    report: Report,
    cache: Cache,
    include: Collection[str],
    should_stop: Asked,
) -> Config:
    def skipped(name: str, reason: str) -> None:
        report("skipped", name=name, reason=reason)

    def progress(done: int, total: int) -> None:
        report("preparing", done=done, total=total)

    def noted(sentence: str) -> None:
        report("noted", sentence=sentence)

    settings = config.preprocessing
    dataset = prepare(sources, settings, folder, labels, skipped, progress, cache, include, noted, should_stop)
    facts = dataset.facts
    config = config.override(classes=len(facts.classes))
    hold_out(dataset, config.training)  # says now if there are too few
    report("prepared", volumes=len(dataset), spacing_mm=facts.grid.spacing, units=facts.units.name)
    return config


def open_run(folder: Path) -> Config:
    """The configuration of a run to go on with.

    Raises:
        InputError: the folder holds no run, or one whose preparation wasn't finished or whose configuration is damaged.
    """
    run = RunFolder(folder)
    if run.is_run:
        return read_configuration(folder)
    name = folder.resolve().name
    if run.preparation.is_file():
        raise InputError(_unfinished(run, name))
    raise InputError(
        f"{name} must hold a run to resume, but it has no {run.config.name}. Choose another, or start one."
    )


def check_run(folder: Path, report: Report, should_stop: Asked) -> None:
    """Make sure that the prepared volumes of a run to go on with are as they were prepared.

    Raises:
        InputError: one was changed or damaged, or is gone.
        Interrupted: to stop was asked for.
    """

    def checked(done: int, total: int) -> None:
        report("preparing", done=done, total=total)
        if should_stop():
            raise Interrupted("Stopped before the first step; what was saved is kept. Go on with --resume.")

    check_volumes(folder, checked)


def _unfinished(run: RunFolder, name: str) -> str:
    if is_locked(run.path):
        return f"{name} is being prepared by another process. Wait for it to end, or stop it."
    command = read_sealed(run.preparation, "Train into a new folder.").get("command") or "the one that began it"
    unfinished = f"{name} can't be resumed, as its volumes weren't all prepared."
    return f"{unfinished} Those that were are kept; go on with: {command}"


def train_run(
    folder: Path,
    config: Config,
    report: Report,
    should_stop: Asked,
    licence: str = "",
    budget: int | None = None,
    should_pause: Asked = never,
) -> bool:
    """Train the run in `folder` from its last state to its last step; returns whether it got there.

    Args:
        config: the run's own (see `open_run`), but for what a resumed run may change; kept in the folder.
        should_stop: asked before every step; the state is saved, and that is the end.
        should_pause: asked before every step; the state is saved, and the run waits as long as it is so.
        budget: bytes of memory that training may take; what the device has free where none is given.

    Raises:
        InputError: another process trains this run, training doesn't fit into memory, a file of the run was changed or
            damaged, the states are gone, memory or disk ran out, the folder is gone, or training diverged.
    """
    with only_one(folder), _failures_explained(folder, config):
        _sweep(RunFolder(folder))
        dataset, held_out = hold_out(open_dataset(folder), config.training)
        trainer = trainer_at_last_state(folder, config, dataset, budget, report, should_stop)
        save_configuration(folder, config)
        trainer.precision = choose_precision(trainer, report)
        with closing(Recorder(folder, trainer, report, licence, held_out.volumes)) as recorder:
            recorder.catch_up()
            return _loop(trainer, recorder, should_stop, should_pause)


@contextmanager
def _failures_explained(folder: Path, config: Config) -> Iterator[None]:
    """Turn a lack of memory, or the loss of the run's folder, into an InputError that says what to do."""
    try:
        yield
    except (InputError, OSError) as error:
        if RunFolder(folder).is_run:
            raise
        name = folder.resolve().name
        raise InputError(f"The folder {name} was moved or removed. Put it back and resume, or start again.") from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        advice = "Resume with a smaller memory budget or batch size, or train smaller volumes."
        batch = config.training.batch_size
        raise InputError(f"Memory ran out in training with a batch size of {batch}. {advice}") from error


def _loop(trainer: Trainer, recorder: Recorder, should_stop: Asked, should_pause: Asked) -> bool:
    training = trainer.config.training
    while trainer.step_number < training.iterations:
        if should_pause():
            _wait(recorder, should_stop, should_pause)
        if should_stop():
            recorder.checkpoint()
            recorder.report("stopped", step=trainer.step_number)
            return False
        recorder.step(trainer.step())
        if is_preview_due(trainer.step_number, training.preview_every, training.iterations):
            recorder.preview()
        if training.evaluate_every and _is_due(trainer.step_number, training.evaluate_every, training.iterations):
            recorder.evaluate()
        if _is_due(trainer.step_number, training.checkpoint_every, training.iterations):
            recorder.checkpoint()
    return True


def _is_due(step: int, every: int, total: int) -> bool:
    return step % every == 0 or step == total


def _wait(recorder: Recorder, should_stop: Asked, should_pause: Asked) -> None:
    """Return when the pause is over, or when to stop is asked for; others may have the memory meanwhile."""
    recorder.pause()
    release_freed_memory()
    if recorder.trainer.device.type == "cuda":
        torch.cuda.empty_cache()
    while should_pause() and not should_stop():
        time.sleep(POLL_SECONDS)
    if not should_stop():
        recorder.resume()
