"""Draws the catalogue's screenshots: the real panel beside Slicer's own views, while training and after synthesis.

Uses the model that `make demo` left in demo/; the panel trains on phantoms for a moment for the first picture.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "Resources" / "Screenshots"
MODEL = ROOT / "demo" / "model.safetensors"
PANEL_WIDTH = 460
sys.path.insert(0, str(ROOT / "Testing"))


def compose(module, node, path: Path, folder: Path) -> None:
    """The panel as it stands now beside the four-up view of a volume."""
    from SlicerStandIns import views

    panel, four_up = folder / "panel.png", folder / "four_up.png"
    views.grab_panel(module.widgetRepresentation(), str(panel), width=PANEL_WIDTH)
    views.render_four_up(str(four_up), node, title=node.GetName(), volume_rendering_preset="MR-Default")
    views.compose_application(str(path), str(panel), str(four_up), title="CRFGAN Synth")
    print(path)


def wait_for(panel, kind: str) -> None:
    """Let the worker go on until it has told of an event of this kind."""
    import slicer

    seen = []
    handle = panel.job.onEvent
    panel.job.onEvent = lambda event: (seen.append(event["event"]), handle(event))
    while kind not in seen and panel.job.running:
        slicer.app.processEvents()
        time.sleep(0.01)


def show_training(module, panel, folder: Path) -> None:
    """Two dozen phantoms checked, a run under way."""
    import qt
    import slicer
    from crfgan.phantoms import make_head

    for seed in range(24):
        image = make_head(seed, (64, 64, 64)).image
        node = slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name=f"Head {seed + 1:02d}")
        panel.ui.inputVolumesSelector.setCheckState(node, qt.Qt.Checked)
    panel._parameterNode.runFolder = folder / "run"
    panel.ui.trainButton.click()
    wait_for(panel, "preview")
    compose(module, node, SCREENSHOTS / "train.png", folder)
    panel.ui.stopButton.click()
    panel.job.wait()


def show_synthesis(module, panel, folder: Path) -> None:
    """Three new volumes in the scene, made by the demo's model."""
    import slicer

    panel._parameterNode.modelPath = MODEL
    panel._parameterNode.seed = 7
    panel.ui.previewLabel.visible = False
    panel.ui.synthesizeButton.click()
    panel.job.wait()
    node = slicer.util.getNode("synthetic_seed7_000")
    compose(module, node, SCREENSHOTS / "synthesize.png", folder)


def main() -> None:
    if not MODEL.exists():
        raise SystemExit("demo/model.safetensors is missing: run `make demo` first.")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    import SlicerStandIns

    SlicerStandIns.start()
    module = SlicerStandIns.load_module(str(ROOT / "CRFGANSynth" / "CRFGANSynth.py"))
    panel = SlicerStandIns.create_widget(module)
    with tempfile.TemporaryDirectory() as folder:
        show_training(module, panel, Path(folder))
        show_synthesis(module, panel, Path(folder))


if __name__ == "__main__":
    main()
