"""Where runs, models and results are kept: one preference, shown wherever it matters."""

from pathlib import Path

from .. import preferences


class PlaceChooser:
    """Path edits that all show and change the one preference."""

    def __init__(self, edits, onChange):
        self.edits, self.onChange = edits, onChange
        self._show()
        for edit in edits:
            edit.connect("currentPathChanged(QString)", self._onChosen)

    def _show(self):
        for edit in self.edits:
            wasBlocked = edit.blockSignals(True)
            edit.currentPath = str(preferences.dataFolder())
            edit.blockSignals(wasBlocked)

    def _onChosen(self, path):
        # Half-typed paths come by as well.
        if Path(path).is_dir() and Path(path) != preferences.dataFolder():
            preferences.setDataFolder(path)
            self._show()
            self.onChange()
