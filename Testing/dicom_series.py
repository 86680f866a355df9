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
