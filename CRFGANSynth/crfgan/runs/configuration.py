"""Configurations in files: those of runs, and what of them a run that goes on may change. Standard library only."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

from ..config import Config
from ..errors import InputError
from ..storage.run_folder import RunFolder
from ..storage.sealed import SEAL, read_sealed, write_sealed

CHANGEABLE = {"iterations", "batch_size", "device", "precision"}
"""Settings that a resumed run may change: the networks and the data are as they are."""
_WITHOUT_EFFECT = {"volumes_at_a_time", "checkpoint_every", "preview_every"}
"""Settings that change no weight."""
ADVICE = "Put it back as it was, or train into a new folder; what a run may change is given to --resume."


def save_configuration(folder: Path, config: Config) -> None:
    """Write the configuration of the run in `folder`."""
    write_sealed(RunFolder(folder).config, config.to_dict())


def read_configuration(folder: Path) -> Config:
    """The configuration of the run in `folder`.

    Raises:
        InputError: the file isn't as it was written, or holds an unknown or illegal setting.
    """
    run = RunFolder(folder)
    content = read_sealed(run.config, ADVICE)
    try:
        return Config.from_dict(content)
    except InputError as error:
        raise InputError(f"{run.name}/{run.config.name} can't be used: {error}") from error


def require_same(config: Config, trained: Config) -> None:
    """Raise InputError unless a state that was `trained` may go on as `config` says."""
    for part in fields(Config):
        now, before = getattr(config, part.name), getattr(trained, part.name)
        for name in (setting.name for setting in fields(now)):
            found, wanted = getattr(now, name), getattr(before, name)
            if found != wanted and name not in CHANGEABLE | _WITHOUT_EFFECT:
                raise InputError(
                    f"`{name}` of a run must stay {wanted!r}, with which it was begun, got {found!r}. "
                    "Put its configuration back, or train into a new folder."
                )


def load_config(path: Path) -> Config:
    """Read a configuration file, such as the config.json of a run.

    Raises:
        InputError: the file is missing, isn't JSON, or holds an unknown or illegal setting.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path.name} can't be read: {error.strerror}. Give an existing configuration.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} must be a JSON file, but {error}. Correct or remove it.") from error
    if isinstance(data, dict):  # a run's own may be changed for another one, whose seal it doesn't fit any more
        data = {name: value for name, value in data.items() if name not in SEAL}
    return Config.from_dict(data)
