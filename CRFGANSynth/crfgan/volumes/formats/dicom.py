"""DICOM series read: their slices in order and the geometry that these make together."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ...errors import InputError
from .dicom_header import DicomHeader, read_dicom_header
from .integrity import CHUNK, OPEN_IN_SLICER
from .memory import require_memory

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_TOLERANCE = 0.01  # of a spacing
_DENSEST, _SMALL = 2000, 1 << 24
"""Bytes of voxels that a compressed byte may stand for, and bytes of voxels that are always read."""


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice of a DICOM series, checked but for its voxels."""

    header: DicomHeader
    size: tuple[int, int]
    """Voxels along I and J."""
    position: np.ndarray
    """(3,) centre of the first voxel in LPS, mm."""
    axes: np.ndarray
    """(3, 2) steps from voxel to voxel along I and J in LPS, mm."""

    @property
    def path(self) -> Path:
        """The file."""
        return self.header.path

    @property
    def bytes_of_voxels(self) -> int:
        """As they are stored."""
        return _bytes_of_voxels(self.header)

    @property
    def rescaling(self) -> tuple[str, str]:
        """Slope and intercept as they are written."""
        return self.header.get("slope"), self.header.get("intercept")

    def lies_like(self, other: Slice) -> bool:
        """Whether both have one size and direction."""
        return self.size == other.size and np.allclose(self.axes, other.axes, atol=1e-4)

    def pixels_digest(self) -> bytes:
        """Tells the voxels, as they are stored, from others. Raises OSError."""
        digest = hashlib.sha256(repr(self.rescaling).encode())
        with self.path.open("rb") as file:
            file.seek(self.header.offset)
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.digest()


def slice_of(header: DicomHeader) -> Slice:
    """The slice that a file holds.

    Raises:
        InputError: it holds no single grey-scale slice, is cut short, or doesn't say where it lies.
    """
    name = header.path.name
    if header.number("samples", 1) > 1:
        raise InputError(f"{name} must hold one number a voxel, got colours. Choose a grey-scale series.")
    if header.number("frames", 1) > 1:
        raise InputError(f"{name} must hold one slice, got several frames. {OPEN_IN_SLICER}")
    _require_voxels(header)
    position, cosines, spacing = (
        _numbers(header, *value)
        for value in (
            ("position", "ImagePositionPatient", 3),
            ("cosines", "ImageOrientationPatient", 6),
            ("spacing", "PixelSpacing", 2),
        )
    )
    axes = cosines.reshape(2, 3).T * spacing[::-1]  # PixelSpacing is that of the rows, then that of the columns
    return Slice(header, (header.number("columns"), header.number("rows")), position, axes)


def in_order(slices: Sequence[Slice]) -> list[Slice]:
    """Slices of one direction along their normal."""
    normal = np.cross(*slices[0].axes.T)
    return sorted(slices, key=lambda each: normal @ each.position)


def matrix_of(slices: Sequence[Slice], name: str) -> np.ndarray:
    """Return (4, 4) IJK -> RAS in mm of evenly spaced slices in order; a tilted gantry gives a sheared one.

    Raises:
        InputError: the distances between them differ.
    """
    positions = np.array([each.position for each in slices])
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


def read_dicom(files: Sequence[Path], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the voxels (K, J, I) and (4, 4) IJK -> RAS in mm of the slices of one series, called `name`.

    Raises:
        InputError: a slice is damaged, or the slices don't make one evenly spaced grey-scale volume.
    """
    import SimpleITK as sitk  # late: it takes longer to load than all else that reads volumes

    sitk.ProcessObject.SetGlobalWarningDisplay(False)  # ITK tells most of what it does; what matters is checked here
    slices = [slice_of(read_dicom_header(path)) for path in files]
    if len(slices) == 1:
        raise InputError(
            f"{files[0].name} must be part of a 3D series, got a single 2D slice. Choose the whole series."
        )
    if not all(each.lies_like(slices[0]) for each in slices):
        raise InputError(f"{name} must have slices of one size and direction, got several. Export one series alone.")
    slices = in_order(slices)
    matrix = matrix_of(slices, name)
    require_memory(name, sum(each.bytes_of_voxels for each in slices))
    with _names_for_itk([each.path for each in slices]) as names:
        reader = sitk.ImageSeriesReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileNames(names)
        if len({each.rescaling for each in slices}) > 1:  # ITK takes the type of the first slice for all
            reader.SetOutputPixelType(sitk.sitkFloat32)
        return sitk.GetArrayFromImage(reader.Execute()), matrix


@contextmanager
def _names_for_itk(paths: Sequence[Path]) -> Iterator[list[str]]:
    """Names by which ITK can open files: one that isn't UTF-8 would end the process."""
    names = [str(path) for path in paths]
    try:
        "".join(names).encode()
    except UnicodeEncodeError:
        with TemporaryDirectory() as folder:
            links = [Path(folder, f"{number}.dcm") for number in range(len(paths))]
            for link, path in zip(links, paths, strict=True):
                os.symlink(path.absolute(), link)
            yield [str(link) for link in links]
    else:
        yield names


def _require_voxels(header: DicomHeader) -> None:
    """Raise InputError unless a file has about as many bytes as its voxels take."""
    needed = _bytes_of_voxels(header)
    found = header.path.stat().st_size - header.offset
    if header.is_packed:
        found = _SMALL + _DENSEST * found
    if found < needed:
        raise InputError(
            f"{header.path.name} must be a DICOM image, got one that is damaged or holds no image. Export it again."
        )


def _bytes_of_voxels(header: DicomHeader) -> int:
    return header.number("rows") * header.number("columns") * -(-header.number("bits", 16) // 8)


def _numbers(header: DicomHeader, key: str, name: str, count: int) -> np.ndarray:
    text = header.get(key)
    try:
        numbers = np.array([float(word) for word in text.split("\\")])
    except ValueError:
        numbers = np.array([])
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise InputError(
            f"{header.path.name} must have {count} numbers in {name}, got {text or 'none'}. Export the series again."
        )
    return numbers
