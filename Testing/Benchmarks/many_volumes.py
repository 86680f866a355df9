"""What a scene of many volumes costs in the module's own code: python Testing/Benchmarks/many_volumes.py [--count N]

Opens the panel, opens its sections, checks all volumes, closes the scene; prints for each the seconds spent in the
module's own functions and in what they call, without the stand-ins for Slicer's widgets, and what is kept afterwards.
"""

import argparse
import cProfile
import gc
import os
import pstats
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN, STAND_INS = str(ROOT / "CRFGANSynth"), str(ROOT / "Testing" / "SlicerStandIns")


def own_seconds(profile: cProfile.Profile) -> float:
    """Seconds from each entry into the module's code to its return, less what it waited for stand-ins."""
    seconds = 0.0
    for (file, _, _), (*_, callers) in pstats.Stats(profile).stats.items():
        for (caller, _, _), (*_, cumulative) in callers.items():
            enters, leaves = file.startswith(OWN), file.startswith(STAND_INS)
            seconds += cumulative * (enters and not caller.startswith(OWN))
            seconds -= cumulative * (leaves and caller.startswith(OWN))
    return seconds


def turn(seconds: float = 0.3) -> None:
    """Let the event loop run."""
    import slicer

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.005)


def fill(count: int) -> list:
    """Put volumes into the scene; returns weak references to them and to their voxels."""
    import numpy as np
    import slicer
    import vtk

    scene, references = slicer.mrmlScene, []
    scene.StartState(scene.BatchProcessState)
    for number in range(count):
        voxels = np.full((16, 16, 16), number, np.int16)
        node = slicer.util.addVolumeFromArray(voxels, name=f"Volume {number}")
        for each in (node, node.GetImageData()):
            references.append(vtk.vtkWeakReference())
            references[-1].Set(each)
    scene.EndState(scene.BatchProcessState)
    return references


def main() -> None:
    """Print one line for each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="volumes in the scene; default: 1000")
    count = parser.parse_args().count
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT / "Testing"))
    import SlicerStandIns

    SlicerStandIns.start()
    import slicer

    module = SlicerStandIns.load_module(ROOT / "CRFGANSynth" / "CRFGANSynth.py")
    references, panel = fill(count), []
    steps = {
        "open the panel": lambda: panel.append(SlicerStandIns.create_widget(module)),
        "open Train": lambda: setattr(panel[0].ui.trainSection, "collapsed", False),
        "open Compare": lambda: setattr(panel[0].ui.compareSection, "collapsed", False),
        "check all": lambda: panel[0].train.volumes.check(True),
        "leave and come back": lambda: (module.exit(), module.enter()),
        "close the scene": lambda: slicer.mrmlScene.Clear(0),
    }
    for name, step in steps.items():
        with cProfile.Profile() as profile:
            step()
            turn()
        print(f"{name:20} {own_seconds(profile):.2f} s", flush=True)
    gc.collect()
    print(f"kept of {count} volumes: {sum(each.Get() is not None for each in references)} objects")


if __name__ == "__main__":
    main()
