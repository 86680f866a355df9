"""The one way from volumes to arrays on a training grid: all are surveyed, a grid is chosen, each is brought to it.

What the survey has read is kept for the second step as far as memory allows, so that a volume is decoded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from ..config import Preprocessing
from ..errors import InputError
from ..volumes.volume import Volume
from .cache import Cache, CacheError
from .preprocessing import Survey, TrainingGrid

OnSkip = Callable[[str, str], None]
"""Told the name of a volume that is left out, and why."""
SHARE = 4
"""Volumes that wait for the second step may take one part in so many of the memory that is free."""


class Unread(Protocol):
    """A volume that is not read yet."""

    name: str

    def content_hash(self) -> str:
        """A hash of all that it is read from. Raises InputError where that can't be read."""

    def read(self) -> Volume:
        """Raises InputError where it can't be used."""


@dataclass(frozen=True)
class Surveyed:
    """A volume that can be used, and what is known of it."""

    volume: Unread
    content_hash: str
    survey: Survey


class Preparation:
    """Both steps for one or several sets that come to one grid.

    Args:
        on_skip: told of each volume that can't be used.
        step: called after each volume, in either step.
        room: bytes for volumes that wait for the second step; a share of the free memory where none is given.
    """

    def __init__(
        self,
        settings: Preprocessing,
        cache: Cache,
        on_skip: OnSkip,
        step: Callable[[], None],
        room: int | None = None,
    ):
        self.settings, self.cache, self.on_skip, self.step = settings, cache, on_skip, step
        self.room = psutil.virtual_memory().available // SHARE if room is None else room
        self._waiting: dict[str, Volume] = {}

    def survey(self, volumes: Sequence[Unread]) -> list[Surveyed]:
        """What is known of each volume that can be used, one at a time.

        Raises:
            CacheError: the cache can't be written.
        """
        usable = []
        for volume in volumes:
            try:
                content = volume.content_hash()
                read = _Read(volume)
                found = self.cache.survey(volume.name, content, self.settings, read)
                usable.append(Surveyed(volume, content, found))
                self._keep(content, read.volume)
            except CacheError:
                raise
            except InputError as error:
                self.on_skip(volume.name, str(error))
            self.step()
        return usable

    def arrays(self, usable: Sequence[Surveyed], grid: TrainingGrid) -> Iterator[Path]:
        """The file in the cache (see `open_array`) with each volume on the grid, one at a time.

        Raises:
            InputError: a volume can't be read any more.
            CacheError: the cache can't be written.
        """
        for each in usable:
            read = each.volume.read
            if (volume := self._take(each.content_hash)) is not None:
                read = lambda volume=volume: volume  # noqa: E731
            yield self.cache.array(each.content_hash, each.survey, grid, read)
            self.step()

    def _keep(self, content: str, volume: Volume | None) -> None:
        if volume is not None and volume.array.nbytes <= self.room:
            self.room -= volume.array.nbytes
            self._waiting[content] = volume

    def _take(self, content: str) -> Volume | None:
        volume = self._waiting.pop(content, None)
        if volume is not None:
            self.room += volume.array.nbytes
        return volume


class _Read:
    """Reads a volume when it is called, and remembers it."""

    def __init__(self, lazy: Unread):
        self.lazy, self.volume = lazy, None

    def __call__(self) -> Volume:
        self.volume = self.lazy.read()
        return self.volume
