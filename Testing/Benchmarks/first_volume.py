"""From a fresh scene to a synthetic volume in Slicer's views with a shipped model: two clicks, and what they take.

    python Testing/Benchmarks/first_volume.py

Needs slicer-core, PySide6 and Mesa's EGL. Slicer's own start isn't counted.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Testing"))


def main() -> None:
    import SlicerStandIns

    SlicerStandIns.start()
    import slicer
    from panel_driver import PanelDriver
    from SlicerStandIns.pictures import views

    module = SlicerStandIns.load_module(str(ROOT / "CRFGANSynth" / "CRFGANSynth.py"))
    with tempfile.TemporaryDirectory() as folder:
        slicer.app.userSettings().setValue("CRFGANSynth/dataFolder", folder)
        begin = time.perf_counter()
        panel = PanelDriver(SlicerStandIns.create_widget(module))
        opened = time.perf_counter()
        panel.ui.synthesizeButton.click()
        panel.wait(panel.job)
        (node,) = panel.job.nodes
        made = time.perf_counter()
        views.render_four_up(str(Path(folder, "four_up.png")), node)
        drawn = time.perf_counter()
        size = " x ".join(map(str, node.GetImageData().GetDimensions()))
        print(f"{size}: panel open {opened - begin:.1f} s, volume in the scene {made - opened:.1f} s, ", end="")
        print(f"drawn in four views {drawn - made:.1f} s; in all {drawn - begin:.1f} s")
        module.unload()


if __name__ == "__main__":
    main()
