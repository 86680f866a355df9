"""Volumes that may be compared: those of files, and those that a run has prepared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..data.cache import content_of
from ..data.dataset import Dataset, open_dataset
from ..data.preprocessing import restore
from ..data.split import hold_out
from ..errors import InputError
from ..runs.configuration import read_configuration
from ..storage.run_folder import RunFolder
from ..volumes.discovery import Source, find_volumes, suffix_of
from ..volumes.reading import read_volume
from ..volumes.volume import Volume


@dataclass(frozen=True)
class LazyVolume:
    """A volume that is read when it is needed: what it is called, and how to come by it."""

    name: str
    """The file's name; of what has none, what it is called."""
    key: str
    """The name without an ending, by which a run knows its volumes."""
    is_prepared: bool
    """Whether it is what a run has prepared of a file, and no file of its own."""
    content_hash: Callable[[], str]
    """Gives a hash of all that it is read from. Raises InputError where that can't be read."""
    read: Callable[[], Volume]
    """Raises InputError where it can't be used."""


def collect_volumes(paths: Iterable[Path]) -> list[LazyVolume]:
    """The volumes of files, of folders of files, and those that runs learn from, each once.

    Raises:
        InputError: a path doesn't exist or isn't of a format that can be read, or a run is damaged.
    """
    paths = list(paths)
    runs = [path for path in paths if RunFolder(path).has_volumes]
    files = [_of_file(source) for source in find_volumes(path for path in paths if path not in runs)]
    return files + [volume for run in runs for volume in _of_run(run)]


def _of_file(source: Source) -> LazyVolume:
    name = source.name + (suffix_of(source.files[0]) if len(source.files) == 1 else "")
    return LazyVolume(name, source.name, False, partial(content_of, source), partial(read_volume, source))


def _of_run(folder: Path) -> list[LazyVolume]:
    dataset, _held_out = hold_out(open_dataset(folder), read_configuration(folder).training)
    return [
        LazyVolume(name, name, True, partial(_hash, dataset, index), partial(_restored, dataset, index))
        for index, name in enumerate(dataset.facts.names)
    ]


def _hash(dataset: Dataset, index: int) -> str:
    return hashlib.sha256(dataset.volumes[index].tobytes()).hexdigest()


def _restored(dataset: Dataset, index: int) -> Volume:
    facts = dataset.facts
    return restore(dataset.volumes[index], facts.units, facts.grid, facts.center, facts.names[index])


def held_out_volumes(real: Iterable[LazyVolume], training: Iterable[LazyVolume]) -> list[LazyVolume]:
    """Real volumes that aren't among the training volumes.

    The content of its files tells; of what a run has prepared only the name does.
    """
    training = list(training)
    names = {volume.key for volume in training if volume.is_prepared}
    hashes = {_hash_or_none(volume) for volume in training} - {None}
    return [volume for volume in real if volume.key not in names and _hash_or_none(volume) not in hashes]


def _hash_or_none(volume: LazyVolume) -> str | None:
    try:
        return volume.content_hash()
    except InputError:  # it is told of when it is read
        return None
