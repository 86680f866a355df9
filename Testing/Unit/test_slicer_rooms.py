"""The floor plan of the Slicer layer and of the stand-ins for Slicer (docs/adr/0021), and how long files may be."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "CRFGANSynth"
LAYER = MODULE / "CRFGANSynthLib"
STAND_INS = ROOT / "Testing" / "SlicerStandIns"
FILES = [MODULE / "CRFGANSynth.py", *sorted(LAYER.rglob("*.py"))]
MOST_FILES, MOST_LINES, MOST_OF_A_FUNCTION = 10, 300, 40
NAMED_OUTSIDE = (
    "comparison", "comparison_layout", "job", "nodes", "preferences", "sample_data", "segmentations", "views",
    "panel.closing",
)  # fmt: skip
"""Files of the Slicer layer that scripts and users outside of the repository import by their names."""
ENTRANCES = {
    "PyTorchUtils", "SampleData", "ScriptedLoadableModule", "app", "collapsing", "core_io", "ctk", "ctk_collapsible",
    "ctk_group_box", "ctk_path_line_edit", "ctk_slider_widget", "environment", "harness", "i18n", "layout", "modules",
    "observed_values", "packaging", "parameterNodeWrapper", "parameter_validators", "pytest_plugin", "qmrml", "testing",
}  # fmt: skip
"""Files that stand in the entrance: the comparison with Slicer's interface reads them by their names."""


def rooms(folder):
    return sorted({path.parent for path in folder.rglob("*.py")})


def files(room):
    return {path.stem for path in room.glob("*.py")} - {"__init__"}


def name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", [*rooms(LAYER), *(room for room in rooms(STAND_INS) if room != STAND_INS)], ids=name)
def test_a_room_holds_few_files_and_nothing_is_loaded_by_entering_it(room):
    assert len(files(room)) <= MOST_FILES
    assert (room / "__init__.py").read_text(encoding="utf-8") == ""


def test_the_entrance_of_the_stand_ins_holds_only_what_is_read_there_by_name():
    assert files(STAND_INS) == ENTRANCES


@pytest.mark.parametrize("named", NAMED_OUTSIDE)
def test_files_that_are_named_outside_stay_where_they_are(named):
    assert LAYER.joinpath(*named.split(".")).with_suffix(".py").is_file()
    assert f"`{named}`" in (ROOT / "docs" / "adr" / "0021-rooms.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_and_no_function_of_the_slicer_layer_is_long(path):
    source = path.read_text(encoding="utf-8")
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in functions}
    assert len(source.splitlines()) <= MOST_LINES
    assert {each: lines for each, lines in lengths.items() if lines > MOST_OF_A_FUNCTION} == {}
