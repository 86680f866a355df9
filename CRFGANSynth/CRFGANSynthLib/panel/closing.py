"""A training isn't lost, and isn't kept secret, when the scene or Slicer is closed."""

import qt
import slicer
from slicer.i18n import tr as _

from ..jobs.queue import theQueue

STOP, LEAVE, CANCEL = "stop", "leave", "cancel"


def ask(canCancel):
    """What to do with the trainings that are at work; STOP without a question where there is nobody to ask."""
    if slicer.app.testingEnabled():
        return STOP
    box = qt.QMessageBox(slicer.util.mainWindow())
    box.setIcon(qt.QMessageBox.Question)
    box.setWindowTitle(_("A training is at work"))
    box.setText(_("A training is at work. It can be stopped, which saves what was learned, or go on by itself."))
    stop = box.addButton(_("Stop and save"), qt.QMessageBox.AcceptRole)
    leave = box.addButton(_("Leave it running"), qt.QMessageBox.DestructiveRole)
    if canCancel:
        box.addButton(qt.QMessageBox.Cancel)
    box.exec_()
    clicked = box.clickedButton()
    return STOP if clicked == stop else LEAVE if clicked == leave else CANCEL


def settle(canCancel):
    """Ask what becomes of a training at work, and do as told; returns whether to go on with closing.

    Whatever else works or waits needs the scene that is about to go, and ends without a question.
    """
    queue = theQueue()
    trainings = [job for job in queue.running if job.isTraining]
    answer = ask(canCancel) if trainings else STOP
    if answer == CANCEL:
        return False
    kept = trainings if answer == LEAVE else []
    for job in queue.waiting + queue.running:
        if job not in kept:
            job.stop()
    return True


class CloseFilter(qt.QWidget):
    """Asks before Slicer's main window closes."""

    def eventFilter(self, watched, event):
        """True keeps the window open."""
        if event.type() == qt.QEvent.Close and not settle(canCancel=True):
            event.ignore()
            return True
        return False
