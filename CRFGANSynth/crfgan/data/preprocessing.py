"""From a volume to a training array in [-1, 1], with all that is needed to go back.

A volume is put into RAS order, its intensities into a window, its blank margins away, and what is left onto the
training grid. The grid is placed by an affine, so that the way back is the same resampling with the affine inverted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..config import Preprocessing
from ..errors import InputError
from ..volumes.orientation import to_canonical
from ..volumes.resampling import resample
from ..volumes.volume import Volume
from .vetting.evidence import INTERCEPT, Evidence, examine

LUNG_CT = (-1024.0, 600.0)
CT = ("ct", "lung-ct")
"""Modalities whose values are Hounsfield units."""
FOREGROUND = 0.1
"""Share of the window above which a voxel is foreground."""
BLANK_SLICE = 0.002
"""Share of foreground voxels under which a slice is blank."""


@dataclass(frozen=True)
class Units:
    """What the training range [-1, 1] stands for."""

    name: str
    """`HU` or `arbitrary`."""
    low: float
    high: float
    integer: bool
    """Whether intensities are whole numbers."""

    def to_training(self, array: np.ndarray) -> np.ndarray:
        """Intensities -> float32 in [-1, 1], cut off at the window's ends."""
        scaled = (array.astype(np.float32) - self.low) * (2 / (self.high - self.low)) - 1
        return np.clip(scaled, -1, 1, out=scaled)

    def from_training(self, array: np.ndarray) -> np.ndarray:
        """[-1, 1] -> intensities: int16 where whole numbers fit there, float32 otherwise."""
        intensities = (array.astype(np.float32) + 1) * ((self.high - self.low) / 2) + self.low
        fits = np.iinfo(np.int16).min <= self.low and self.high <= np.iinfo(np.int16).max
        return np.rint(intensities).astype(np.int16) if self.integer and fits else intensities


@dataclass(frozen=True)
class Survey:
    """What has to be known of one volume before the training grid of a whole set can be chosen."""

    name: str
    units: Units
    box: tuple[tuple[int, int], ...]
    """First voxel of the foreground and the one after its last, along D, H, W of the canonical volume."""
    spacing: tuple[float, float, float]
    """Voxel size in mm along D, H, W of the canonical volume."""
    center: tuple[float, float, float]
    """Centre of the foreground, RAS mm."""
    evidence: Evidence
    """What its voxels give away."""
    remark: str = ""
    """See Volume."""

    def to_training(self, array: np.ndarray) -> np.ndarray:
        """Stored intensities -> float32 in [-1, 1], with padding taken for air, and an intercept that was missing."""
        return self.units.to_training(mended(array, self.evidence, self.units.name))

    @property
    def extent(self) -> np.ndarray:
        """Size of the foreground in mm along D, H, W."""
        return np.array([last - first for first, last in self.box]) * self.spacing


@dataclass(frozen=True)
class TrainingGrid:
    """The grid that all volumes of a set are trained on."""

    shape: tuple[int, int, int]
    fit: str
    spacing: tuple[float, float, float]
    """Voxel size in mm along D, H, W; with `fill` the median over the set."""


def canonical(volume: Volume) -> Volume:
    """The volume in RAS order, its spacing freed from the rounding of file formats (to 10 nm)."""
    volume = to_canonical(volume)
    affine = volume.ijk_to_ras.copy()
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    affine[:3, :3] *= np.round(lengths, 5) / lengths
    return replace(volume, ijk_to_ras=affine)


def mended(array: np.ndarray, evidence: Evidence, units: str) -> np.ndarray:
    """Stored intensities without padding, and with the intercept that is missing where `units` is HU."""
    if evidence.padding:
        padding = evidence.padding
        array = np.where((array >= padding.low) & (array <= padding.high), np.float32(padding.fill), array)
    return array.astype(np.float32) + INTERCEPT if units == "HU" and evidence.lacks_intercept else array


def choose_units(volume: Volume, settings: Preprocessing, evidence: Evidence | None = None) -> Units:
    """The intensity window of one canonical volume by the modality asked for.

    Raises:
        InputError: nothing but one intensity lies inside the window.
    """
    evidence = evidence or examine(volume.array)
    integer = np.issubdtype(volume.array.dtype, np.integer)
    ct = settings.modality in CT or (settings.modality == "auto" and evidence.looks_like_ct)
    array = mended(volume.array, evidence, "HU" if ct else "arbitrary")
    if settings.window:
        low, high = settings.window
    elif ct:
        low, high = LUNG_CT
    else:
        low, high = (float(v) for v in np.percentile(array, (0.5, 99.8)))
    inside = array[(array > low) & (array < high)] if ct else array
    if high <= low or inside.size == 0:
        raise InputError(
            f"{volume.name} has nothing to learn from between intensities {low:g} and {high:g}. "
            "Leave it out, or choose another modality or window."
        )
    return Units("HU" if ct else "arbitrary", low, high, bool(integer))


