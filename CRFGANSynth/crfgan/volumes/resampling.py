"""Resampling between voxel grids, with smoothing where voxels get larger."""

from __future__ import annotations

import numpy as np


def resample(
    array: np.ndarray, source_from_target: np.ndarray, shape: tuple[int, int, int], background: float
) -> np.ndarray:
    """Linear resampling of (D, H, W) to `shape`.

    Args:
        source_from_target: affine (4, 4) from IJK indices of the result to IJK indices of `array`.
        background: value outside of `array`.
    """
    # Imported here: reading a configuration or a model's card needs no image library.
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.ascontiguousarray(array, dtype=np.float32))
    voxels = np.linalg.norm(source_from_target[:3, :3], axis=1)
    # The Gaussian that takes a point sample of one voxel to one of `voxels` voxels keeps fine texture from aliasing.
    variance = np.maximum(voxels**2 - 1, 0) / 4
    if variance.max() > 0.01:
        image = sitk.DiscreteGaussian(image, variance.tolist(), 32, 0.01, False)
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(source_from_target[:3, :3].ravel().tolist())
    transform.SetTranslation(source_from_target[:3, 3].tolist())
    identity = np.eye(3).ravel().tolist()
    size = [int(n) for n in reversed(shape)]
    resampled = sitk.Resample(
        image, size, transform, sitk.sitkLinear, [0.0] * 3, [1.0] * 3, identity, background, sitk.sitkFloat32
    )
    return sitk.GetArrayFromImage(resampled)
