"""Volumes as DICOM series, for tests that begin with what a scanner has written."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk


def write_series(folder: Path, array: np.ndarray, uid: str, spacing: float = 6.0) -> Path:
    """Write whole numbers (D, H, W) as a CT series of cubic voxels, a slice a file; returns the folder."""
    folder.mkdir(parents=True)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    writer.SetImageIO("GDCMImageIO")
    for number, plane in enumerate(array.astype(np.int16)):
        image = sitk.GetImageFromArray(plane[None])
        image.SetSpacing([spacing] * 3)
        image.SetOrigin([0.0, 0.0, spacing * number])
        place = "\\".join(map(str, image.GetOrigin()))
        tags = {"0008|0060": "CT", "0020|000e": uid, "0020|000d": "1.2", "0008|0018": f"{uid}.{number + 1}"}
        for key, value in {**tags, "0020|0032": place, "0020|0037": "1\\0\\0\\0\\1\\0"}.items():
            image.SetMetaData(key, value)
        writer.SetFileName(str(folder / f"{number:03d}.dcm"))
        writer.Execute(image)
    return folder


def write_slice(path: Path, pixels: np.ndarray, position, series: str | None, preamble: bool = True, **tags) -> Path:
    """Write one axial slice (J, I) of int16 by hand, so that a tag may be wrong or missing; returns its path.

    Args:
        tags: by names of `_TAGS`; None leaves one out.
    """
    step = 6.0
    values = {
        "kind": "1.2.840.10008.5.1.4.1.1.2", "instance": f"{series or 1.2}.{path.stem}", "modality": "CT",
        "patient": "drawn", "study": "1.2.999", "series": series, "series_number": "3", "position": _words(position),
        "cosines": _words((1, 0, 0, 0, 1, 0)), "samples": 1, "photometric": "MONOCHROME2", "rows": pixels.shape[0],
        "columns": pixels.shape[1], "spacing": _words((step, step)), "allocated": 16, "stored": 16, "high": 15,
        "signed": 1, "intercept": "0", "slope": "1",
    } | tags  # fmt: skip
    meta = _element((2, 2), b"UI", values["kind"]) + _element((2, 3), b"UI", values["instance"])
    meta += _element((2, 0x10), b"UI", "1.2.840.10008.1.2.1")
    body = b"".join(_element(*_TAGS[name], values[name]) for name in _TAGS if values.get(name) is not None)
    body += _element((0x7FE0, 0x10), b"OW", pixels.astype("<i2").tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    start = bytes(128) + b"DICM" if preamble else b""
    path.write_bytes(start + _element((2, 0), b"UL", len(meta).to_bytes(4, "little")) + meta + body)
    return path


_TAGS = {
    "image_type": ((8, 8), b"CS"), "kind": ((8, 0x16), b"UI"), "instance": ((8, 0x18), b"UI"),
    "modality": ((8, 0x60), b"CS"), "patient": ((0x10, 0x20), b"LO"), "study": ((0x20, 0xD), b"UI"),
    "series": ((0x20, 0xE), b"UI"), "series_number": ((0x20, 0x11), b"IS"), "position": ((0x20, 0x32), b"DS"),
    "cosines": ((0x20, 0x37), b"DS"), "samples": ((0x28, 2), b"US"), "photometric": ((0x28, 4), b"CS"),
    "frames": ((0x28, 8), b"IS"), "rows": ((0x28, 0x10), b"US"), "columns": ((0x28, 0x11), b"US"),
    "spacing": ((0x28, 0x30), b"DS"), "allocated": ((0x28, 0x100), b"US"), "stored": ((0x28, 0x101), b"US"),
    "high": ((0x28, 0x102), b"US"), "signed": ((0x28, 0x103), b"US"), "intercept": ((0x28, 0x1052), b"DS"),
    "slope": ((0x28, 0x1053), b"DS"),
}  # fmt: skip


def _words(values) -> str:
    return "\\".join(f"{value:g}" for value in values)


def _element(tag, kind: bytes, value) -> bytes:
    if isinstance(value, int):
        value = value.to_bytes(2, "little")
    elif isinstance(value, str):
        value = value.encode()
    value += (b"\0" if kind == b"UI" else b" ") * (len(value) % 2)
    size = bytes(2) + len(value).to_bytes(4, "little") if kind == b"OW" else len(value).to_bytes(2, "little")
    return tag[0].to_bytes(2, "little") + tag[1].to_bytes(2, "little") + kind + size + value
