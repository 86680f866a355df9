"""What every test of the panel needs: the panel opened anew, volumes in its scene, no job left behind."""

from pathlib import Path

import pytest
from panel_driver import PanelDriver
from warm_worker import warm_worker

MODULE = Path(__file__).parents[2] / "CRFGANSynth" / "CRFGANSynth.py"


@pytest.fixture
def slicer(slicer_app):
    """Slicer's Python package, once the stand-ins are in it."""
    import slicer

    return slicer


@pytest.fixture
def self_test(load):
    """The self-test of what is installed: made before, and nothing was damaged."""
    load(MODULE)
    from CRFGANSynthLib.packages.self_test import theSelfTest

    theSelfTest().forget()
    theSelfTest().problems = {}
    return theSelfTest()


@pytest.fixture
def widget(open_panel, slicer, self_test, tmp_path):
    """The panel's Python widget, keeping its runs in a folder of the test."""
    slicer.app.userSettings().setValue("CRFGANSynth/dataFolder", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    widget = open_panel(MODULE)
    widget.logic.makeWorker = warm_worker()
    queue = widget.jobs.queue
    yield widget
    for job in queue.waiting:
        job.stop()
    for job in queue.running:
        job.kill()
        job.wait()
    queue.jobs.clear()


@pytest.fixture
def own_python(widget):
    """Workers are started as they are in Slicer, in a Python of their own."""
    from CRFGANSynthLib.jobs.worker import WorkerProcess

    widget.logic.makeWorker = WorkerProcess


@pytest.fixture
def panel(widget):
    return PanelDriver(widget)


@pytest.fixture
def heads(panel, scene, slicer):
    """Three head phantoms as volume nodes."""
    from crfgan.phantoms import make_head

    images = [make_head(seed, (32, 32, 32)).image for seed in range(3)]
    return [slicer.util.addVolumeFromArray(i.array, i.ijk_to_ras, name=f"Head {n}") for n, i in enumerate(images)]
