"""What `make demo` leaves: its scene opens in another process with everything in place."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder of a short demo, made by the very script."""
    out = tmp_path_factory.mktemp("demo") / "demo"
    command = [sys.executable, ROOT / "tools" / "demo.py", "--out", out, "--volumes", "3", "--iterations", "3"]
    command += ["--count", "2", "--held-out", "5"]
    finished = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr
    assert "Traceback" not in finished.stderr
    return out


def test_everything_promised_is_there(slicer_app, demo):
    from SlicerStandIns.environment import missing_for_pictures

    expected = {"volumes", "run", "report", "scene.mrb", "contact_sheet.png", "losses.png", "model.safetensors"}
    if not missing_for_pictures():
        expected.add("four_up.png")
    assert {path.name for path in demo.iterdir()} == expected
    assert len(list((demo / "volumes").glob("*.nrrd"))) == 2
    report = json.loads((demo / "report" / "report.json").read_text())
    assert len(report["memorisation"]["pairs"]) == report["synthetic"]["count"] == 5


def test_the_scene_reloads_with_geometry_provenance_and_folder(slicer_app, scene, demo):
    import slicer
    from crfgan.runs.model_file import read_card
    from crfgan.volumes.discovery import find_volumes
    from crfgan.volumes.reading import read_volume

    slicer.util.loadScene(str(demo / "scene.mrb"))
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    folder = hierarchy.GetItemByName("Synthetic volumes")
    assert folder
    spacing = read_card(demo / "model.safetensors")["grid"]["spacing"][::-1]
    for source in find_volumes([demo / "volumes"]):
        node = slicer.util.getNode(source.name)
        written = read_volume(source)
        facts = json.loads((demo / "volumes" / f"{source.name}.json").read_text())
        assert np.array_equal(slicer.util.arrayFromVolume(node), written.array)
        assert np.allclose(slicer.util.arrayFromVTKMatrix(ijk_to_ras(node)), written.ijk_to_ras, atol=1e-6)
        assert np.allclose(node.GetSpacing(), spacing, atol=1e-6)
        assert {name: node.GetAttribute(f"CRFGANSynth.{name}") for name in facts} == facts
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == folder


def ijk_to_ras(node):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix
