"""The module over Slicer's own Python files, by drivers that do what users do; each in a process of its own.

SLICER_SRC names a folder with Slicer's sources; the layer below them, and most drivers, lie in ../shared/slicer_layer,
whose README.md says more. Without either, these tests are skipped.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LAYER = ROOT.parent / "shared" / "slicer_layer"
SOURCES = os.environ.get("SLICER_SRC")
TIMEOUT = 600
DAMAGED = {
    "raises": "raise OSError('[WinError 126] The specified module could not be found')",
    "aborts": "import os\nos.abort()",
}
SETTINGS = {
    "crf_fresh": [{}, {"TESTING": "1"}],
    "crf_leak": [{"PANEL": "1", "CHECK": "1"}],
    "crf_live": [{"ANSWER": "leave"}, {"ANSWER": "stop"}],
    "crf_many": [{"N": "150"}],
    "crf_nomain": [{"NO_MAIN_WINDOW": "1"}, {"NO_MAIN_WINDOW": "1", "TESTING": "1"}],
    "crf_test": [{"TESTING": "1"}],
    "crf_unittest": [{"TESTING": "1"}],
}
"""Circumstances in which a driver runs; others run once, with none."""

pytestmark = [
    pytest.mark.skipif(not SOURCES, reason="SLICER_SRC does not name a folder with Slicer's sources"),
    pytest.mark.skipif(not LAYER.is_dir(), reason="../shared/slicer_layer is not there"),
]


def drivers():
    """Every driver, with the circumstances in which it runs."""
    files = [*LAYER.glob("crf_*.py"), *(HERE / "Drivers").glob("*.py")]
    return [
        pytest.param(path, settings, id=" ".join([path.stem, *map("=".join, settings.items())]))
        for path in sorted(files)
        if path.stem != "crf_broken"
        for settings in SETTINGS.get(path.stem, [{}])
    ]


def run(driver, folder, **settings):
    """Run a driver to its end; returns what it printed."""
    module = ROOT / "CRFGANSynth"  # before a core that is installed: a driver may import it before the module is loaded
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(map(str, (LAYER, HERE, module))), "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(folder), "MODULE_DIR": str(module), "RUNS": str(folder / "runs"), **settings,
    }  # fmt: skip
    (folder / "runs").mkdir()
    command = [sys.executable, str(driver)]
    result = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT)
    said = result.stdout + result.stderr
    assert result.returncode == 0, said
    assert re.findall(r"(?m)^FAIL .*|^   in a slot/observer:(?:\n.+)+", result.stdout) == [], said
    return result.stdout


@pytest.mark.parametrize(("driver", "settings"), drivers())
def test_a_driver_finds_nothing(driver, settings, tmp_path):
    said = run(driver, tmp_path, **settings)
    if driver.stem == "crf_leak":
        assert re.search(r"alive after Clear: \[(None, )*None\]", said), said
    if driver.stem == "crf_many":
        assert "chosen 150" in said


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_pytorch_is_told(damage, tmp_path):
    package = tmp_path / "fake" / "torch"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(DAMAGED[damage], encoding="utf-8")
    said = run(LAYER / "crf_broken.py", tmp_path, FAKE=str(package.parent))
    assert "'state': 'failed'" in said and "'install shown': True" in said, said
