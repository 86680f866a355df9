"""Quick masks of what real and synthetic volumes show: thresholds and morphology, nothing to train, no seeds to place.

One rule for all makes volumes comparable; a mask that matters has to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..data.vetting.evidence import looks_like_ct, sample_of
from ..errors import InputError
from ..volumes.volume import Volume
from .morphology import closed, complement, depth, filled, largest, opened, pieces, shrunk

LUNG, TISSUE, BONE = -400.0, -250.0, 150.0
"""HU: air in the body is below the first, the body above the second, bone (and blood with contrast agent) the third."""
SMALLEST_LUNG = 0.1
"""Size over that of the larger lung below which air in the body is something else."""
SMALLEST_BONE = 1.0
"""ml"""
SCALP = 6.0
"""mm below the skin that are never brain."""
CALVARIA = 100.0
"""mm below the top of the head, whose middle is the middle of the brain."""
CRANIUM = 150.0
"""mm below the top of the head above which all brain lies."""
CERTAIN_BRAIN = 35.0
"""mm around the middle that are always brain."""
LARGEST_BRAIN = 2200.0
"""ml below which a head is a brain already, its skull taken off."""
BRAIN, REST = 1, 2


@dataclass(frozen=True)
class Preset:
    """One structure and the rule that finds it."""

    modality: str
    """`ct`, where intensities are HU, or `mr`: T1-weighted or alike, in any unit."""
    find: Callable[[sitk.Image], sitk.Image]
    """From an image whose last axis goes from the feet to the head to a mask of 0 and 1."""


def segment(volume: Volume, preset: str) -> np.ndarray:
    """The mask (K, J, I) of one structure, uint8 of 0 and 1, on the volume's own voxels in any orientation.

    Raises:
        InputError: no preset has this name, or the volume doesn't show what it looks for.
    """
    if preset not in PRESETS:
        raise InputError(f"preset must be one of {', '.join(PRESETS)}, got {preset!r}. Choose one of these.")
    mask = np.zeros(volume.shape, np.uint8)
    _upright(mask, volume)[:] = sitk.GetArrayFromImage(PRESETS[preset].find(_image(volume)))
    if not mask.any():
        raise InputError(
            f"{volume.name or 'The volume'} must show a {preset}, got nothing that looks like one. "
            f"Choose another preset; its intensities suit {', '.join(presets_for(volume))}."
        )
    return mask


def presets_for(volume: Volume) -> list[str]:
    """Names of the presets for the volume's modality."""
    modality = "ct" if looks_like_ct(sample_of(volume.array)) else "mr"
    return [name for name, preset in PRESETS.items() if preset.modality == modality]


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """Twice the overlap of two masks (K, J, I) over the sum of their sizes, of Dice, Ecology 26:297 (1945).

    From 0 to 1, which two empty masks have.

    Raises:
        InputError: their shapes differ.
    """
    if a.shape != b.shape:
        raise InputError(f"Masks must have one shape, got {a.shape} and {b.shape}. Resample one to the other's grid.")
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return float(2 * np.count_nonzero(np.logical_and(a, b)) / total) if total else 1.0


def volume_ml(mask: np.ndarray, spacing: Sequence[float]) -> float:
    """Size in ml of a mask (K, J, I) whose voxels measure `spacing` mm along the three axes."""
    return float(np.count_nonzero(mask) * np.prod(spacing) / 1000)


def _upward(volume: Volume) -> tuple[int, bool]:
    """Which of the axes I, J, K leads most nearly to the head, and whether its indices increase on the way."""
    height = volume.ijk_to_ras[2, :3] / volume.spacing
    axis = int(np.abs(height).argmax())
    return axis, bool(height[axis] > 0)


def _upright(array: np.ndarray, volume: Volume) -> np.ndarray:
    """A view of the volume's array, or of one like it, whose first axis goes from the feet to the head."""
    axis, increases = _upward(volume)
    view = np.moveaxis(array, 2 - axis, 0)
    return view if increases else view[::-1]


def _image(volume: Volume) -> sitk.Image:
    image = sitk.GetImageFromArray(np.ascontiguousarray(_upright(volume.array, volume), dtype=np.float32))
    axis, _ = _upward(volume)
    image.SetSpacing([*np.delete(volume.spacing, axis).tolist(), float(volume.spacing[axis])])
    return image


def _body(image: sitk.Image) -> sitk.Image:
    # What the table is made of is thin.
    return filled(largest(opened(image > TISSUE, 4)))


def _lung(image: sitk.Image) -> sitk.Image:
    air = pieces(opened((image < LUNG) & _body(image), 2))
    sizes = np.bincount(sitk.GetArrayFromImage(air).ravel())[1:]
    lungs = np.count_nonzero(sizes > SMALLEST_LUNG * sizes.max(initial=0))
    # Vessels and nodules belong to the lung.
    return closed((air >= 1) & (air <= lungs), 8) if lungs else air


def _bone(image: sitk.Image) -> sitk.Image:
    # Half of the maximum is where a thin bone ends, however much of a voxel it fills.
    brightest = sitk.GrayscaleDilate(image, (1, 1, 1))
    dense = (image > BONE) & (2 * image > brightest) & _body(image)
    fewest = round(SMALLEST_BONE * 1000 / np.prod(image.GetSpacing()))
    return closed(pieces(dense, max(fewest, 1)) > 0, 4)


def _head(image: sitk.Image) -> sitk.Image:
    return filled(closed(largest(_bright(image)), 10))


def _brain(image: sitk.Image) -> sitk.Image:
    """Floods tissue from the middle and from outside: the waters meet where the bridges between them are thinnest."""
    head, tissue = _head(image), _bright(image)
    if volume_ml(sitk.GetArrayFromImage(head), image.GetSpacing()) < LARGEST_BRAIN:
        return head
    markers = sitk.GetImageFromArray(_brain_markers(head))
    markers.CopyInformation(image)
    basins = sitk.MorphologicalWatershedFromMarkers(depth(tissue), markers, markWatershedLine=False)
    return filled(closed(largest((basins == BRAIN) & tissue), 8))


def _brain_markers(head: sitk.Image) -> np.ndarray:
    """What is certainly brain and what is certainly not, from how the skull sits on the head."""
    inside = sitk.GetArrayFromImage(head) > 0
    width, length, height = head.GetSpacing()
    top = np.flatnonzero(inside.any((1, 2))).max()
    below_top = ((top - np.arange(len(inside))) * height)[:, None, None]
    middle = np.argwhere(inside & (below_top < CALVARIA)).mean(0)
    k, j, i = np.ogrid[tuple(slice(n) for n in inside.shape)]
    squares = ((k - middle[0]) * height) ** 2 + ((j - middle[1]) * length) ** 2 + ((i - middle[2]) * width) ** 2
    deep = sitk.GetArrayFromImage(shrunk(head, SCALP)) > 0
    markers = np.where(squares < CERTAIN_BRAIN**2, BRAIN, 0).astype(np.uint8)
    markers[~(deep & (below_top < CRANIUM))] = REST
    return markers


def _bright(image: sitk.Image) -> sitk.Image:
    return complement(sitk.OtsuThreshold(image))


PRESETS = {
    "lung": Preset("ct", _lung),
    "bone": Preset("ct", _bone),
    "body": Preset("ct", _body),
    "brain": Preset("mr", _brain),
    "head": Preset("mr", _head),
}
