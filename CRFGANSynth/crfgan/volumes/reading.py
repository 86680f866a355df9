"""Volumes read with their true geometry, or refused in a sentence."""

from __future__ import annotations

import zlib
from pathlib import Path

import nrrd
import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from .discovery import Source
from .formats.dicom import LPS_TO_RAS, read_dicom
from .formats.integrity import OPEN_IN_SLICER, check_meta, nrrd_header
from .formats.nifti import read_nifti
from .volume import Volume

_NRRD_SPACES = {
    "left-posterior-superior": (-1, -1, 1), "lps": (-1, -1, 1), "left-anterior-superior": (-1, 1, 1), "las": (-1, 1, 1),
    "right-anterior-superior": (1, 1, 1), "ras": (1, 1, 1),
}  # fmt: skip
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
            array, matrix = read_dicom(source.files, source.name)
        else:
            array, matrix = _FILE_READERS[source.kind](source.files[0])
        return Volume(_checked_values(array, label), matrix, source.name)
    except InputError:
        raise
    except OSError as error:
        reason = error.strerror or "its data are damaged"
        raise InputError(f"{label} can't be read: {reason}. Copy or export it again.") from error
    except MemoryError as error:
        raise InputError(f"{label} must fit into memory, got more than is free. Close programs or crop it.") from error
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


def _read_nrrd(path: Path) -> tuple[np.ndarray, np.ndarray]:
    matrix = _nrrd_matrix(nrrd_header(path), path.name)
    try:
        array, _ = nrrd.read(str(path), index_order="C")
    except (nrrd.NRRDError, zlib.error, EOFError, ValueError) as error:
        raise InputError(f"{path.name} must be whole, got damaged data ({error}). Copy or export it again.") from error
    return array.reshape(array.shape[-3:]).astype(array.dtype.newbyteorder("="), copy=False), matrix


def _nrrd_matrix(header: dict, name: str) -> np.ndarray:
    """Return (4, 4) IJK -> RAS in mm."""
    signs = _NRRD_SPACES.get(header.get("space", "").lower())
    directions = np.array(header.get("space directions", ()), dtype=float)[:3]
    if signs is None or directions.shape != (3, 3):
        raise InputError(
            f"{name} must have a space (like LPS) and space directions, got none that are known. {OPEN_IN_SLICER}"
        )
    units = {unit.lower() for unit in header.get("space units", ())} - {"", "mm", "millimeter", "millimeters"}
    if units:
        raise InputError(f"{name} must have space units in mm, got {', '.join(sorted(units))}. {OPEN_IN_SLICER}")
    matrix = np.eye(4)
    matrix[:3] = np.c_[directions.T, header.get("space origin", np.zeros(3))]
    return np.diag([*signs, 1.0]) @ matrix


def _read_meta(path: Path) -> tuple[np.ndarray, np.ndarray]:
    check_meta(path)
    image = sitk.ReadImage(str(path), imageIO="MetaImageIO")
    size = image.GetDimension()
    direction = np.reshape(image.GetDirection(), (size, size))[:3, :3]
    matrix = np.eye(4)
    matrix[:3] = np.c_[direction * image.GetSpacing()[:3], image.GetOrigin()[:3]]
    array = sitk.GetArrayFromImage(image)
    return array.reshape(array.shape[-3:]), LPS_TO_RAS @ matrix


_FILE_READERS = {"nifti": read_nifti, "nrrd": _read_nrrd, "meta": _read_meta}
