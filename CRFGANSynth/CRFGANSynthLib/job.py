"""A worker: `python -m crfgan ...` in a process of its own, so that Slicer stays alive whatever happens there."""

import shutil
import sys
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

MODULE_FOLDER = Path(__file__).parent.parent
LONGEST_MESSAGE = 2000


class Job:
    """One command of the core, its events, and its end.

    Args:
        arguments: of the command `crfgan`, without --events and --stop-file.
        folder: existing folder for the request to stop.
        onEvent: called with each event, a dictionary (see crfgan/events.py).
        onFinished: called once with this job when it has ended in whatever way.
    """

    def __init__(self, arguments, folder, onEvent=None, onFinished=None):
        self.arguments, self.onEvent, self.onFinished = [str(each) for each in arguments], onEvent, onFinished
        self.stopFile = Path(folder) / "stop"
        self.error = ""
        self.stopped = False
        self.lastEvent = {}
        self._pending, self._messages = b"", b""
        self._ended, self._killed = False, False
        self.process = qt.QProcess()
        self.process.setWorkingDirectory(str(MODULE_FOLDER))
        self.process.connect("readyReadStandardOutput()", self._readEvents)
        self.process.connect("readyReadStandardError()", self._readMessages)
        self.process.connect("finished(int,QProcess::ExitStatus)", self._onFinished)
        self.process.connect("errorOccurred(QProcess::ProcessError)", self._onError)

    def start(self):
        """Start the worker."""
        self.stopFile.unlink(missing_ok=True)
        # PythonSlicer sets up Slicer's Python; elsewhere this Python is the one.
        python = shutil.which("PythonSlicer") or sys.executable
        arguments = ["-m", "crfgan", *self.arguments, "--events", "--stop-file", str(self.stopFile)]
        self.process.start(python, arguments)

    @property
    def running(self):
        """Whether the worker is still at work."""
        return not self._ended

    @property
    def succeeded(self):
        """Whether the worker came to the end of its task."""
        return self._ended and not self.error and not self.stopped

    def stop(self):
        """Ask the worker to save its state and end; it does after the step it is at."""
        if self.running:
            self.stopFile.touch()

    def kill(self):
        """End the worker at once; what it saved before stays."""
        # PythonSlicer is a launcher: killed alone it leaves the worker behind, which then finds the request to stop.
        self.stop()
        self._killed = True
        self.process.kill()
        self.process.waitForFinished(5000)

    def wait(self):
        """Return when the worker has ended; Slicer's own events are handled meanwhile."""
        while self.running:
            self.process.waitForFinished(50)
            slicer.app.processEvents()

    def _readEvents(self):
        from crfgan.events import from_line

        self._pending += bytes(self.process.readAllStandardOutput().data())
        *lines, self._pending = self._pending.split(b"\n")
        for line in lines:
            event = from_line(line.decode(errors="replace"))
            if event is not None:
                self._handle(event)

    def _handle(self, event):
        from crfgan import __version__

        self.lastEvent = event
        if event["event"] == "started" and event["version"] != __version__:
            self.error = _("crfgan {other} answered, but this module is {own}. Remove the other one.").format(
                other=event["version"], own=__version__
            )
            self.kill()
        elif event["event"] == "failed":
            self.error = event["reason"]
        elif event["event"] == "stopped":
            self.stopped = True
        if self.onEvent is not None:
            self.onEvent(event)

    def _readMessages(self):
        self._messages = (self._messages + bytes(self.process.readAllStandardError().data()))[-LONGEST_MESSAGE:]

    def _onError(self, error):
        if error == qt.QProcess.FailedToStart:
            self.error = _("Python could not be started. Check that Slicer is installed completely.")
            self._end()

    def _onFinished(self, exitCode, exitStatus):
        self._readEvents()
        self._readMessages()
        if exitCode != 0 and not self.error and not self.stopped:
            self.error = self._explain(exitCode, exitStatus)
        self._end()

    def _explain(self, exitCode, exitStatus):
        if b"ModuleNotFoundError" in self._messages:
            return _("A Python package is missing. Press Install, then try again.")
        if exitStatus == qt.QProcess.CrashExit:
            return _("The work was ended from outside, or memory ran out. What was saved is kept and can be resumed.")
        print(self._messages.decode(errors="replace"), file=sys.stderr)  # for the developer, in Slicer's log
        return _("The work ended unexpectedly ({code}). What was saved is kept; see the log.").format(code=exitCode)

    def _end(self):
        if self._ended:
            return
        self._ended = True
        if not self._killed:
            self.stopFile.unlink(missing_ok=True)
        if self.onFinished is not None:
            self.onFinished(self)
