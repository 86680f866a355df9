"""Draws the pictures of README and docs: the real panel in all its states, beside Slicer's own views.

The panel trains and synthesizes for them as a user would have it do, with real workers. Some minutes on two cores.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES, CATALOGUE = ROOT / "docs" / "pictures", ROOT / "Resources" / "Screenshots"
PANEL_WIDTH = 400
SIZE = (1500, 900)
STEPS = 200
"""Of the training that is shown: enough for a preview that looks like a head."""
COMPARED = 16
"""Volumes of each kind that are compared."""
sys.path.insert(0, str(ROOT / "Testing"))

import chromium  # noqa: E402


class Photographer:
    """The panel, and what it takes to draw it."""

    def __init__(self, data: Path):
        import SlicerStandIns

        self.application = SlicerStandIns.start()
        import slicer
        from panel_driver import PanelDriver
        from SlicerStandIns.pictures import views

        slicer.app.userSettings().setValue("CRFGANSynth/dataFolder", str(data))
        self.module = SlicerStandIns.load_module(str(ROOT / "CRFGANSynth" / "CRFGANSynth.py"))
        self.panel = PanelDriver(SlicerStandIns.create_widget(self.module))
        self.views, self.widget = views, self.module.widgetRepresentation()

    def show_only(self, *sections: str) -> None:
        """Open these sections, close the others."""
        for name in ("synthesize", "train", "compare", "manage"):
            section = getattr(self.panel.ui, f"{name}Section")
            section.collapsed = name not in sections
        self.panel.turn(0.3)

    def panel_alone(self, name: str, **options) -> None:
        """The panel as it stands now."""
        self.panel.widget.jobs.show()
        path = PICTURES / f"{name}.png"
        self.views.grab_panel(self.widget, str(path), width=PANEL_WIDTH, **options)
        print(path.relative_to(ROOT))

    def application_picture(self, name: str, node, **options) -> Path:
        """The panel beside the views."""
        self.panel.widget.jobs.show()
        path = PICTURES / f"{name}.png"
        self.views.render_application(str(path), self.widget, node, panel_width=PANEL_WIDTH, size=SIZE, **options)
        print(path.relative_to(ROOT))
        return path


def draw_sample_icons() -> None:
    """What Slicer's Sample Data module shows for the phantoms."""
    from crfgan.config import Preprocessing
    from crfgan.data.preprocessing import canonical, choose_units
    from crfgan.phantoms import make_chest, make_head
    from crfgan.volumes.pictures import middle_planes, save_picture
    from CRFGANSynthLib.sample_data import ICONS

    for kind, make in (("head", make_head), ("chest", make_chest)):
        volume = canonical(make(0, (128, 128, 128)).image)
        array = choose_units(volume, Preprocessing()).to_training(volume.array)
        _, coronal, _ = middle_planes(array, volume.spacing[::-1])
        print(save_picture(coronal, ICONS / f"{kind}_phantoms.png").relative_to(ROOT))


def show_first_use(camera: Photographer) -> None:
    """Nothing is installed; then all is, and nothing is loaded."""
    missing = camera.application.installer.missing
    missing |= {"torch", "pynrrd", "safetensors", "tensorboardX", "tqdm", "psutil", "jinja2"}
    camera.panel.widget.updateReady()
    camera.show_only("synthesize")
    camera.panel_alone("nothing-installed")
    missing.clear()
    camera.panel.widget.updateReady()
    camera.panel.until(lambda: camera.panel.widget.packages.selfTest.problems is not None)
    camera.panel_alone("ready")


def show_synthesis(camera: Photographer) -> None:
    """Two clicks: a shipped model, and Synthesize."""
    panel = camera.panel
    panel.parameters.count = 3
    panel.ui.synthesizeButton.click()
    panel.wait(panel.job)
    camera.show_only("synthesize")
    picture = camera.application_picture("synthesized", panel.job.nodes[-1])
    shutil.copy(picture, CATALOGUE / "synthesize.png")


def show_training(camera: Photographer) -> None:
    """From sample data to a model: before, at work, paused, killed, resumed, finished."""
    import slicer
    from CRFGANSynthLib import sample_data
    from CRFGANSynthLib.scene.parameters import Preset

    panel, ui = camera.panel, camera.panel.ui
    slicer.mrmlScene.Clear(0)
    sample_data.load("head", 24, 64)
    camera.show_only("train")
    panel.until(lambda: panel.widget.train.estimates)
    panel.until(lambda: all(row.icon is not None for row in panel.widget.train.volumes.rows))
    ui.checkAllButton.click()
    panel.parameters.preset, panel.parameters.iterations, panel.parameters.runName = Preset.TINY, STEPS, "heads"
    camera.panel_alone("train-ready")
    ui.trainButton.click()
    job = panel.job
    panel.until(lambda: job.done >= STEPS * 0.7)
    preview = next(n for n in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if n.GetName()[:7] == "Preview")
    picture = camera.application_picture("training", preview)
    shutil.copy(picture, CATALOGUE / "train.png")
    ui.pauseButton.click()
    panel.until(lambda: job.state == "paused")
    camera.show_only()
    camera.panel_alone("paused")
    job.kill()
    panel.wait(job)
    camera.panel_alone("failed")
    ui.resumeButton.click()
    panel.until(lambda: panel.job is not job and panel.job.ended)
    camera.show_only("synthesize")
    camera.panel_alone("finished")
    camera.show_only("manage")
    camera.panel_alone("manage")


def show_comparison(camera: Photographer) -> None:
    """Chests of the shipped model beside phantoms that it never saw, and the report."""
    import slicer
    from CRFGANSynthLib import sample_data

    panel, ui = camera.panel, camera.panel.ui
    slicer.mrmlScene.Clear(0)
    sample_data.load("chest", COMPARED, 64)
    panel.parameters.model = next(model.path for model in panel.widget.logic.models() if "Chest" in model.name)
    panel.parameters.count = COMPARED
    ui.synthesizeButton.click()
    panel.wait(panel.job)
    camera.show_only("compare")
    ui.compareButton.click()
    job = panel.wait(panel.job)
    picture = camera.application_picture("compared", None)
    shutil.copy(picture, CATALOGUE / "compare.png")
    if chromium.PROGRAM:
        chromium.picture_of(job.folder / "report.html", PICTURES / "report.png", 1100, 1500)
        print("docs/pictures/report.png")
    ui.restoreViewsButton.click()


def show_themes(camera: Photographer) -> None:
    """Everything open, in dark colours, and as a screen of high density draws it."""
    camera.show_only("synthesize", "train", "compare", "manage")
    camera.panel_alone("dark", theme="dark")
    camera.show_only("synthesize")
    camera.panel_alone("high-density", scale=2)


def main() -> None:
    for folder in (PICTURES, CATALOGUE):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        camera = Photographer(Path(data))
        draw_sample_icons()
        show_first_use(camera)
        show_synthesis(camera)
        show_training(camera)
        show_comparison(camera)
        show_themes(camera)
        camera.module.unload()


if __name__ == "__main__":
    main()
