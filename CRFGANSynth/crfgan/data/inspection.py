"""What of each volume can be used for training, before it begins.

What is found out is kept in the cache, where the training finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..config import Preprocessing
from ..errors import InputError
from ..volumes.discovery import Source
from ..volumes.pictures import middle_planes, save_picture
from ..volumes.reading import read_volume
from ..volumes.volume import Volume
from .cache import Cache, CacheError, content_of
from .labels import Labels
from .preprocessing import Survey, canonical

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
    problem: str = ""
    """A sentence on why it can't be used; empty where it can."""
    thumbnail: Path | None = None
    """PNG of its middle axial plane."""
    class_name: str | None = None
    """Its class; None where there is no table of classes, empty where the table hasn't got it."""

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
        pictures: existing folder for a picture of each; none are made where none is given.
        labels: the class of each volume.

    Raises:
        CacheError: the cache can't be written.
        InputError: a picture can't be written.
    """
    for index, source in enumerate(sources):
        found = Checked(source.name, source.files, class_name=None if labels is None else labels.of(source))
        try:
            volume = read_volume(source)
            spacing = tuple(round(float(s), 5) for s in volume.spacing[::-1])
            found = replace(found, shape=volume.shape, spacing_mm=spacing)
            survey = _survey(source, volume, settings, cache)
        except CacheError:
            raise
        except InputError as error:
            yield replace(found, problem=str(error))
            continue
        picture = None if pictures is None else _draw(volume, survey, pictures / f"{index:05d}.png")
        yield replace(found, units=survey.units.name, thumbnail=picture)


def _survey(source: Source, volume: Volume, settings: Preprocessing, cache: Cache) -> Survey:
    return cache.survey(source.name, content_of(source), settings, lambda: volume)


def _draw(volume: Volume, survey: Survey, path: Path) -> Path:
    volume = canonical(volume)
    middle = volume.shape[0] // 2
    plane = survey.units.to_training(volume.array[middle : middle + 1])
    axial, _, _ = middle_planes(plane, volume.spacing[::-1], PICTURE)
    return save_picture(axial, path)


def without_minority(found: list[Checked]) -> list[Checked]:
    """The same with a problem for each usable volume that isn't of the kind that most are; at a tie, of the first."""
    kinds = Counter(each.units for each in found if not each.problem)
    if len(kinds) < 2:
        return found
    (most, _), total = kinds.most_common(1)[0], kinds.total()
    return [each if each.problem or each.units == most else _of_other_kind(each, kinds, total) for each in found]


def _of_other_kind(odd: Checked, kinds: Counter[str], total: int) -> Checked:
    others = f"{total - kinds[odd.units]} of {total} volumes"
    seems = f"looks like CT, while {others} don't" if odd.units == "HU" else f"doesn't look like CT, while {others} do"
    advice = "Leave it out, or name the modality."
    return replace(odd, problem=f"{odd.name} {seems}. {advice}")


def table(found: list[Checked]) -> str:
    """One line a volume, and how many can be used, for a terminal."""
    rows = [("volume", "voxels", "mm", "units", "class", "problem"), *map(_row, found)]
    if all(each.class_name is None for each in found):
        rows = [(*row[:4], row[5]) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    usable = sum(not each.problem for each in found)
    return "\n".join([*lines, f"{usable} of {len(found)} can be used"])


def _row(each: Checked) -> tuple[str, ...]:
    voxels = " x ".join(map(str, each.shape))
    mm = " x ".join(f"{s:.4g}" for s in each.spacing_mm)
    return each.name, voxels, mm, each.units, each.class_name or "", each.problem
