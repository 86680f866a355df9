"""Volumes found in files and folders, and read with their true geometry or refused in a sentence."""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import nrrd
import numpy as np
import SimpleITK as sitk

from .errors import InputError
from .integrity import check_meta, nifti_header, nrrd_header, payload
from .volume import Volume

# ITK tells most of what it does to stderr; what matters of it is checked here.
sitk.ProcessObject.SetGlobalWarningDisplay(False)

SUFFIXES = {
    ".nrrd": "nrrd", ".nhdr": "nrrd", ".nii": "nifti", ".nii.gz": "nifti", ".mha": "meta", ".mhd": "meta",
    ".dcm": "dicom",
}  # fmt: skip
"""Files that can be read, and how. DICOM files without this suffix are told by their first bytes."""

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_NRRD_SPACES = {
    "left-posterior-superior": (-1, -1, 1), "lps": (-1, -1, 1), "left-anterior-superior": (-1, 1, 1), "las": (-1, 1, 1),
    "right-anterior-superior": (1, 1, 1), "ras": (1, 1, 1),
}  # fmt: skip
_NIFTI_UNITS = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}  # to mm; 0: not said
_TOLERANCE = 0.01  # of a spacing
_NOT_FINITE = 0.01  # share of NaN and infinite voxels put up with
_OPEN_IN_SLICER = "Open it in Slicer, check it and save it as .nrrd."


@dataclass(frozen=True)
class Source:
    """One volume waiting to be read."""

    name: str
    """Readable, and different from that of every other source found with it."""
    files: tuple[Path, ...]
    """One file, or the slices of a DICOM series."""
    kind: str
    """nifti, nrrd, meta or dicom."""


def find_volumes(paths: Iterable[Path]) -> list[Source]:
    """Find the volumes in files and in folders with all below them, in natural order and each once.

    A DICOM series is one source. Hidden files and those of other formats in folders are passed over.

    Raises:
        InputError: a path doesn't exist, or a file named by itself isn't of a format that can be read.
    """
    found = {file.resolve(): file for path in paths for file in _candidates(Path(path))}
    groups = {}
    for file in sorted(found.values(), key=_natural):
        groups.setdefault(_identity(file), []).append(file)
    names = _unique_names([_possible_names(files[0]) for files in groups.values()])
    return [Source(name, tuple(files), _kind(files[0])) for name, files in zip(names, groups.values(), strict=True)]


def read_volume(source: Source) -> Volume:
    """Read a volume with its stored type of voxel and its true geometry.

    Up to 1 % of voxels that are NaN or infinite become the smallest finite value; absurd values stay as they are.

    Raises:
        InputError: the file is damaged, isn't one grey-scale 3D volume, says nothing or two things about its
            geometry, or holds nothing but one value.
    """
    label = source.files[0].name if len(source.files) == 1 else f"The DICOM series {source.name}"
    try:
        array, matrix = _READERS[source.kind](source)
        return Volume(_checked_values(array, label), matrix, source.name)
    except InputError:
        raise
    except OSError as error:
        reason = error.strerror or "its data are damaged"
        raise InputError(f"{label} can't be read: {reason}. Copy or export it again.") from error
    except MemoryError as error:
        raise InputError(f"{label} must fit into memory, got more than is free. Close programs or crop it.") from error
    except (RuntimeError, ValueError) as error:
        raise InputError(f"{label} can't be read: it is damaged or of a rare kind. {_OPEN_IN_SLICER}") from error


def read_volumes(sources: Iterable[Source], on_skip: Callable[[Source, InputError], None]) -> Iterator[Volume]:
    """Read volumes one at a time as they are asked for; tell `on_skip` of each that can't be used, and go on."""
    for source in sources:
        try:
            volume = read_volume(source)
        except InputError as error:
            on_skip(source, error)
        else:
            yield volume


def suffix_of(path: Path) -> str:
    """Return the suffix of a file in lower case, `.nii.gz` as one."""
    name = path.name.lower()
    return ".nii.gz" if name.endswith(".nii.gz") else Path(name).suffix


