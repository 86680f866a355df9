"""Runs and models on the disk: listed, renamed, copied and deleted. Standard library only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..storage.atomic import draft_folder, make_folder, sweep
from ..storage.file_names import SUFFIX, check_name, check_new_model, free_name, is_free
from ..storage.lock import is_locked
from ..storage.run_folder import RunFolder
from ..storage.safetensors_header import check_length, copy_with_card, read_header
from ..storage.sealed import read_sealed
from .card import changes_of_copy, find_model_file, read_card, run_of, steps_of_model
from .configuration import read_configuration


@dataclass(frozen=True)
class RunInfo:
    """A training run in its folder."""

    folder: Path
    name: str
    step: int
    """Steps done as of the last state; where the states were removed, as of the model."""
    total: int
    shape: tuple[int, int, int]
    """Training shape (D, H, W)."""
    volumes: int
    """Number of volumes it learns from; 0 where they aren't there."""
    size: int
    """Bytes that are gone when the run is deleted: what it shares with the cache stays there."""
    model: Path | None
    """The model as of the last checkpoint."""
    running: bool

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.step >= self.total

    @property
    def resumable(self) -> bool:
        """Whether training can go on: from its last state, or from the start where it never came to one.

        A finished run can, too, with more steps than it was to have.
        """
        begun = self.step > 0
        return not self.running and self.volumes > 0 and (not begun or bool(RunFolder(self.folder).saved_steps))


@dataclass(frozen=True)
class ModelInfo:
    """A model file."""

    path: Path
    name: str
    """What people call it: of a run's model the run's name, else what its card says."""
    card: dict
    size: int


def read_run(folder: Path) -> RunInfo:
    """What is to be known of the run in `folder`.

    Raises:
        InputError: it holds no run, or one whose configuration is damaged.
    """
    run = RunFolder(folder)
    if not run.is_run:
        raise InputError(f"{run.name} must be the folder of a run, but it has no {run.config.name}. Choose another.")
    config = read_configuration(folder)
    model = run.model if run.model.is_file() else None
    return RunInfo(
        folder=folder,
        name=run.name,
        step=max(run.saved_steps, default=steps_of_model(folder) or 0),
        total=config.training.iterations,
        shape=config.preprocessing.shape,
        volumes=_count_volumes(run.data),
        size=_own_size(folder),
        model=model,
        running=is_locked(folder),
    )


def _count_volumes(data: Path) -> int:
    try:
        return len(read_sealed(data, "")["facts"]["names"])
    except (InputError, KeyError, TypeError):
        return 0


