"""A path edit that tells of a path once it is complete: by itself it tells of every letter that is typed."""


class TypedPath:
    """Calls `onPath(text)` when a typed path is finished, by Enter or by leaving the edit, and when one is chosen."""

    def __init__(self, edit, onPath):
        self.edit, self.onPath = edit, onPath
        self._isByHand = self._isUnfinished = False
        line = edit.comboBox().lineEdit()
        line.connect("textEdited(QString)", self._onTyped)
        line.connect("editingFinished()", self._onFinished)
        edit.connect("currentPathChanged(QString)", self._onChanged)

    def show(self, text):
        """Show a path that comes from elsewhere; not in the midst of typing."""
        if not self._isUnfinished and self.edit.currentPath != text:
            wasBlocked = self.edit.blockSignals(True)
            self.edit.currentPath = text
            self.edit.blockSignals(wasBlocked)

    def _onTyped(self, text):
        # Comes before the change that it is about.
        self._isByHand = True

    def _onChanged(self, text):
        self._isUnfinished, self._isByHand = self._isByHand, False
        if not self._isUnfinished:
            self.onPath(text)

    def _onFinished(self):
        if self._isUnfinished:
            self._isUnfinished = False
            self.onPath(self.edit.currentPath)