def _candidates(path: Path) -> Iterator[Path]:
    if path.is_file():
        if _kind(path) is None:
            raise InputError(f"{path.name} must be one of {', '.join(SUFFIXES)}, got another format. {_OPEN_IN_SLICER}")
        yield path
    elif not path.is_dir():
        raise InputError(f"{path} must be an existing file or folder, got none of that name. Check its spelling.")
    for folder, subfolders, files in os.walk(path):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        inside = [Path(folder, name) for name in files if not name.startswith(".")]
        yield from (file for file in inside if _kind(file))


def _kind(path: Path) -> str | None:
    return SUFFIXES.get(suffix_of(path)) or ("dicom" if _is_dicom(path) else None)


def _is_dicom(path: Path) -> bool:
    if path.name.upper() == "DICOMDIR":
        return False
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _natural(path: Path) -> list[str | int]:
    return [int(part) if part.isdigit() else part.lower() for part in re.split("([0-9]+)", str(path))]


def _identity(file: Path) -> str:
    """Return what files of one volume have in common."""
    return f"{file.absolute().parent}/{_series_of(file)[0]}" if _kind(file) == "dicom" else str(file)


def _possible_names(file: Path) -> tuple[str, str, str]:
    """Return three names, ever longer, for the volume that a file is of."""
    folder = file.absolute().parent
    if _kind(file) == "dicom":
        near = f"{folder.parent.name}_{folder.name}"
        return folder.name, near, f"{near}_{_series_of(file)[1]}"
    suffix = suffix_of(file)
    name = file.name[: -len(suffix)]
    near = f"{folder.name}_{name}"
    return name, near, f"{near}_{suffix.strip('.')}"


def _unique_names(possible: list[tuple[str, str, str]]) -> list[str]:
    names = [name for name, _, _ in possible]
    for longer in (1, 2):
        count = Counter(names)
        names = [choices[longer] if count[name] > 1 else name for choices, name in zip(possible, names, strict=True)]
    taken = {}
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken[unique] = None
    return list(taken)


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


def _read_nifti(source: Source) -> tuple[np.ndarray, np.ndarray]:
    # Not by SimpleITK: it straightens sheared geometry and reads broken files without a word.
    path = source.files[0]
    header = nifti_header(path)
    voxels = payload(path, header.offset, prod(header.shape) * header.dtype.itemsize)
    array = np.frombuffer(voxels, header.dtype).reshape(header.shape[::-1])
    array = array.astype(header.dtype.newbyteorder("="), copy=False)
    return _scaled(array, header.fields), _nifti_matrix(header.fields, path.name)


def _scaled(array: np.ndarray, fields: np.void) -> np.ndarray:
    slope, intercept = (float(np.nan_to_num(fields[key], posinf=0, neginf=0)) for key in ("scl_slope", "scl_inter"))
    if slope == 0 or (slope, intercept) == (1, 0):  # 0, NaN (nibabel's way) and infinity say: not scaled
        return array
    kind = np.result_type(array.dtype, np.float32)
    return array.astype(kind) * kind.type(slope) + kind.type(intercept)


def _nifti_matrix(fields: np.void, name: str) -> np.ndarray:
    """Return (4, 4) IJK -> RAS in mm from the sform, else the qform."""
    unit = _NIFTI_UNITS.get(int(fields["xyzt_units"]) & 7)
    if unit is None or (fields["sform_code"] <= 0 and fields["qform_code"] <= 0):
        lack = "its unit of length" if unit is None else "how it lies in the body (no qform, no sform)"
        raise InputError(f"{name} must tell its geometry, got a header without {lack}. {_OPEN_IN_SLICER}")
    matrix = np.eye(4)
    matrix[:3] = fields["srow"] if fields["sform_code"] > 0 else _qform(fields)
    spacing, found = fields["pixdim"][1:4], np.linalg.norm(matrix[:3, :3], axis=0)
    if not np.allclose(found, spacing, rtol=_TOLERANCE, atol=0):
        # The standard prefers the sform, ITK and so Slicer take the spacing from pixdim: neither is safe.
        sizes = [" x ".join(f"{value:g}" for value in values) for values in (spacing, found)]
        raise InputError(
            f"{name} must give one voxel size, got {sizes[0]} (pixdim) and {sizes[1]} (sform). {_OPEN_IN_SLICER}"
        )
    matrix[:3] *= unit
    return matrix


