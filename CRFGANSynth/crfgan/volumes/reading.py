"""Volumes read with their true geometry, or refused in a sentence."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .discovery import Source
from .formats.dicom import read_dicom
from .formats.integrity import OPEN_IN_SLICER
from .formats.meta import read_meta
from .formats.nifti import read_nifti
from .formats.nrrd import read_nrrd
from .volume import Volume

_NOT_FINITE = 0.01  # share of NaN and infinite voxels put up with


def read_volume(source: Source) -> Volume:
    """Read a volume with its stored type of voxel and its true geometry.

    Up to 1 % of voxels that are NaN or infinite become the smallest finite value; absurd values stay as they are.

    Raises:
        InputError: the file is damaged, isn't one grey-scale 3D volume, says nothing or two things about its
            geometry, or holds nothing but one value.
    """
    label = source.label
    if source.problem:
        raise InputError(source.problem)
    try:
        if source.kind == "dicom":
            array, matrix, *remark = read_dicom(source.files, source.name)
        else:
            array, matrix, *remark = _FILE_READERS[source.kind](source.files[0])
        return Volume(_checked_values(array, label), matrix, source.name, *remark)
    except InputError:
        raise
    except OSError as error:
        reason = error.strerror or "its data are damaged"
        raise InputError(f"{label} can't be read: {reason}. Copy or export it again.") from error
    except MemoryError as error:
        raise InputError(
            f"{label} must fit into memory, got more than is free or than its header says. Close programs or crop it."
        ) from error
    except (RuntimeError, ValueError) as error:
        raise InputError(f"{label} can't be read: it is damaged or of a rare kind. {OPEN_IN_SLICER}") from error


def _checked_values(array: np.ndarray, label: str) -> np.ndarray:
    """Return the voxels with few non-finite ones filled; InputError where there are many, or nothing to see."""
    if array.dtype.kind == "f":
        finite = np.isfinite(array)
        share = 1 - np.count_nonzero(finite) / array.size
        if share > _NOT_FINITE:
            raise InputError(
                f"{label} must hold finite numbers, got NaN or infinity in {share:.1%} of its voxels. Leave it out."
            )
        if share:
            array = np.where(finite, array, array[finite].min())
    if array.min() == array.max():
        raise InputError(
            f"{label} must show something, got the same value {array.flat[0]:g} in all voxels. Leave it out."
        )
    return array


_FILE_READERS = {"nifti": read_nifti, "nrrd": read_nrrd, "meta": read_meta}
