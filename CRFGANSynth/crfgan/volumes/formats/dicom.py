"""DICOM series read: their tags, their slices in order and the geometry these make together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ...errors import InputError
from .integrity import OPEN_IN_SLICER

# ITK tells most of what it does to stderr; what matters of it is checked here and in the modules that import this one.
sitk.ProcessObject.SetGlobalWarningDisplay(False)

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_TOLERANCE = 0.01  # of a spacing


@dataclass(frozen=True)
class _Slice:
    path: Path
    size: tuple[int, ...]
    position: np.ndarray
    """(3,) centre of the first voxel in LPS, mm."""
    axes: np.ndarray
    """(3, 2) steps from voxel to voxel along I and J in LPS, mm."""
    rescaling: tuple[str, str]


def series_of(path: Path) -> tuple[str, str]:
    """Return what tells the series of a DICOM file from others, and a word to name it by."""
    try:
        reader = _open_dicom(path)
    except InputError:  # told when the file is read
        return str(path), path.stem
    description = _tag(reader, "0008|103e") or _tag(reader, "0020|0011") or path.stem
    return _tag(reader, "0020|000e") or str(path), re.sub(r"[^\w.-]+", "-", description)


def read_dicom(files: Sequence[Path], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the voxels (K, J, I) and (4, 4) IJK -> RAS in mm of the slices of one series, called `name`.

    Raises:
        InputError: a slice is damaged, or the slices don't make one evenly spaced grey-scale volume.
    """
    slices = [_slice(path) for path in files]
    if len(slices) == 1:
        raise InputError(
            f"{files[0].name} must be part of a 3D series, got a single 2D slice. Choose the whole series."
        )
    first = slices[0]
    if any(s.size != first.size or not np.allclose(s.axes, first.axes, atol=1e-4) for s in slices):
        raise InputError(f"{name} must have slices of one size and direction, got several. Export one series alone.")
    slices.sort(key=lambda s: np.cross(*first.axes.T) @ s.position)
    matrix = _matrix(slices, name)
    reader = sitk.ImageSeriesReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileNames([str(s.path) for s in slices])
    if len({s.rescaling for s in slices}) > 1:  # ITK takes the type of the first slice for all
        reader.SetOutputPixelType(sitk.sitkFloat32)
    return sitk.GetArrayFromImage(reader.Execute()), matrix


def _open_dicom(path: Path) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise InputError(
            f"{path.name} must be a DICOM image, got one that is damaged or holds no image. Export it again."
        ) from error
    return reader


def _tag(reader: sitk.ImageFileReader, key: str) -> str:
    return reader.GetMetaData(key).strip() if reader.HasMetaDataKey(key) else ""


def _tag_numbers(reader: sitk.ImageFileReader, path: Path, key: str, name: str, count: int) -> np.ndarray:
    text = _tag(reader, key)
    try:
        numbers = np.array([float(word) for word in text.split("\\")])
    except ValueError:
        numbers = np.array([])
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise InputError(
            f"{path.name} must have {count} numbers in {name}, got {text or 'none'}. Export the series again."
        )
    return numbers


def _slice(path: Path) -> _Slice:
    reader = _open_dicom(path)
    if reader.GetNumberOfComponents() > 1:
        raise InputError(f"{path.name} must hold one number a voxel, got colours. Choose a grey-scale series.")
    if reader.GetSize()[2:] not in ((), (1,)):
        raise InputError(f"{path.name} must hold one slice, got several frames. {OPEN_IN_SLICER}")
    position, cosines, spacing = (
        _tag_numbers(reader, path, *tag)
        for tag in (
            ("0020|0032", "ImagePositionPatient", 3),
            ("0020|0037", "ImageOrientationPatient", 6),
            ("0028|0030", "PixelSpacing", 2),
        )
    )
    axes = cosines.reshape(2, 3).T * spacing[::-1]  # PixelSpacing is that of the rows, then that of the columns
    rescaling = (_tag(reader, "0028|1053"), _tag(reader, "0028|1052"))
    return _Slice(path, reader.GetSize()[:2], position, axes, rescaling)


def _matrix(slices: list[_Slice], name: str) -> np.ndarray:
    """Return (4, 4) IJK -> RAS in mm of evenly spaced slices in order; a tilted gantry gives a sheared one."""
    positions = np.array([s.position for s in slices])
    steps = np.diff(positions, axis=0)
    typical = np.median(steps, axis=0)
    distance = np.linalg.norm(typical)
    worst = steps[np.argmax(np.linalg.norm(steps - typical, axis=1))]
    # DICOM writes positions with 16 characters, and many makers round them to a micron.
    if np.linalg.norm(worst - typical) > _TOLERANCE * distance + 1e-3:
        raise InputError(
            f"The DICOM series {name} must have evenly spaced slices, got steps of {distance:.3g} mm and "
            f"{np.linalg.norm(worst):.3g} mm: slices are missing or doubled. Export the whole series again."
        )
    matrix = np.eye(4)
    matrix[:3] = np.c_[slices[0].axes, (positions[-1] - positions[0]) / (len(slices) - 1), positions[0]]
    return LPS_TO_RAS @ matrix
