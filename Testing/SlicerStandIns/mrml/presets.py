"""Volume rendering presets under the names of Slicer's, since its presets.xml is not in the wheel.

The transfer functions are this project's own: points of (value, opacity) and (value, colour), in Hounsfield units for
CT and, for MR, in parts of the window that is shown (0 black, 1 white).
"""

import os

import slicer
import vtk

BONE = ((0.55, 0.25, 0.15), (0.88, 0.60, 0.29), (1.0, 0.94, 0.86), (1.0, 1.0, 1.0))
GREY = ((0.0, 0.0, 0.0), (0.45, 0.33, 0.28), (0.86, 0.77, 0.70), (1.0, 1.0, 1.0))
SKIN = ((0.30, 0.10, 0.08), (0.76, 0.45, 0.36), (0.95, 0.85, 0.72), (1.0, 1.0, 1.0))
LUNG = ((0.15, 0.25, 0.45), (0.55, 0.70, 0.85), (0.85, 0.45, 0.40), (1.0, 0.95, 0.85))
PRESETS = {
    "CT-Bone": ((150.0, 300.0, 700.0, 1500.0), (0.0, 0.25, 0.72, 0.85), BONE),
    "CT-Bones": ((150.0, 280.0, 700.0, 1500.0), (0.0, 0.19, 0.20, 0.20), BONE),
    "CT-Chest-Contrast-Enhanced": ((40.0, 140.0, 260.0, 900.0), (0.0, 0.15, 0.60, 0.80), BONE),
    "CT-Soft-Tissue": ((-160.0, 20.0, 80.0, 400.0), (0.0, 0.10, 0.45, 0.80), SKIN),
    "CT-Lung": ((-950.0, -750.0, -500.0, 200.0), (0.0, 0.04, 0.12, 0.55), LUNG),
    "MR-Default": ((0.20, 0.45, 0.75, 1.10), (0.0, 0.10, 0.55, 0.85), GREY),
    "MR-T2-Brain": ((0.25, 0.55, 0.80, 1.10), (0.0, 0.08, 0.40, 0.80), GREY),
}
MR_WINDOW = (0.0, 256.0)


def fill_property(node, name: str, window=MR_WINDOW):
    """Sets the transfer functions of a vtkMRMLVolumePropertyNode; an MR preset is stretched over the window."""
    values, opacities, colors = PRESETS[name]
    if name.startswith("MR"):
        values = [window[0] + value * (window[1] - window[0]) for value in values]
    opacity, color = vtk.vtkPiecewiseFunction(), vtk.vtkColorTransferFunction()
    for value, alpha, rgb in zip(values, opacities, colors, strict=True):
        opacity.AddPoint(value, alpha)
        color.AddRGBPoint(value, *rgb)
    node.SetScalarOpacity(opacity, 0)
    node.SetColor(color, 0)
    shading = node.GetVolumeProperty()
    shading.SetInterpolationTypeToLinear()
    shading.ShadeOn()
    shading.SetAmbient(0.2)
    shading.SetDiffuse(0.9)
    shading.SetSpecular(0.15)
    shading.SetSpecularPower(8.0)
    return node


def add_presets(logic, folder: str) -> None:
    """Gives vtkSlicerVolumeRenderingLogic a share folder with an empty presets.xml, then the presets above."""
    slicer.vtkMRMLScene().Commit(os.path.join(folder, "presets.xml"))
    logic.SetModuleShareDirectory(folder)
    for name in PRESETS:
        preset = fill_property(slicer.vtkMRMLVolumePropertyNode(), name)
        preset.SetName(name)
        logic.AddPreset(preset)


def suited_to(volume_node) -> str:
    """The preset for a volume whose modality nobody said: air below -500 means CT."""
    low, high = volume_node.GetImageData().GetScalarRange()
    return "CT-Bone" if low < -500 and high > 500 else "MR-Default"
