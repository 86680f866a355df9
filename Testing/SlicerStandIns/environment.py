"""What this machine has: asked before anything heavy is imported, so that tests skip by name."""

import functools
import importlib.util
import os
import subprocess
import sys

NEEDED = {
    "slicer_core": "slicer-core, the real MRML classes, is not installed (pip install -e '.[test]')",
    "PySide6": "PySide6, the real Qt widgets, is not installed (pip install -e '.[test]')",
}
NO_EGL = "EGL, which draws the views without a screen, does not work here (Debian: apt install libegl1 libgl1-mesa-dri)"
DRAWS = """
import vtk
window = vtk.vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(8, 8)
window.Render()
raise SystemExit(0 if window.IsA("vtkEGLRenderWindow") and window.SupportsOpenGL() else 1)
"""


def prepare() -> None:
    """Sets what Qt, PySide6 and VTK read once, when they are imported."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    # PythonQt's enumerations are ints: IntEnum (0x02), reachable from their class without scope (0x04).
    os.environ.setdefault("PYSIDE6_OPTION_PYTHON_ENUM", "0x06")


def missing() -> str | None:
    """A sentence naming what the scene and the widgets lack here, or None."""
    return next((why for package, why in NEEDED.items() if importlib.util.find_spec(package) is None), None)


@functools.cache
def missing_for_pictures() -> str | None:
    """A sentence naming what the views lack here, or None: tried in a child, which a bad driver may kill."""
    lacking = missing()
    if lacking:
        return lacking
    prepare()
    probe = subprocess.run([sys.executable, "-c", DRAWS], capture_output=True, timeout=120)
    return None if probe.returncode == 0 else NO_EGL
