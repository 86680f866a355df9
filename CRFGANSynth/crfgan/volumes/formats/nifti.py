"""NIfTI-1 files read: their voxels scaled as the header says, their geometry in mm."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np

from ...errors import InputError
from .integrity import OPEN_IN_SLICER, nifti_header, payload

_UNITS = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}  # to mm; 0: not said
_TOLERANCE = 0.01  # of a spacing
_ANOTHER_SPACE = 2  # code of an sform from which on it is no longer the scanner's
_MOST_SCALED = 2.0  # times that a brain is larger in a template's space; more is another unit


def read_nifti(path: Path) -> tuple[np.ndarray, np.ndarray, str]:
    """Return the voxels (K, J, I), (4, 4) IJK -> RAS in mm and a remark on that, of a `.nii` or `.nii.gz` file.

    Raises:
        InputError: the file is damaged, or its header says nothing or two things about its geometry.
    """
    # Not by SimpleITK: it straightens sheared geometry and reads broken files without a word.
    header = nifti_header(path)
    voxels = payload(path, header.offset, prod(header.shape) * header.dtype.itemsize)
    array = np.frombuffer(voxels, header.dtype).reshape(header.shape[::-1])
    array = array.astype(header.dtype.newbyteorder("="), copy=False)
    return _scaled(array, header.fields), *_matrix(header.fields, path.name)


def _scaled(array: np.ndarray, fields: np.void) -> np.ndarray:
    slope, intercept = (float(np.nan_to_num(fields[key], posinf=0, neginf=0)) for key in ("scl_slope", "scl_inter"))
    if slope == 0 or (slope, intercept) == (1, 0):  # 0, NaN (nibabel's way) and infinity say: not scaled
        return array
    kind = np.result_type(array.dtype, np.float32)
    return array.astype(kind) * kind.type(slope) + kind.type(intercept)


def _matrix(fields: np.void, name: str) -> tuple[np.ndarray, str]:
    """Return (4, 4) IJK -> RAS in mm from the sform, else the qform, and a remark where the sform leads elsewhere."""
    unit = _UNITS.get(int(fields["xyzt_units"]) & 7)
    if unit is None or (fields["sform_code"] <= 0 and fields["qform_code"] <= 0):
        lack = "its unit of length" if unit is None else "how it lies in the body (no qform, no sform)"
        raise InputError(f"{name} must tell its geometry, got a header without {lack}. {OPEN_IN_SLICER}")
    matrix, remark = np.eye(4), ""
    matrix[:3] = fields["srow"] if fields["sform_code"] > 0 else _qform(fields)
    spacing, found = fields["pixdim"][1:4], np.linalg.norm(matrix[:3, :3], axis=0)
    if _leads_to_a_template(fields, found / spacing):
        matrix[:3], found = _qform(fields), spacing
        remark = "an sform that leads to a template: the scanner's geometry is used (qform)"
    if not np.allclose(found, spacing, rtol=_TOLERANCE, atol=0):
        # The standard prefers the sform, ITK and so Slicer take the spacing from pixdim: neither is safe.
        sizes = [" x ".join(f"{value:g}" for value in values) for values in (spacing, found)]
        raise InputError(
            f"{name} must give one voxel size, got {sizes[0]} (pixdim) and {sizes[1]} (sform). {OPEN_IN_SLICER}"
        )
    matrix[:3] *= unit
    return matrix, remark


def _leads_to_a_template(fields: np.void, scale: np.ndarray) -> bool:
    """Whether the sform leads to another space and changes the size, and the qform says where a volume lies."""
    turn = fields["quatern"].astype(float)
    has_qform = fields["qform_code"] > 0 and np.isfinite(fields["qoffset"]).all() and turn @ turn <= 1 + _TOLERANCE
    if not has_qform or fields["sform_code"] < _ANOTHER_SPACE:
        return False
    changes = not np.allclose(scale, 1, rtol=_TOLERANCE, atol=0)
    return bool(changes and (scale > 1 / _MOST_SCALED).all() and (scale < _MOST_SCALED).all())


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