def _span(profile: np.ndarray) -> tuple[int, int]:
    filled = np.flatnonzero(profile > BLANK_SLICE)
    return (int(filled[0]), int(filled[-1]) + 1) if filled.size else (0, len(profile))


def foreground_box(array: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Bounds along D, H, W of a training array (D, H, W) without its blank outer slices."""
    mask = array > 2 * FOREGROUND - 1
    return tuple(_span(mask.mean(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))


def survey(volume: Volume, settings: Preprocessing) -> Survey:
    """Window, foreground and size of one volume, in any orientation."""
    volume = canonical(volume)
    evidence = examine(volume.array)
    units = choose_units(volume, settings, evidence)
    box = foreground_box(units.to_training(mended(volume.array, evidence, units.name)))
    middle = [(first + last - 1) / 2 for first, last in reversed(box)]
    center = (volume.ijk_to_ras @ [*middle, 1])[:3]
    return Survey(
        volume.name, units, box, tuple(volume.spacing[::-1]), tuple(map(float, center)), evidence, volume.remark
    )


def choose_grid(surveys: list[Survey], settings: Preprocessing) -> TrainingGrid:
    """One grid for the whole set, by the way of fitting that the settings ask for."""
    spacings = np.array([s.extent / settings.shape for s in surveys])
    # Cubic voxels are as large as the largest anatomy needs, so that every one keeps its true size.
    spacing = np.median(spacings, axis=0) if settings.fit == "fill" else np.repeat(spacings.max(), 3)
    return TrainingGrid(settings.shape, settings.fit, tuple(float(round(s, 5)) for s in spacing))


def require_two(found: int, usable: int) -> None:
    """Raise InputError unless a set has volumes enough to be trained on."""
    if usable < 2:
        kinds = f"{found} found, {usable} usable"
        raise InputError(f"Training needs at least 2 volumes, got {kinds}. Add volumes; a few dozen give good results.")


def choose_set_units(surveys: list[Survey]) -> Units:
    """What a synthetic volume's intensities are: HU as they stand, arbitrary units by the median window."""
    names = {s.units.name for s in surveys}
    if len(names) > 1:
        ct = [s.name for s in surveys if s.units.name == "HU"]
        raise InputError(
            f"The volumes must be of one modality, but {len(ct)} of {len(surveys)} look like CT, {ct[0]} among them. "
            "Train on one kind only, or name the modality."
        )
    low, high = np.median([(s.units.low, s.units.high) for s in surveys], axis=0)
    return Units(names.pop(), float(low), float(high), all(s.units.integer for s in surveys))


def _voxel_from_grid(found: Survey, grid: TrainingGrid) -> np.ndarray:
    """Affine (4, 4) from IJK of the training grid to IJK of the canonical volume; both centres coincide."""
    cell = found.extent / grid.shape if grid.fit == "fill" else np.array(grid.spacing)
    scale = (cell / found.spacing)[::-1]
    middle = np.array([(first + last - 1) / 2 for first, last in found.box])[::-1]
    half = (np.array(grid.shape)[::-1] - 1) / 2
    affine = np.diag([*scale, 1.0])
    affine[:3, 3] = middle - scale * half
    return affine


def preprocess(volume: Volume, found: Survey, grid: TrainingGrid) -> np.ndarray:
    """A volume in any orientation -> float32 (D, H, W) in [-1, 1] on the training grid, background -1."""
    volume = canonical(volume)
    array = found.to_training(volume.array)
    return resample(array, _voxel_from_grid(found, grid), grid.shape, background=-1.0)


def restore(array: np.ndarray, units: Units, grid: TrainingGrid, center: tuple[float, ...], name: str) -> Volume:
    """Inverse of `preprocess` but for the resampling: a training array in its units, mm and RAS axes."""
    spacing = np.array(grid.spacing)[::-1]
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = np.array(center) - spacing * (np.array(grid.shape)[::-1] - 1) / 2
    return Volume(units.from_training(array), affine, name)


def restore_like(
    array: np.ndarray, units: Units, grid: TrainingGrid, reference: Volume, settings: Preprocessing, name: str
) -> Volume:
    """A training array where `reference` had its foreground, on the voxels of `reference` in RAS order."""
    found = survey(reference, settings)
    reference = canonical(reference)
    grid_from_voxel = np.linalg.inv(_voxel_from_grid(found, grid))
    resampled = resample(array, grid_from_voxel, reference.array.shape, background=-1.0)
    return Volume(units.from_training(resampled), reference.ijk_to_ras, name)
