"""Volumes of a model that is to be evaluated, as files beside the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import InputError
from ..events import Report
from ..hardware.device import choose_device
from ..runs.model_file import load_model
from ..storage.atomic import make_folder
from ..storage.file_names import SUFFIX
from ..storage.run_folder import RunFolder
from ..synthesis.synthesize import synthesize
from ..volumes.writing import write_volume

FOLDER = "synthetic"


def is_model(path: Path) -> bool:
    """Whether a path is a model file or the folder of a run."""
    return path.suffix == SUFFIX or RunFolder(path).has_volumes


def sample(
    path: Path, count: int, seed: int, folder: Path, device: str, report: Report, should_stop: Callable[[], bool]
) -> tuple[Path, str]:
    """Write `count` volumes of a model below `folder`; returns their folder, and what is missing in a sentence.

    Where the model fails half-way, or when to stop is asked for, the volumes made so far are what is evaluated.

    Raises:
        InputError: the model can't be loaded, or fails before its second volume.
    """
    model = load_model(path)
    model.generator.to(choose_device(device))
    target = make_folder(folder / FOLDER)
    for old in target.iterdir():  # of an evaluation before this one
        old.unlink()
    made, missing = 0, ""
    try:
        for volume, facts in synthesize(model, count, seed):
            write_volume(volume, target / f"{volume.name}.nrrd", facts)
            made += 1
            report("synthesized", index=made - 1, total=count, path=target / f"{volume.name}.nrrd")
            if should_stop():
                missing = "it was stopped"
                break
    except (InputError, RuntimeError, MemoryError) as error:
        missing = str(error) or type(error).__name__
        if made < 2:
            raise InputError(f"{model.card['name']} failed after {made} of {count} volumes: {missing}") from error
    return target, f"The model made {made} of {count} volumes, then: {missing}." if made < count else ""
