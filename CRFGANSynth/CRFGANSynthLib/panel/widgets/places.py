"""Where runs, models and results are kept: one preference, shown wherever it matters."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ... import preferences
from .typed_path import TypedPath


class PlaceChooser:
    """Path edits that all show and change the one preference."""

    def __init__(self, edits, onChange):
        self.onChange = onChange
        self.edits = [TypedPath(edit, self._onChosen) for edit in edits]
        self._show()

    def _show(self):
        for edit in self.edits:
            edit.show(str(preferences.dataFolder()))

    def _onChosen(self, text):
        """Take a folder that is there or can be made; an empty text stands for the usual one."""
        folder = Path(text)
        if text and not (folder.is_absolute() and (folder.is_dir() or folder.parent.is_dir())):
            sentence = _("{folder} can't be the place: choose a folder that is there, or a new one within it.")
            slicer.util.errorDisplay(sentence.format(folder=text))
        elif not text or folder != preferences.dataFolder():
            preferences.setDataFolder(text)
            self.onChange()
        self._show()
