"""What kind of volume a file holds, by its name or its first bytes."""

from __future__ import annotations

import re
from pathlib import Path

SUFFIXES = {
    ".nrrd": "nrrd", ".nhdr": "nrrd", ".nii": "nifti", ".nii.gz": "nifti", ".mha": "meta", ".mhd": "meta",
    ".dcm": "dicom",
}  # fmt: skip
"""Files that can be read, and how. DICOM files without this suffix are told by their first bytes."""

_OTHER_FORMATS = {
    ".img", ".hdr", ".mgz", ".mgh", ".mnc", ".mnc2", ".rec", ".par", ".head", ".brik", ".vti", ".vtk", ".gipl", ".pic",
    ".npy", ".npz", ".mat", ".h5", ".hdf5", ".hdf", ".raw", ".ima", ".spr", ".lsm", ".ics", ".ids", ".zarr", ".mrb",
    ".mrml", ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".7z", ".rar",
}  # fmt: skip
"""Files that may hold volumes all the same, in formats that aren't read, or packed."""
_PACKED = re.compile(r"\.(gz|bz2|xz|zst|z|lz4)$")
_DICOM_FIRST = re.compile(
    # The file's meta group or the group of identification, its first element: with a VR (explicit) or a length.
    rb"[\x02\x08]\x00[\x00-\x20]\x00([A-Z]{2}|[\x02-\x40]\x00\x00\x00)",
    re.DOTALL,
)


def suffix_of(path: Path) -> str:
    """Return the suffix of a file in lower case, `.nii.gz` as one."""
    name = path.name.lower()
    return ".nii.gz" if name.endswith(".nii.gz") else Path(name).suffix


def kind_of(path: Path) -> str | None:
    """nifti, nrrd, meta or dicom; None for what can't be read."""
    suffix = suffix_of(path)
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    return "dicom" if other_format(path) in ("", ".ima") and _is_dicom(path) else None


def other_format(path: Path) -> str:
    """The suffix of a file that may well hold volumes, but none that can be read; empty for all else."""
    name = path.name.lower()
    packed = _PACKED.search(name)
    inner = Path(name[: packed.start()]).suffix if packed else Path(name).suffix
    if not packed:
        return inner if inner in _OTHER_FORMATS else ""
    return inner + packed[0] if inner in _OTHER_FORMATS or inner in SUFFIXES else ""


def _is_dicom(path: Path) -> bool:
    """Whether a file begins as DICOM does, with its preamble or without."""
    if path.name.upper() == "DICOMDIR":
        return False
    try:
        with path.open("rb") as file:
            start = file.read(132)
    except OSError:
        return False
    return start[128:] == b"DICM" or (len(start) == 132 and bool(_DICOM_FIRST.match(start)))
