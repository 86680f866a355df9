"""New volumes as files in a folder of the user's, where nothing else is ever replaced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ..storage.manifest import Manifest
from ..volumes.volume import Volume
from ..volumes.writing import write_volume
from .synthesize import volume_name


class MadeVolumes:
    """Volumes in an existing folder, each with its story beside it.

    Args:
        suffix: of the volumes' files, without the first dot.
        work: what makes them, of JSON's own types: the same work may make its volumes again.
    """

    def __init__(self, folder: Path, suffix: str, work: object):
        self.folder, self.suffix = folder, suffix
        self.manifest = Manifest(folder, hashlib.sha256(json.dumps(work).encode()).hexdigest())

    def require_free(self, seed: int, count: int) -> None:
        """Raise InputError where something else stands in the place of a volume that is to be made."""
        self.manifest.require_free(name for index in range(count) for name in self._names(volume_name(seed, index)))

    def write(self, volume: Volume, facts: Mapping[str, str]) -> Path:
        """Write a volume and its story; returns its path.

        Raises:
            InputError: see `write_volume`.
        """
        names = self._names(volume.name)
        with self.manifest.writing(*names):
            write_volume(volume, self.folder / names[0], facts)
        return self.folder / names[0]

    def _names(self, name: str) -> tuple[str, str]:
        return f"{name}.{self.suffix}", f"{name}.json"
