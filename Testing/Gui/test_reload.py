"""Reload, in a process of its own: what it takes anew would not fit what other tests hold."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RELOAD = """
import json, sys
sys.path.insert(0, {testing!r})
import SlicerStandIns
SlicerStandIns.start()
import numpy as np
import slicer
module = SlicerStandIns.load_module({module!r})
widget = SlicerStandIns.create_widget(module)
names = ("CRFGANSynth", "CRFGANSynthLib.logic", "CRFGANSynthLib.panel.train_section", "crfgan", "crfgan.runs.library")
before = {{name: sys.modules[name] for name in names}}
widget.onReload()
anew = module.widgetRepresentation().self()
slicer.util.addVolumeFromArray(np.arange(20**3, dtype=np.int16).reshape(20, 20, 20), name="After")
for turn in range(10):
    slicer.app.processEvents()
anew._parameterNode.count = 4
print(json.dumps(dict(
    same=[name for name in names if sys.modules[name] is before[name]],
    another=anew is not widget,
    rows=anew.ui.volumesTable.rowCount,
    count=anew.ui.countSpinBox.value,
)), flush=True)
module.unload()
"""


@pytest.fixture(scope="module")
def reloaded(_application):
    """What another Slicer tells of its module and panel after Reload."""
    code = RELOAD.format(testing=str(ROOT / "Testing"), module=str(ROOT / "CRFGANSynth" / "CRFGANSynth.py"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_reload_takes_all_that_the_module_is_made_of_anew(reloaded):
    assert reloaded["same"] == []


def test_the_panel_works_after_reload(reloaded):
    assert reloaded["another"]
    assert (reloaded["rows"], reloaded["count"]) == (1, 4)
