"""Volumes written whole or not at all, with the story of where they come from in the file and beside it."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import nrrd
import numpy as np
import SimpleITK as sitk

from ..errors import InputError
from ..storage.atomic import draft_folder, telling_user
from .finding.kinds import suffix_of
from .formats.integrity import NIFTI_DTYPES, NIFTI_HEADER
from .formats.meta import check_meta
from .volume import Volume

_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_NIFTI_CODES = {np.dtype(f"<{name}"): code for code, name in NIFTI_DTYPES.items()}
_LONGEST = 1000  # characters of a fact in a file's header; readers of MetaImage break on long lines


def write_volume(volume: Volume, path: Path, provenance: Mapping[str, str]) -> None:
    """Write a volume as `.nrrd`, `.nii`, `.nii.gz` or `.mha`, and `provenance` into it and into NAME.json beside it.

    Headers hold the provenance in ASCII, each fact on one line of at most 1000 characters, NIfTI only its
    "Description" cut to 79; the JSON file holds all of it. Missing folders are made.

    Raises:
        InputError: the format isn't one of these or can't hold such voxels, or the folder can't be written to or is
            full; what stood there before is left as it was.
    """
    suffix = suffix_of(path)
    if suffix not in _WRITERS:
        raise InputError(f"{path.name} must end in one of {', '.join(_WRITERS)}, got {suffix!r}. Change the name.")
    dtype = volume.array.dtype.newbyteorder("<")
    if dtype not in _NIFTI_CODES:
        raise InputError(f"{path.name} must hold whole numbers, float32 or float64, got {dtype}. Convert the voxels.")
    volume = replace(volume, array=np.ascontiguousarray(volume.array, dtype))
    facts_name = f"{path.name[: -len(suffix)]}.json"
    with telling_user(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft_folder(path.parent) as folder:
            draft, facts = folder / path.name.lower(), folder / facts_name
            _WRITERS[suffix](volume, draft, provenance)
            facts.write_text(json.dumps(dict(provenance), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(draft, path)
            os.replace(facts, path.with_name(facts_name))


def _line(text: str, longest: int = _LONGEST) -> str:
    """Return `text` as file headers can hold it: one line of ASCII."""
    return " ".join(str(text).encode("ascii", "replace").decode().split())[:longest]


def _write_nrrd(volume: Volume, path: Path, provenance: Mapping[str, str]) -> None:
    matrix = _RAS_TO_LPS @ volume.ijk_to_ras
    header = {_line(key): _line(value) for key, value in provenance.items()} | {
        "space": "left-posterior-superior",
        "space directions": matrix[:3, :3].T,
        "space origin": matrix[:3, 3],
        "kinds": ["domain"] * 3,
        "encoding": "gzip",
    }
    nrrd.write(str(path), volume.array, header, compression_level=6, index_order="C")


def _write_nifti(volume: Volume, path: Path, provenance: Mapping[str, str]) -> None:
    # Not by SimpleITK: on a full disk it leaves half a file without a word, and it straightens sheared geometry.
    header = np.zeros((), NIFTI_HEADER.newbyteorder("<"))
    header["sizeof_hdr"], header["magic"], header["vox_offset"] = 348, b"n+1", 352
    header["dim"] = [3, *volume.shape[::-1], 1, 1, 1, 1]
    header["datatype"] = _NIFTI_CODES[volume.array.dtype]
    header["bitpix"] = 8 * volume.array.itemsize
    header["pixdim"] = [1, *volume.spacing, 0, 0, 0, 0]
    header["scl_slope"], header["xyzt_units"], header["sform_code"] = 1, 2, 1
    header["srow"] = volume.ijk_to_ras[:3]
    header["descrip"] = _line(provenance.get("Description", ""), 79).encode()
    with gzip.open(path, "wb", compresslevel=6) if path.suffix == ".gz" else path.open("wb") as file:
        file.write(header.tobytes() + bytes(4))  # no extensions
        file.write(volume.array.data)


def _write_meta(volume: Volume, path: Path, provenance: Mapping[str, str]) -> None:
    matrix = _RAS_TO_LPS @ volume.ijk_to_ras
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.spacing.tolist())
    image.SetDirection((matrix[:3, :3] / volume.spacing).ravel().tolist())
    image.SetOrigin(matrix[:3, 3].tolist())
    for key, value in provenance.items():
        image.SetMetaData(_line(key), _line(value))
    try:
        sitk.WriteImage(image, str(path), useCompression=True)
        check_meta(path)
    except (RuntimeError, InputError) as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("Reason: ")
        raise OSError(reason) from error


_WRITERS = {".nrrd": _write_nrrd, ".nii": _write_nifti, ".nii.gz": _write_nifti, ".mha": _write_meta}
