"""What of each volume can be used for training, before it begins.

What is found out is kept in the cache, where the training finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from ..config import Preprocessing
from ..errors import InputError
from ..storage.manifest import Manifest
from ..volumes.discovery import Source
from ..volumes.finding.remarks import Note
from ..volumes.pictures import middle_planes, save_picture
from ..volumes.reader.process import ReaderError
from ..volumes.volume import Volume
from .cache import Cache, CacheError, read_new
from .labels import Labels
from .preprocessing import Survey, canonical
from .vetting.rules import Member, vet
from .vetting.told import KINDS, Problem, left_out, told_once
from .vetting.words import NONE

PICTURES = "pictures of checked volumes"
"""By which their folder knows them."""
PICTURE = 64
"""Height and width of a volume's picture in pixels."""


@dataclass(frozen=True)
class Checked:
    """What was found out about one volume; a field is empty where that couldn't be."""

    name: str
    files: tuple[Path, ...] = ()
    """What it is read from."""
    shape: tuple[int, ...] = ()
    """Voxels (D, H, W) as stored."""
    spacing_mm: tuple[float, ...] = ()
    """Along D, H, W as stored."""
    units: str = ""
    """`HU` or `arbitrary`."""
    reason: Problem | None = None
    """Why it isn't used; None where it is."""
    thumbnail: Path | None = None
    """PNG of its middle axial plane."""
    class_name: str | None = None
    """Its class; None where there is no table of classes, empty where the table hasn't got it."""
    member: Member | None = None
    """What the rules of thumb judge it by."""

    @property
    def problem(self) -> str:
        """A sentence on why it isn't used; empty where it is."""
        return self.reason.sentence if self.reason else ""

    def facts(self) -> dict[str, object]:
        """What the event `checked` says of it."""
        facts = {
            "name": self.name,
            "files": [str(path) for path in self.files],
            "shape": self.shape,
            "spacing_mm": self.spacing_mm,
            "units": self.units,
            "problem": self.problem,
            "thumbnail": self.thumbnail or "",
        }
        return facts if self.class_name is None else {**facts, "class": self.class_name}


def check_volumes(
    sources: list[Source],
    settings: Preprocessing,
    cache: Cache,
    pictures: Path | None = None,
    labels: Labels | None = None,
) -> Iterator[Checked]:
    """Look at each volume by itself, one at a time in memory, in the order of `sources`.

    Args:
        pictures: existing folder for a picture of each, where only pictures that this made before are replaced; none
            are made where none is given.
        labels: the class of each volume.

    Raises:
        CacheError: the cache can't be written.
        ReaderError: files can't be read at all.
        InputError: a picture can't be written, or something of the user's has its name.
    """
    made = None if pictures is None else Manifest(pictures, PICTURES)
    if made:
        made.require_free(map(_picture_name, range(len(sources))))
    for index, (source, following) in enumerate(zip_longest(sources, sources[1:])):
        found = Checked(source.name, source.files, class_name=None if labels is None else labels.of(source))
        try:
            volume, content = read_new(source, following)
            spacing = tuple(round(float(s), 5) for s in volume.spacing[::-1])
            found = replace(found, shape=volume.shape, spacing_mm=spacing)
            survey = cache.survey(source.name, content, settings, lambda volume=volume: volume)
        except (CacheError, ReaderError):
            raise
        except InputError as error:
            yield replace(found, reason=Problem.unreadable(source.name, source.label, str(error)))
            continue
        picture = None
        if made:
            with made.writing(name := _picture_name(index)):
                picture = _draw(volume, survey, pictures / name)
        yield replace(found, units=survey.units.name, thumbnail=picture, member=Member(source, survey))


def _picture_name(index: int) -> str:
    return f"{index:05d}.png"


def _draw(volume: Volume, survey: Survey, path: Path) -> Path:
    volume = canonical(volume)
    middle = volume.shape[0] // 2
    plane = survey.to_training(volume.array[middle : middle + 1])
    axial, _, _ = middle_planes(plane, volume.spacing[::-1], PICTURE)
    return save_picture(axial, path)


def vetted(found: list[Checked], modality: str, include: Collection[str] = NONE) -> tuple[list[Checked], list[str]]:
    """The same with a problem for each that a rule of thumb leaves out, and what is told of those that are used."""
    usable = [index for index, each in enumerate(found) if each.member]
    verdict = vet([found[index].member for index in usable], modality, include)
    judged = list(found)
    for place, problem in verdict.problems.items():
        judged[usable[place]] = replace(found[usable[place]], reason=problem)
    return judged, verdict.notes


@dataclass(frozen=True)
class Summary:
    """What is said of all volumes together."""

    found: Sequence[Checked]
    notes: Sequence[Note] = ()
    """On files that were passed over."""

    @property
    def usable(self) -> int:
        """How many volumes can be used."""
        return sum(each.reason is None for each in self.found)

    @property
    def total(self) -> int:
        """Of how many: what is no training volume doesn't count."""
        return sum(each.reason is None or each.reason.cause not in KINDS for each in self.found)

    @property
    def _reasons(self) -> list[Problem]:
        return [each.reason for each in self.found if each.reason]

    def passed_over(self) -> list[Checked]:
        """A row for each kind of files that were passed over."""
        return [Checked(n.what, reason=Problem(n.what, n.what, n.sentence)) for n in self.notes if n.is_left_out]

    def line(self) -> str:
        """How many can be used, and what was left out or passed over."""
        out = left_out(self._reasons) + [note.what for note in self.notes if note.is_left_out]
        counted = f"{self.usable} of {self.total} can be used"
        return f"{counted}; left out: {', '.join(out)}" if out else counted

    def table(self) -> str:
        """One line a volume, what several have in common once below it, and the line above, for a terminal."""
        shared = [(names, sentence) for names, sentence in told_once(self._reasons) if len(names) > 1]
        mark = {name: f"see {number}" for number, (names, _) in enumerate(shared, 1) for name in names}
        rows = [("volume", "voxels", "mm", "units", "class", "problem")]
        rows += [_row(each, mark.get(each.name, each.problem)) for each in self.found]
        if all(each.class_name is None for each in self.found):
            rows = [(*row[:4], row[5]) for row in rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        lines += [f"{number}: {sentence}" for number, (_, sentence) in enumerate(shared, 1)]
        return "\n".join([*lines, self.line()])


def _row(each: Checked, problem: str) -> tuple[str, ...]:
    voxels = " x ".join(map(str, each.shape))
    mm = " x ".join(f"{s:.4g}" for s in each.spacing_mm)
    return each.name, voxels, mm, each.units, each.class_name or "", problem
