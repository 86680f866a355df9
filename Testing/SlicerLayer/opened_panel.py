"""The panel, opened over Slicer's own Python files as a user would, with a folder of its own for runs: for drivers."""

from pathlib import Path

from drive import OUT, app, load

module = load()
app.startupCompleted.emit()
representation = module.widgetRepresentation()
representation.enter()
widget = representation.self()
ui = widget.ui

from CRFGANSynthLib import preferences  # noqa: E402  (Slicer makes it importable when it loads the module)

Path(OUT, "data").mkdir()
preferences.setDataFolder(OUT + "/data")