def _own_size(folder: Path) -> int:
    """Bytes of the files that have no other name, such as one in the cache; links are not followed."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):  # a training removes its oldest state
                found = os.lstat(os.path.join(place, name))
                total += found.st_size if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 else 0
    return total


def _inside(folder: Path) -> list[Path]:
    """What lies in a folder by name, without what is hidden; nothing where there is no folder."""
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return []


def list_runs(folder: Path) -> list[RunInfo]:
    """The runs in a folder, the one last worked on first; damaged ones are passed over."""
    runs = []
    for path in _inside(folder):
        with suppress(InputError, OSError):
            run = read_run(path)
            runs.append((_last_change(path), run))
    return [run for _, run in sorted(runs, key=lambda found: found[0], reverse=True)]


def _last_change(run: Path) -> float:
    files = RunFolder(run)
    return max(file.stat().st_mtime for file in (files.config, files.losses, files.model) if file.exists())


def list_models(*folders: Path) -> list[ModelInfo]:
    """The model files in folders and in the runs there, each once and by its own name; damaged ones are left out."""
    models = {}
    for folder in folders:
        for path in _inside(folder):
            file = RunFolder(path).model if path.is_dir() else path
            if file.suffix == SUFFIX and file.resolve() not in models:
                with suppress(InputError, OSError):
                    models[file.resolve()] = _read_model(file)
    return _told_apart(models.values())


def _told_apart(models: Iterable[ModelInfo]) -> list[ModelInfo]:
    """Of models with one name, all but the first are told by their file as well."""
    found, taken = [], set()
    for model in models:
        found.append(replace(model, name=f"{model.name}, {model.path.stem}") if model.name in taken else model)
        taken.add(model.name)
    return found


def _read_model(file: Path) -> ModelInfo:
    card = read_card(file)
    header = read_header(file)
    check_length(file, header)
    run = run_of(file)
    return ModelInfo(file, run.name if run else str(card["name"]), card, header.size)


def rename(path: Path, name: str) -> Path:
    """Give a run's folder or a model file another name, the model's card as well; returns its new path.

    Raises:
        InputError: it is neither, it is a run at work or a run's own model, or the name is taken or can't be had.
    """
    return _rename_run(path, name) if path.is_dir() else _rename_model(path, name)


def _rename_run(folder: Path, name: str) -> Path:
    check_name(name)
    target = folder.absolute().with_name(name)
    _require_idle(read_run(folder))
    _require_free(target, folder)
    with _telling_why(folder, "renamed"):
        return folder.absolute().rename(target)


def _rename_model(file: Path, name: str) -> Path:
    name = name.removesuffix(SUFFIX)
    check_name(name)
    target = file.with_name(f"{name}{SUFFIX}")
    read_card(file)
    _require_alone(file)
    _require_free(target, file)
    with _telling_why(file, "renamed"):
        if _same_entry(file, target):
            copy_with_card(file, file, {"name": name})
            return file.rename(target)
        copy_with_card(file, target, {"name": name})
        try:
            file.unlink()
        except OSError:
            target.unlink()
            raise
    return target


def import_model(file: Path, folder: Path) -> Path:
    """Copy a model file, or the model of a run's folder, into `folder` under a free name; returns its path.

    Raises:
        InputError: it is no model or not whole, or `folder` can't be written to.
    """
    source = find_model_file(file)
    read_card(source)
    run = run_of(source)
    target = free_name(make_folder(folder), f"{run.name if run else source.stem}{SUFFIX}")
    copy_with_card(source, target, changes_of_copy(source))
    return target


def export_model(path: Path, target: Path, **changes: str) -> Path:
    """Copy a model file, or the model of a run's folder, to the new file `target`; returns it.

    Args:
        changes: facts of the card to replace.

    Raises:
        InputError: it is no model or not whole, `target` is there already, or it can't be written.
    """
    check_new_model(target)
    source = find_model_file(path)
    read_card(source)
    copy_with_card(source, target, changes_of_copy(source, **changes))
    return target


def delete(path: Path) -> None:
    """Remove a run's folder or a model file for good; of a link to one, only the link.

    Raises:
        InputError: it is neither, it is a run at work or a run's own model, or the system doesn't allow it.
    """
    if path.is_dir():
        run = read_run(path)
        # A configuration alone can lie in any folder.
        if not run.volumes and not RunFolder(path).states.is_dir():
            raise InputError(f"{run.name} must be the folder of a run, but nothing was trained there. Choose another.")
        _require_idle(run)
    else:
        read_card(path)
        _require_alone(path)
    with _telling_why(path, "deleted"):
        if path.is_dir() and not path.is_symlink():
            _delete_folder(path)
        else:
            path.unlink()


def _delete_folder(folder: Path) -> None:
    # Out of sight at once: what is left when the system stops half-way is no run any more.
    folder = folder.absolute()
    sweep(folder.parent)
    with draft_folder(folder.parent) as trash:
        folder.rename(trash / "run")


def _require_idle(run: RunInfo) -> None:
    if run.running:
        raise InputError(f"{run.name} is being trained. Stop it or wait for its end, then try again.")


def _require_alone(file: Path) -> None:
    if run := run_of(file):
        raise InputError(f"{file.name} belongs to the run {run.name} and stays with it. Export it, or choose the run.")


def _require_free(target: Path, path: Path) -> None:
    if not is_free(target) and not _same_entry(path, target):
        raise InputError(f"The name must be free, but {target.name} is there already. Choose another.")


def _same_entry(path: Path, target: Path) -> bool:
    """Whether both name the same entry of a folder, if with other capitals where the system doesn't tell them apart."""
    alike = path.absolute().parent == target.absolute().parent and path.name.casefold() == target.name.casefold()
    return alike and not is_free(target) and os.path.samestat(path.lstat(), target.lstat())


@contextmanager
def _telling_why(path: Path, done: str) -> Iterator[None]:
    """Turn a refusal of the system into an InputError."""
    try:
        yield
    except OSError as error:
        name = path.absolute().name
        reason = error.strerror or error
        raise InputError(f"{name} can't be {done}: {reason}. Close what uses it, then try again.") from error
