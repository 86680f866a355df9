"""What the voxels of one volume give away: label maps, padding, a missing intercept, phases, and which volume it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

SAMPLE = 1 << 18
"""Voxels, spread evenly, that are enough for a first look."""
FEW_VALUES = 16
"""Whole values up to which a volume is a label map for certain: no scan has so few."""
MOST_LABELS = 256
"""Whole values beyond which it is none."""
SOLID, SOLID_VALUES = 0.4, 0.5
"""Of label maps with more values, half and more fill places of their own: they have themselves for neighbour in two of
five cases. Of scans at most one value in twenty does, the background."""
APART = 0.15
"""And where neighbours differ they do so by such a share of all values; in real scans by 0.09, which may have been
enlarged without smoothing, and in label maps of heads, chests and whole bodies by 0.25 and more."""
PADDED = 0.001
"""Share of voxels from which on a value that no tissue has is padding."""
LOWEST_HU = -1100
"""Hounsfield units below which nothing is measured."""
PADDING_VALUES = 3
"""Different values that padding may have."""
PADDING_GAP = 2.0
"""How far from all others padding is where units are arbitrary, in ranges of the others."""
INTERCEPT = -1024
"""The rescale intercept of most CT scanners."""
SOFT_TISSUE = 0.55
"""Share of tissue near water from which on raw values are taken for those of CT: scans of chests come to 0.65 and more,
MRI, scaled to where it is most alike, to 0.49."""
PHASE_BIN = 0.02
"""Share of voxels that each sixteenth of the range has in a phase map: its noise is even."""


@dataclass(frozen=True)
class Padding:
    """Voxels that a scanner didn't measure, filled with a value that nothing has."""

    value: float
    """The most frequent one."""
    low: float
    high: float
    """Padding is from `low` to `high`."""
    share: float
    """Of all voxels."""
    fill: float
    """What is taken instead: air, or the darkest that is measured."""


@dataclass(frozen=True)
class Evidence:
    """What was found out of the voxels of a canonical volume."""

    identity: str
    """The same for two volumes with the same voxels, whatever format, type and name."""
    shape: tuple[int, int, int]
    """Voxels (D, H, W)."""
    values: int
    """How many different whole values there are; 0 for many, or others."""
    is_label_map: bool
    """Whether they lie as labels do."""
    may_be_label_map: bool
    """Whether they would, if its name says so, too."""
    looks_like_ct: bool
    """Whether values are Hounsfield units."""
    lacks_intercept: bool
    """Whether they look like Hounsfield units with 1024 added."""
    is_phase: bool
    padding: Padding | None = None


def examine(array: np.ndarray) -> Evidence:
    """Look at the voxels (D, H, W) of a canonical volume."""
    padding = find_padding(array)
    measured = sample_of(array)
    if padding:
        measured = measured[(measured < padding.low) | (measured > padding.high)]
    values, solid = _labels(array)
    is_few = 0 < values <= FEW_VALUES
    return Evidence(
        identity_of(array),
        array.shape,
        values,
        is_few or solid >= SOLID_VALUES,
        is_few or solid >= SOLID_VALUES / 2 or _are_shares(measured),
        looks_like_ct(measured),
        lacks_intercept(measured),
        _is_phase(measured),
        padding,
    )


def identity_of(array: np.ndarray) -> str:
    """A hash of the voxels (D, H, W), the same for each type that holds them."""
    digest = hashlib.blake2b(repr(array.shape).encode(), digest_size=16)
    for plane in array:
        digest.update(np.ascontiguousarray(plane, "<f4").data)
    return digest.hexdigest()


def sample_of(array: np.ndarray) -> np.ndarray:
    """Some voxels, evenly spread; all of a small volume."""
    step = max(1, round((array.size / SAMPLE) ** (1 / 3)))
    return array[::step, ::step, ::step].ravel()


def looks_like_ct(values: np.ndarray) -> bool:
    """Whether values are Hounsfield units: much air near -1000, and tissue above water."""
    if not values.size or values.min() >= -500 or values.max() <= 0:
        return False  # as most that are none, in a moment
    low, high = np.percentile(values, (2, 99.8))
    return bool(-4000 < low < -500 and 0 < high < 4000)


