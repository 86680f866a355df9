"""A 3D image and where it lies in the body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError

_FLATTEST = 1e-6  # volume of the axes' unit cell below which three axes no longer span space


@dataclass(frozen=True, eq=False)
class Volume:
    """A 3D image with its geometry; raises InputError where either is unusable."""

    array: np.ndarray
    """Voxels, shape (D, H, W): axes K, J, I."""
    ijk_to_ras: np.ndarray
    """(4, 4) float64: from voxel indices (I, J, K) to patient coordinates (R, A, S) in mm."""
    name: str = ""
    """What people call it; error messages and output files use it."""
    remark: str = ""
    """What was read of its file in another way than it may seem, a clause for people; empty for nothing."""

    def __post_init__(self):
        matrix = np.array(self.ijk_to_ras, dtype=np.float64)
        object.__setattr__(self, "ijk_to_ras", matrix)
        label = self.name or "The volume"
        if self.array.ndim != 3 or 0 in self.array.shape:
            size = " x ".join(map(str, self.array.shape[::-1]))
            raise InputError(f"{label} must be one 3D volume, got {self.array.ndim}D ({size}). Choose a 3D image.")
        if not _is_geometry(matrix):
            raise InputError(
                f"{label} must have a finite geometry with three different axes, got {matrix.tolist()}. "
                "Correct the spacing and directions in its header, or export it again."
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Size in voxels in the order of the array: K, J, I."""
        return self.array.shape

    @property
    def spacing(self) -> np.ndarray:
        """(3,) distance in mm between neighbouring voxels along I, J, K."""
        return np.linalg.norm(self.ijk_to_ras[:3, :3], axis=0)

    def center_ras(self) -> np.ndarray:
        """(3,) position (R, A, S) in mm of the middle of the volume."""
        middle_ijk = (np.array(self.shape[::-1]) - 1) / 2
        return self.ijk_to_ras[:3, :3] @ middle_ijk + self.ijk_to_ras[:3, 3]


def _is_geometry(matrix: np.ndarray) -> bool:
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or matrix[3].tolist() != [0, 0, 0, 1]:
        return False
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    return bool((spacing > 0).all() and abs(np.linalg.det(matrix[:3, :3] / spacing)) > _FLATTEST)
