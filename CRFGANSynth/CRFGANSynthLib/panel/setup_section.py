"""What is missing or damaged, and the button that gets it."""

import slicer
from slicer.i18n import tr as _

from ..job import FAILED
from ..packages import dependencies
from ..packages.self_test import theSelfTest


class SetupSection:
    """A line that is there only while something is missing, damaged, or not yet tried out."""

    def __init__(self, ui, logic, onReady):
        """Args: onReady: called when it may have changed whether work can begin."""
        self.ui, self.logic, self.onReady = ui, logic, onReady
        self.ready = False
        self.selfTest = theSelfTest()
        self.selfTest.listeners.append(onReady)
        self._installing = self._cancelled = False
        ui.installButton.connect("clicked(bool)", self.onInstall)

    def close(self):
        """Ask for nothing more."""
        self.selfTest.listeners.remove(self.onReady)

    def update(self):
        """Look at what is installed, and have it tried out once; installs nothing."""
        names = dependencies.missing()
        if not names:
            self.selfTest.begin(self.logic)
        damaged = list(self.selfTest.problems or ())
        self.ready = not names and not damaged
        self.ui.dependenciesLabel.text = self._text(names, damaged)
        self.ui.dependenciesFrame.visible = bool(self.ui.dependenciesLabel.text)
        self.ui.installButton.visible = bool(names or damaged)

    def _text(self, names, damaged):
        """What there is to say; empty if nothing is."""
        if names:
            return _("To train and synthesize, install: {names}").format(names=", ".join(names))
        if damaged:
            text = _("Installed but damaged: {names}. Press Install to get that anew.")
            return text.format(names=", ".join(damaged))
        if self.selfTest.isUnderWay:
            return _("Trying out what is installed...")
        return self.selfTest.failure

    def onEnded(self, job):
        """Work that failed may have failed for a package, whether it could say so or not."""
        if job.damagedPackage:
            self.selfTest.blame(job.damagedPackage, job.error)
        elif job.state == FAILED:
            self.selfTest.forget()

    def onInstall(self, checked=False):
        """Install what is missing; pressed again meanwhile, leave out what hasn't begun."""
        if self._installing:
            self._cancelled = True
            self.ui.installButton.enabled = False
            return
        self._installing, self._cancelled = True, False
        self.ui.installButton.text = _("Cancel")
        self.ui.installProgressBar.visible = True
        failure = None
        try:
            dependencies.install(self._show, list(self.selfTest.problems or ()))
        except dependencies.InstallationError as error:
            failure = error
        finally:
            self._installing = False
            self.ui.installButton.text, self.ui.installButton.enabled = _("Install"), True
            self.ui.installProgressBar.visible = False
        self.selfTest.forget()
        self.onReady()
        self._tellEnd(failure)

    def _tellEnd(self, failure):
        if failure is not None:
            self.ui.dependenciesLabel.text = str(failure)
        elif self._cancelled and not self.ready:
            self.ui.dependenciesLabel.text = _("Cancelled. ") + self.ui.dependenciesLabel.text
        if isinstance(failure, dependencies.RestartNeeded):
            offerRestart()

    def _show(self, done, total, name):
        self.ui.installProgressBar.maximum, self.ui.installProgressBar.value = total, done
        self.ui.dependenciesLabel.text = _("Installing {name} ({number} of {total})...").format(
            name=name, number=done + 1, total=total
        )
        slicer.app.processEvents()
        return not self._cancelled


def offerRestart():
    """Restart Slicer if the user agrees; nothing is offered where a scene would be lost, or where nobody is asked."""
    if slicer.app.testingEnabled() or slicer.mrmlScene.GetStorableNodesModifiedSinceRead():
        return
    if slicer.util.confirmYesNoDisplay(_("PyTorch can be installed after a restart. Restart Slicer now?")):
        slicer.util.restart()
