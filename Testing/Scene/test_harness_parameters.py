"""The stand-ins themselves: parameters are kept as Slicer keeps them, and another process finds them in the scene."""

import importlib.util
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest

KEPT = '''
"""Parameters of every kind, and a process that says what it finds of them in a scene."""
import enum
import json
import pathlib
import sys
import typing

import slicer
from slicer.parameterNodeWrapper import parameterNodeWrapper
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic


class Mode(enum.Enum):
    FAST = "fast"
    GOOD = "good"


@parameterNodeWrapper
class Parameters:
    steps: int = 3
    weight: float = 0.5
    name: str = "none"
    fast: bool = False
    folder: pathlib.Path
    mode: Mode = Mode.GOOD
    volume: slicer.vtkMRMLScalarVolumeNode
    volumes: list[slicer.vtkMRMLScalarVolumeNode]
    labels: dict[str, str]
    shape: tuple[int, int, int] = (64, 64, 64)
    reference: typing.Optional[slicer.vtkMRMLScalarVolumeNode]
    limit: typing.Optional[int]


class KeptLogic(ScriptedLoadableModuleLogic):
    def getParameterNode(self):
        return Parameters(super().getParameterNode())


def name_of(node):
    return node.GetName() if node is not None else None


def facts():
    kept = KeptLogic().getParameterNode()
    nodes = [name_of(kept.volume), [name_of(each) for each in kept.volumes], name_of(kept.reference)]
    values = [kept.steps, kept.weight, kept.name, kept.fast, str(kept.folder), kept.mode.name]
    return [*values, *nodes, list(kept.labels.items()), list(kept.shape), kept.limit]
'''
READER = """
import json, sys
sys.path[:0] = [{testing!r}, {folder!r}]
import SlicerStandIns
SlicerStandIns.start()
import kept_parameters, slicer
found = []
for path in sys.argv[1:]:
    slicer.util.loadScene(path)
    found.append(kept_parameters.facts())
print(json.dumps(found))
"""


@pytest.fixture
def kept(scene, tmp_path):
    """The module above, imported in this process."""
    path = tmp_path / "kept_parameters.py"
    path.write_text(KEPT)
    spec = importlib.util.spec_from_file_location("kept_parameters", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["kept_parameters"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["kept_parameters"]


@pytest.fixture
def parameters(kept):
    return kept.KeptLogic().getParameterNode()


@pytest.fixture
def volumes(scene):
    import numpy as np
    import slicer

    voxels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    return [slicer.util.addVolumeFromArray(voxels, name=f"Volume {number}") for number in range(2)]


def read_elsewhere(folder, *paths):
    script = READER.format(testing=str(Path(__file__).parents[1]), folder=str(folder))
    command = [sys.executable, "-c", script, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_another_process_finds_the_parameters(kept, parameters, volumes, tmp_path):
    import slicer

    parameters.steps, parameters.weight, parameters.name, parameters.fast = 7, 0.1, "run & 1", True
    parameters.folder, parameters.mode = Path("/models/heads"), kept.Mode.FAST
    parameters.volume, parameters.volumes, parameters.reference = volumes[0], volumes, volumes[1]
    parameters.labels = {"b": "two", "a": "one"}
    parameters.shape, parameters.limit = (32, 64, 96), 5
    bundle, scene_file = tmp_path / "scene.mrb", tmp_path / "scene" / "scene.mrml"
    scene_file.parent.mkdir()
    for volume in volumes:
        assert slicer.util.saveNode(volume, str(scene_file.parent / f"{volume.GetName()}.nrrd"))
    assert slicer.util.saveScene(str(scene_file))
    assert slicer.util.saveScene(str(bundle))
    written = json.loads(json.dumps(kept.facts()))
    assert written[:6] == [7, 0.1, "run & 1", True, "/models/heads", "FAST"]
    assert written[6:9] == ["Volume 0", ["Volume 0", "Volume 1"], "Volume 1"]
    assert read_elsewhere(tmp_path, bundle, scene_file) == [written, written]


def test_optional_parameters_are_none_by_default(parameters, volumes):
    assert (parameters.reference, parameters.limit) == (None, None)
    parameters.reference = volumes[0]
    assert parameters.reference == volumes[0]
    parameters.reference = None
    assert parameters.reference is None


def test_dictionaries_and_lists_write_themselves_back(parameters, volumes):
    parameters.labels["Volume 0"] = "healthy"
    parameters.volumes.append(volumes[1])
    assert parameters.labels == {"Volume 0": "healthy"}
    assert parameters.volumes == [volumes[1]]
    del parameters.labels["Volume 0"]
    parameters.volumes.clear()
    assert (dict(parameters.labels), list(parameters.volumes)) == ({}, [])


def test_lists_and_dictionaries_are_as_narrow_as_slicer_s(parameters):
    with pytest.raises(NotImplementedError):
        parameters.volumes.__add__([])
    with pytest.raises(TypeError):
        parameters.labels.get("Volume 0", "unknown")


def test_names_on_the_node_are_slicer_s(parameters, volumes):
    node = parameters.parameterNode
    parameters.volumes = volumes
    parameters.labels = {"a": "one"}
    parameters.limit = 3
    names = ("volumes.len", "volumes.1", "labels.len", "labels.0.0", "labels.0.1", "limit.0", "shape.2", "fast")
    assert [node.GetParameter(name) for name in names] == ["2", "", "1", "a", "one", "3", "64", "False"]
    assert node.GetNodeReference("volumes.1") == volumes[1]
    parameters.volumes = volumes[:1]
    assert node.GetNodeReference("volumes.1") is None


def test_a_bad_element_changes_nothing(parameters, volumes):
    parameters.volumes = volumes
    with pytest.raises(TypeError):
        parameters.volumes = [volumes[0], "Volume 1"]
    assert parameters.volumes == volumes


@pytest.mark.parametrize("kind", [int | None, object, types.SimpleNamespace])
def test_types_that_slicer_does_not_keep_are_refused(slicer_app, kind):
    from slicer.parameterNodeWrapper import parameterNodeWrapper

    with pytest.raises(TypeError):
        parameterNodeWrapper(type("Parameters", (), {"__annotations__": {"value": kind}}))