def lacks_intercept(values: np.ndarray) -> bool:
    """Whether values look like Hounsfield units with 1024 added: air near 0, and most tissue near water at 1024."""
    if not values.size or values.min() < INTERCEPT / 2 or not looks_like_ct(values.astype(np.float32) + INTERCEPT):
        return False
    tissue = values[values > 300]
    soft = np.count_nonzero(np.abs(tissue.astype(np.float32) + INTERCEPT) < 150)
    return bool(np.percentile(values, 2) < 200 and tissue.size and soft >= SOFT_TISSUE * tissue.size)


def find_padding(array: np.ndarray) -> Padding | None:
    """The value that fills what a scanner didn't measure, None where there is none."""
    return _below_all_tissue(array) or _far_from_all_others(array)


def _below_all_tissue(array: np.ndarray) -> Padding | None:
    """Padding of CT: a few values that no tissue can have."""
    if array.min() >= LOWEST_HU:
        return None
    is_low = array < LOWEST_HU
    values, counts = np.unique(array[is_low], return_counts=True)
    share = is_low.sum() / array.size
    if len(values) > PADDING_VALUES or share < PADDED or not looks_like_ct(sample_of(array)[~sample_of(is_low)]):
        return None
    most = float(values[counts.argmax()])
    return Padding(most, float(values[0]), float(values[-1]), float(share), float(INTERCEPT))


def _far_from_all_others(array: np.ndarray) -> Padding | None:
    """Padding of arbitrary units: one value at an end, much further from all others than these are from one another."""
    for value in (array.min(), array.max()):
        is_value = array == value
        share = np.count_nonzero(is_value) / array.size
        if not PADDED <= share < 1:
            continue
        others = array[~is_value]
        darkest, brightest = np.percentile(others, (0, 99.8)) if value < others[0] else np.percentile(others, (0, 100))
        gap = float(darkest) - float(value) if value < darkest else float(value) - float(brightest)
        if gap > PADDING_GAP * max(float(brightest) - float(darkest), 1e-6) and darkest < brightest:
            return Padding(float(value), float(value), float(value), float(share), float(darkest))
    return None


def _labels(array: np.ndarray) -> tuple[int, float]:
    """How many whole values there are, and the share of them that fill places of their own, 0 if they are graded."""
    for voxels in (sample_of(array), array):
        values = _different(voxels)
        if len(values) > MOST_LABELS or (values != np.round(values)).any():
            return 0, 0.0
    planes = array[:: max(1, array.size // (8 * SAMPLE))]
    ranks = np.searchsorted(values, planes)
    seen, same, apart, unlike = np.zeros(len(values)), np.zeros(len(values)), 0, 0
    for axis in (1, 2):
        first, second = np.moveaxis(ranks, axis, 0)[:-1], np.moveaxis(ranks, axis, 0)[1:]
        seen += np.bincount(first.ravel(), minlength=len(values))
        same += np.bincount(first[first == second], minlength=len(values))
        apart, unlike = apart + np.abs(first - second).sum(), unlike + np.count_nonzero(first != second)
    is_graded = apart < APART * len(values) * unlike
    return len(values), 0.0 if is_graded else float((same[seen > 0] >= SOLID * seen[seen > 0]).mean())


def _different(array: np.ndarray) -> np.ndarray:
    """All values that there are; counted where that is quicker than sorting."""
    if array.dtype.kind in "iu" and (low := int(array.min())) + (1 << 16) > int(array.max()):
        return np.flatnonzero(np.bincount(array.ravel().astype(np.int64) - low)) + low
    return np.unique(array)


def _are_shares(values: np.ndarray) -> bool:
    """Whether values are from 0 to 1, as those of a mask with soft edges."""
    return bool(values.size and values.min() == 0 and 0.5 < values.max() <= 1)


def _is_phase(values: np.ndarray) -> bool:
    """Whether values are as many below 0 as above, and everywhere in their range, as phases are."""
    if not values.size:
        return False
    low, high = float(values.min()), float(values.max())
    if low >= 0 or abs(low + high) > 0.02 * (high - low):
        return False
    counts, _ = np.histogram(values, 16, (low, high))
    return bool((counts >= PHASE_BIN * values.size).all())
