"""What is missing, and the button that gets it."""

import slicer
from slicer.i18n import tr as _

from .. import dependencies


class SetupSection:
    """A line that is there only while something is missing."""

    def __init__(self, ui, onReady):
        """Args: onReady: called when what was missing may be there."""
        self.ui, self.onReady = ui, onReady
        self.ready = False
        self._installing = self._cancelled = False
        ui.installButton.connect("clicked(bool)", self.onInstall)

    def update(self):
        """Look at what is installed; installs nothing."""
        names = dependencies.missing()
        self.ready = not names
        self.ui.dependenciesFrame.visible = bool(names)
        self.ui.dependenciesLabel.text = _("To train and synthesize, install: {names}").format(names=", ".join(names))

    def onInstall(self, checked=False):
        """Install what is missing; pressed again meanwhile, leave out what hasn't begun."""
        if self._installing:
            self._cancelled = True
            self.ui.installButton.enabled = False
            return
        self._installing, self._cancelled = True, False
        self.ui.installButton.text = _("Cancel")
        self.ui.installProgressBar.visible = True
        failure = ""
        try:
            dependencies.install(self._show)
        except RuntimeError as error:
            failure = str(error)
        self._installing = False
        self.ui.installButton.text, self.ui.installButton.enabled = _("Install"), True
        self.ui.installProgressBar.visible = False
        self.onReady()
        if failure:
            self.ui.dependenciesLabel.text = failure
        elif self._cancelled and not self.ready:
            self.ui.dependenciesLabel.text = _("Cancelled. ") + self.ui.dependenciesLabel.text

    def _show(self, done, total, name):
        self.ui.installProgressBar.maximum, self.ui.installProgressBar.value = total, done
        self.ui.dependenciesLabel.text = _("Installing {name} ({number} of {total})...").format(
            name=name, number=done + 1, total=total
        )
        slicer.app.processEvents()
        return not self._cancelled
