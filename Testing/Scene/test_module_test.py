"""The module's own test class, run as Slicer runs it."""

from pathlib import Path

MODULE = Path(__file__).parents[2] / "CRFGANSynth" / "CRFGANSynth.py"


def test_reload_and_test_passes(load, scene):
    import SlicerStandIns

    SlicerStandIns.run_module_test(load(MODULE))
