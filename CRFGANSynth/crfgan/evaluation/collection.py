"""Volumes that may be compared: those of files, and those that a run has prepared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..data.cache import content_of, read_with_content
from ..data.dataset import Dataset, open_dataset
from ..data.preprocessing import restore
from ..data.split import hold_out
from ..runs.configuration import read_configuration
from ..storage.run_folder import RunFolder
from ..volumes.content import require_same
from ..volumes.discovery import Source, look_for_volumes
from ..volumes.finding.kinds import suffix_of
from ..volumes.volume import Volume


@dataclass(frozen=True)
class LazyVolume:
    """A volume that is read when it is needed: what it is called, and how to come by it."""

    name: str
    """The file's name; of what has none, what it is called."""
    source: Source | None
    """Its files; None for what a run has prepared of a file."""
    identity: str
    """Of the voxels that a run has prepared it from (see data/vetting/evidence.py); empty for a file, which tells."""
    content_hash: Callable[[], str]
    """Gives a hash of all that it is read from. Raises InputError where that can't be read."""
    read: Callable[[str], Volume]
    """Called with the hash; raises InputError where it can't be used, or has another by now."""


@dataclass(frozen=True)
class Collected:
    """Volumes, and sentences on files that were passed over."""

    volumes: list[LazyVolume]
    notes: list[str]


def collect_volumes(
    paths: Iterable[Path], with_synthetic: bool = False, tick: Callable[[], None] = lambda: None
) -> Collected:
    """The volumes of files, of folders of files, and those that runs learn from, each once.

    Args:
        with_synthetic, tick: as of `look_for_volumes`.

    Raises:
        InputError: a path doesn't exist or isn't of a format that can be read, or a run is damaged.
    """
    paths = list(paths)
    runs = [path for path in paths if RunFolder(path).has_volumes]
    found = look_for_volumes((path for path in paths if path not in runs), with_synthetic, tick)
    volumes = [*map(_of_file, found.sources), *(volume for run in runs for volume in _of_run(run))]
    return Collected(volumes, [note.sentence for note in found.notes])


def _of_file(source: Source) -> LazyVolume:
    name = source.name + (suffix_of(source.files[0]) if len(source.files) == 1 else "")
    return LazyVolume(name, source, "", partial(content_of, source), partial(read_with_content, source))


def _of_run(folder: Path) -> list[LazyVolume]:
    dataset, _held_out = hold_out(open_dataset(folder), read_configuration(folder).training)
    identities = dataset.facts.identities or [""] * len(dataset)
    return [
        LazyVolume(name, None, identity, partial(_hash, dataset, index), partial(_restored, dataset, index))
        for index, (name, identity) in enumerate(zip(dataset.facts.names, identities, strict=True))
    ]


def _hash(dataset: Dataset, index: int) -> str:
    return hashlib.sha256(dataset.volumes[index].tobytes()).hexdigest()


def _restored(dataset: Dataset, index: int, content: str) -> Volume:
    facts = dataset.facts
    require_same(facts.names[index], content, _hash(dataset, index))
    return restore(dataset.volumes[index], facts.units, facts.grid, facts.center, facts.names[index])
