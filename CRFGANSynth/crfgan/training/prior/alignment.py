"""Training volumes brought to one shape, by registration: to a mean volume, and back.

SimpleITK does the work on a small grid: affine registration, then demons with symmetric forces (Vercauteren et al.,
NeuroImage 2009, 45(1)). The volume nearest to all others is the first to be registered to, the mean of some aligned
ones the second.

Shapes: N volumes, D H W a volume, p q r the small grid. Fields count along W, H, D, from -1 to 1 over the volume.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor

from ...metrics.features.pooling import block_mean
from ...networks.prior.prior import SIDE, moved_by, places_of

PERCENTILES = (1, 99)
"""Intensities that count as black and white, so that contrast doesn't look like shape."""
FOR_THE_MEAN = 40
"""Volumes that the mean to register to is made of, at most."""
AFFINE_STEPS, DEMONS_STEPS = 60, 60
SMOOTHNESS = 1.2
"""Standard deviation, in voxels of the small grid, of what smoothes fields."""
INVERSION_STEPS = 20


class Pose(NamedTuple):
    """How a volume and the mean lie in each other: two fields (1, 3, p, q, r)."""

    to_mean: Tensor
    """For each place of the volume, where in the mean it is found."""
    from_mean: Tensor
    """For each place of the mean, where in the volume it is found."""


def align(volumes: Sequence[np.ndarray], tell: Callable[[int, int], None]) -> list[Pose]:
    """The poses of volumes (D, H, W) in [-1, 1]; the same whatever the number of processors.

    Args:
        tell: called with how many registrations are done, and of how many.
    """
    small = np.stack([_contrast(on_small_grid(np.asarray(volume))) for volume in volumes])
    some = small[np.linspace(0, len(small) - 1, min(FOR_THE_MEAN, len(small))).round().astype(int)]
    total, mean = len(some) + len(small), _most_typical(some)
    first = _register_all(mean, some, lambda done: tell(done, total))
    aligned = [deformed(volume, pose.from_mean) for volume, pose in zip(some, first, strict=True)]
    mean = torch.stack(aligned).mean(0).numpy()
    return list(_register_all(mean, small, lambda done: tell(len(some) + done, total)))


def deformed(volume: np.ndarray, field: Tensor) -> Tensor:
    """A volume (D, H, W) with, at each place, the value that it has where the field leads."""
    x = torch.from_numpy(np.array(volume))[None, None]
    return moved_by(x, field.to(x), places_of(volume.shape, x))[0, 0]


def on_small_grid(volume: np.ndarray) -> np.ndarray:
    """A volume (D, H, W), or field (3, D, H, W), at SIDE voxels a side, by means over blocks."""
    return block_mean(volume, [n // SIDE for n in volume.shape])


def _contrast(volume: np.ndarray) -> np.ndarray:
    """From 0 to 1 between the percentiles."""
    low, high = np.percentile(volume, PERCENTILES)
    return np.clip((volume - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)


def _most_typical(volumes: np.ndarray) -> np.ndarray:
    """The volume nearest to the mean of all."""
    return volumes[np.abs(volumes - volumes.mean(axis=0)).mean(axis=(1, 2, 3)).argmin()]


def _register_all(mean: np.ndarray, volumes: Sequence[np.ndarray], tell: Callable[[int], None]) -> Iterator[Pose]:
    """The pose of each volume, several at a time; each is the work of one thread, so that threads change nothing."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            for done, pose in enumerate(pool.map(lambda volume: _register(mean, volume), volumes)):
                tell(done + 1)
                yield pose
        finally:
            pool.shutdown(cancel_futures=True)


def _register(mean: np.ndarray, volume: np.ndarray) -> Pose:
    fixed, moving = sitk.GetImageFromArray(mean), sitk.GetImageFromArray(volume)
    first = sitk.TransformToDisplacementField(_affine(fixed, moving), sitk.sitkVectorFloat64, [SIDE] * 3)
    demons = sitk.FastSymmetricForcesDemonsRegistrationFilter()
    demons.SetNumberOfThreads(1)
    demons.SetNumberOfIterations(DEMONS_STEPS)
    demons.SetStandardDeviations(SMOOTHNESS)
    from_mean = _as_field(demons.Execute(fixed, moving, first))
    return Pose(_inverse(from_mean), from_mean)


def _inverse(field: Tensor) -> Tensor:
    """The field that leads back from where a field leads, by fixed-point iteration (Chen et al., Med Phys 2008, 35)."""
    places, back = places_of(field.shape[2:], field), -field
    for _ in range(INVERSION_STEPS):
        back = -moved_by(field, back, places)
    return back


def _affine(fixed: sitk.Image, moving: sitk.Image) -> sitk.Transform:
    """By least squares of intensities, at half the resolution."""
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMeanSquares()
    method.SetOptimizerAsRegularStepGradientDescent(1.0, 1e-3, AFFINE_STEPS)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInterpolator(sitk.sitkLinear)
    method.SetShrinkFactorsPerLevel([2])
    method.SetSmoothingSigmasPerLevel([1])
    transform = sitk.AffineTransform(3)
    transform.SetCenter([(SIDE - 1) / 2] * 3)
    method.SetInitialTransform(transform)
    try:
        return method.Execute(fixed, moving)
    except RuntimeError:  # a blank volume has nothing to register
        return sitk.AffineTransform(3)


def _as_field(displacements: sitk.Image) -> Tensor:
    """Vectors in voxels of the small grid -> a field (1, 3, p, q, r)."""
    vectors = sitk.GetArrayFromImage(displacements).astype(np.float32) * np.float32(2 / SIDE)
    return torch.from_numpy(vectors).movedim(-1, 0)[None].contiguous()
