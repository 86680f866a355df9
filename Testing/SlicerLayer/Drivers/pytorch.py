"""PyTorch: its extension installed without a restart that nobody asked for, and a damaged PyTorch found by itself."""

import os
import tempfile
from pathlib import Path

from drive import app, pump, slicer, step, until
from opened_panel import ui, widget

asked, restarts = [], []
slicer.util.confirmYesNoDisplay = lambda text, *arguments, **settings: (asked.append(text), False)[1]
slicer.util.restart = lambda: restarts.append(True)


def try_out():
    until(lambda: widget.packages.selfTest.problems is not None, 60)
    pump(3)
    assert widget.packages.ready and ui.dependenciesFrame.isHidden(), ui.dependenciesLabel.text


def find_damage():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "torch").mkdir()
        Path(folder, "torch", "__init__.py").write_text("raise OSError('[WinError 126] c10.dll')", encoding="utf-8")
        os.environ["PYTHONPATH"] = folder
        widget.packages.selfTest.forget()
        widget.updateReady()
        until(lambda: widget.packages.selfTest.problems is not None, 60)
        del os.environ["PYTHONPATH"]
    assert not widget.packages.ready
    assert not ui.installButton.isHidden()
    return ui.dependenciesLabel.text


def install_extension():
    ui.installButton.click()
    manager = app.extensionsManagerModel()
    assert manager.installed == ["PyTorch"] and manager.restarted == 0 and manager.interactive, vars(manager)
    assert restarts == []
    return asked, ui.dependenciesLabel.text


def keep_the_scene():
    import numpy as np

    asked.clear()
    slicer.util.addVolumeFromArray(np.zeros((8, 8, 8)), name="Unsaved")
    ui.installButton.click()
    assert asked == [] and restarts == []
    return ui.dependenciesLabel.text


for each in (try_out, find_damage, install_extension, keep_the_scene):
    step(each.__name__, each)