def _qform(fields: np.void) -> np.ndarray:
    """Return (3, 4) of the quaternion form, https://nifti.nimh.nih.gov/nifti-1 method 2."""
    b, c, d = fields["quatern"].astype(float)
    rest = 1 - (b * b + c * c + d * d)
    if rest < 1e-7:  # half a turn, but for rounding
        b, c, d = np.array([b, c, d]) / np.sqrt(1 - rest)
    a = np.sqrt(max(rest, 0))
    rotation = [
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ]
    hand = -1 if fields["pixdim"][0] < 0 else 1
    return np.c_[rotation * (fields["pixdim"][1:4] * [1, 1, hand]), fields["qoffset"]]


def _read_nrrd(source: Source) -> tuple[np.ndarray, np.ndarray]:
    path = source.files[0]
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
            f"{name} must have a space (like LPS) and space directions, got none that are known. {_OPEN_IN_SLICER}"
        )
    units = {unit.lower() for unit in header.get("space units", ())} - {"", "mm", "millimeter", "millimeters"}
    if units:
        raise InputError(f"{name} must have space units in mm, got {', '.join(sorted(units))}. {_OPEN_IN_SLICER}")
    matrix = np.eye(4)
    matrix[:3] = np.c_[directions.T, header.get("space origin", np.zeros(3))]
    return np.diag([*signs, 1.0]) @ matrix


def _read_meta(source: Source) -> tuple[np.ndarray, np.ndarray]:
    path = source.files[0]
    check_meta(path)
    image = sitk.ReadImage(str(path), imageIO="MetaImageIO")
    size = image.GetDimension()
    direction = np.reshape(image.GetDirection(), (size, size))[:3, :3]
    matrix = np.eye(4)
    matrix[:3] = np.c_[direction * image.GetSpacing()[:3], image.GetOrigin()[:3]]
    array = sitk.GetArrayFromImage(image)
    return array.reshape(array.shape[-3:]), _LPS_TO_RAS @ matrix


@dataclass(frozen=True)
class _Slice:
    path: Path
    size: tuple[int, ...]
    position: np.ndarray
    """(3,) centre of the first voxel in LPS, mm."""
    axes: np.ndarray
    """(3, 2) steps from voxel to voxel along I and J in LPS, mm."""
    rescaling: tuple[str, str]


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


def _series_of(path: Path) -> tuple[str, str]:
    """Return what tells the series of a DICOM file from others, and a word to name it by."""
    try:
        reader = _open_dicom(path)
    except InputError:  # told when the file is read
        return str(path), path.stem
    description = _tag(reader, "0008|103e") or _tag(reader, "0020|0011") or path.stem
    return _tag(reader, "0020|000e") or str(path), re.sub(r"[^\w.-]+", "-", description)


def _slice(path: Path) -> _Slice:
    reader = _open_dicom(path)
    if reader.GetNumberOfComponents() > 1:
        raise InputError(f"{path.name} must hold one number a voxel, got colours. Choose a grey-scale series.")
    if reader.GetSize()[2:] not in ((), (1,)):
        raise InputError(f"{path.name} must hold one slice, got several frames. {_OPEN_IN_SLICER}")
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


def _read_dicom(source: Source) -> tuple[np.ndarray, np.ndarray]:
    slices = [_slice(path) for path in source.files]
    if len(slices) == 1:
        raise InputError(
            f"{source.files[0].name} must be part of a 3D series, got a single 2D slice. Choose the whole series."
        )
    first = slices[0]
    if any(s.size != first.size or not np.allclose(s.axes, first.axes, atol=1e-4) for s in slices):
        raise InputError(
            f"{source.name} must have slices of one size and direction, got several. Export one series alone."
        )
    slices.sort(key=lambda s: np.cross(*first.axes.T) @ s.position)
    matrix = _series_matrix(slices, source.name)
    reader = sitk.ImageSeriesReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileNames([str(s.path) for s in slices])
    if len({s.rescaling for s in slices}) > 1:  # ITK takes the type of the first slice for all
        reader.SetOutputPixelType(sitk.sitkFloat32)
    return sitk.GetArrayFromImage(reader.Execute()), matrix


def _series_matrix(slices: list[_Slice], name: str) -> np.ndarray:
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
    return _LPS_TO_RAS @ matrix


_READERS = {"nifti": _read_nifti, "nrrd": _read_nrrd, "meta": _read_meta, "dicom": _read_dicom}
