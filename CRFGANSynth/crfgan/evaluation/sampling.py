"""Volumes of a model that is to be evaluated, as files beside the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import InputError
from ..events import Report
from ..hardware.device import choose_device
from ..runs.model_file import load_model
from ..storage.atomic import make_folder, sweep
from ..storage.file_names import SUFFIX
from ..storage.run_folder import RunFolder
from ..synthesis.made_volumes import MadeVolumes
from ..synthesis.synthesize import synthesize

FOLDER = "synthetic"


def is_model(path: Path) -> bool:
    """Whether a path is a model file or the folder of a run."""
    return path.suffix == SUFFIX or RunFolder(path).has_volumes


def sample(
    path: Path, count: int, seed: int, folder: Path, device: str, report: Report, should_stop: Callable[[], bool]
) -> tuple[list[Path], str]:
    """Write `count` volumes of a model below `folder`; returns their files, and what is missing in a sentence.

    Those of an evaluation before this one are removed. Where the model fails half-way, or when to stop is asked for,
    the volumes made so far are what is evaluated.

    Raises:
        InputError: the model can't be loaded, fails before its second volume, or other files stand in their place.
    """
    model = load_model(path)
    model.generator.to(choose_device(device))
    files = _files(folder / FOLDER, model.sha256, seed, count)
    made, missing = [], ""
    try:
        for volume, facts in synthesize(model, count, seed):
            made.append(files.write(volume, facts))
            report("synthesized", index=len(made) - 1, total=count, path=made[-1])
            if should_stop():
                missing = "it was stopped"
                break
    except (InputError, RuntimeError, MemoryError) as error:
        missing = str(error) or type(error).__name__
        if len(made) < 2:
            raise InputError(f"{model.card['name']} failed after {len(made)} of {count} volumes: {missing}") from error
    return made, f"The model made {len(made)} of {count} volumes, then: {missing}." if len(made) < count else ""


def _files(folder: Path, sha256: str, seed: int, count: int) -> MadeVolumes:
    """The volumes to be made in a folder, once those of earlier evaluations are removed from it."""
    if folder.is_symlink():
        raise InputError(f"{folder.name} must be a folder for volumes, but it is a link. Choose another --out.")
    sweep(make_folder(folder))
    files = MadeVolumes(folder, "nrrd", [sha256, seed])
    files.manifest.remove()
    files.require_free(seed, count)
    return files
