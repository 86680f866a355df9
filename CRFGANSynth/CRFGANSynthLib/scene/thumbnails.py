"""Small pictures of volumes for lists: the middle axial plane."""

import tempfile
from pathlib import Path

import numpy as np
import qt
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk

SIDE = 40
"""Pixels, before the scaling of high-resolution screens."""


def middlePlane(node):
    """The axial plane through the middle of a volume, anterior up and the patient's right on the left, as uint8."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    directions = slicer.util.arrayFromVTKMatrix(matrix)[:3, :3]
    directions = directions / np.linalg.norm(directions, axis=0)
    array = slicer.util.arrayFromVolume(node)
    # Axes of the array are K, J, I: which of them runs along superior, anterior, right?
    superior, anterior, right = _assign(np.abs(directions[:, ::-1]))
    array = array.transpose(superior, anterior, right)
    plane = array[array.shape[0] // 2]
    signs = directions[:, ::-1]
    plane = plane if signs[1, anterior] < 0 else plane[::-1]
    plane = plane if signs[0, right] < 0 else plane[:, ::-1]
    step = max(1, max(plane.shape) // (4 * SIDE))
    plane = plane[::step, ::step].astype(np.float32)
    low, high = np.percentile(plane[np.isfinite(plane)], (1, 99.5)) if np.isfinite(plane).any() else (0, 1)
    return np.uint8(np.clip((np.nan_to_num(plane) - low) / max(high - low, 1e-6), 0, 1) * 255)


def _assign(weights):
    """Array axes along superior, anterior, right; each is given once."""
    right = int(np.argmax(weights[0]))
    anterior = max((axis for axis in range(3) if axis != right), key=lambda axis: weights[1, axis])
    return 3 - right - anterior, anterior, right


def icon(node):
    """The thumbnail of a volume node as an icon; an empty one where there is nothing to see."""
    plane = middlePlane(node)
    image = vtk.vtkImageData()
    image.SetDimensions(plane.shape[1], plane.shape[0], 1)
    # VTK counts rows from the bottom.
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(plane[::-1]).ravel(), deep=True))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "plane.png"))
        writer = vtk.vtkPNGWriter()
        writer.SetInputData(image)
        writer.SetFileName(path)
        writer.Write()
        return iconFromFile(path)


def iconFromFile(path):
    """A picture file as a square icon."""
    pixmap = qt.QPixmap(str(path))
    if pixmap.isNull():
        return qt.QIcon()
    return qt.QIcon(pixmap.scaled(4 * SIDE, 4 * SIDE, qt.Qt.KeepAspectRatio, qt.Qt.SmoothTransformation))
