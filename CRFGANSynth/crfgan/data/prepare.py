"""The one way from volumes to arrays on a training grid: all are surveyed and vetted, a grid is chosen, each is brought
to it.

What the survey has read is kept for the second step as far as memory allows, so that a volume is decoded once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import psutil

from ..config import Preprocessing
from ..errors import InputError, Interrupted
from ..volumes.discovery import Source
from ..volumes.reader.process import ReaderError
from ..volumes.volume import Volume
from .cache import Cache, CacheError, Kept
from .preprocessing import Survey, TrainingGrid
from .vetting.rules import Member, vet
from .vetting.told import Problem, told_once

OnSkip = Callable[[str, str], None]
"""Told the name of a volume that is left out, and why; of several with one problem once."""
OnNote = Callable[[str], None]
"""Told a sentence on volumes that are used otherwise than they are."""
Asked = Callable[[], bool]
"""Whether something is asked for at this moment."""
SHARE = 4
"""Volumes that wait for the second step may take one part in so many of the memory that is free."""


class Unread(Protocol):
    """A volume that is not read yet."""

    name: str
    source: Source | None
    """Its files; None for one that a run has prepared, which was vetted then."""

    def content_hash(self) -> str:
        """A hash of all that it is read from. Raises InputError where that can't be read."""

    def read(self, content: str) -> Volume:
        """Raises InputError where it can't be used, or hasn't this content any more."""


@dataclass(frozen=True)
class Surveyed:
    """A volume that can be used, and what is known of it."""

    volume: Unread
    content_hash: str
    survey: Survey


def never() -> bool:
    """Nothing is asked for."""
    return False


class Preparation:
    """Both steps for one or several sets that come to one grid.

    Args:
        on_skip: told of the volumes that aren't used.
        step: called after each volume, in either step.
        should_stop: asked after each volume; what was done until then is in the cache.
        room: bytes for volumes that wait for the second step; a share of the free memory where none is given.
    """

    def __init__(
        self,
        settings: Preprocessing,
        cache: Cache,
        on_skip: OnSkip,
        step: Callable[[], None],
        room: int | None = None,
        should_stop: Asked = never,
    ):
        self.settings, self.cache, self.on_skip, self.step = settings, cache, on_skip, step
        self.should_stop = should_stop
        self.room = psutil.virtual_memory().available // SHARE if room is None else room
        self._waiting: dict[str, Volume] = {}

    def survey(self, volumes: Sequence[Unread]) -> list[Surveyed]:
        """What is known of each volume that can be read, one at a time.

        Raises:
            CacheError: the cache can't be written.
            Interrupted: to stop was asked for.
        """
        usable, problems = [], []
        for done, volume in enumerate(volumes, 1):
            try:
                content = volume.content_hash()
                read = _Read(volume, content)
                found = self.cache.survey(volume.name, content, self.settings, read)
                usable.append(Surveyed(volume, content, found))
                self._keep(content, read.volume)
            except (CacheError, ReaderError):
                raise
            except InputError as error:
                label = volume.source.label if volume.source else volume.name
                problems.append(Problem.unreadable(volume.name, label, str(error)))
            self.step()
            self._stop_if_asked(f"{done} of {len(volumes)} volumes were looked at")
        self._tell(problems)
        return usable

    def vetted(self, usable: Sequence[Surveyed], include: Collection[str], on_note: OnNote) -> list[Surveyed]:
        """Those of a set that no rule of thumb leaves out (see vetting/rules.py).

        Args:
            include: words by which the user insists on some that a rule would leave out.
        """
        by_rule = [each for each in usable if each.volume.source]
        verdict = vet([Member(each.volume.source, each.survey) for each in by_rule], self.settings.modality, include)
        self._tell(verdict.problems.values())
        for sentence in verdict.notes:
            on_note(sentence)
        out = {id(by_rule[index]) for index in verdict.problems}
        return [each for each in usable if id(each) not in out]

    def _tell(self, problems: Iterable[Problem]) -> None:
        for names, sentence in told_once(problems):
            self.on_skip(names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more", sentence)

    def _stop_if_asked(self, done: str) -> None:
        if self.should_stop():
            raise Interrupted(f"Stopped after {done}; what was done is kept. The same command goes on from there.")

    def arrays(self, usable: Sequence[Surveyed], grid: TrainingGrid) -> Iterator[Kept]:
        """What the cache keeps of each volume on the grid, one at a time.

        Raises:
            InputError: a volume can't be read any more.
            CacheError: the cache can't be written.
            Interrupted: to stop was asked for.
        """
        for done, each in enumerate(usable, 1):
            read = _Read(each.volume, each.content_hash)
            if (volume := self._take(each.content_hash)) is not None:
                read = lambda volume=volume: volume  # noqa: E731
            yield self.cache.array(each.content_hash, each.survey, grid, read)
            self.step()
            self._stop_if_asked(f"{done} of {len(usable)} volumes were prepared")

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

    def __init__(self, lazy: Unread, content: str):
        self.lazy, self.content, self.volume = lazy, content, None

    def __call__(self) -> Volume:
        self.volume = self.lazy.read(self.content)
        return self.volume
