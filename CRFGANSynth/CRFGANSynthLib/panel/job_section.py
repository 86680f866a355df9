"""What is at work: how far it is, how to pause, stop and go on, and what waits."""

import qt
import slicer
from slicer.i18n import tr as _

from ..job import FAILED, FINISHED, PAUSED, RUNNING, STOPPED
from ..jobs.queue import theQueue
from ..scene.live_view import LiveView
from . import sentences, status

REDRAW_MS = 100
"""The widgets change at most so often, however many events come in."""
MOST_NOTES = 3


class JobSection:
    """Shows the queue's current job, or the run that the scene was last used for."""

    def __init__(self, ui, logic, onEnded):
        """Args: onEnded: called as onEnded(job) when a job has ended."""
        self.ui, self.logic, self.onEnded, self.parameters = ui, logic, onEnded, None
        self.queue = theQueue()
        self.live, self.notes, self.evaluations = {}, {}, {}
        self._run = None
        self._redraw = qt.QTimer()
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.connect("timeout()", self.show)
        self.queue.eventObservers.append(self.onEvents)
        self.queue.stateObservers.append(self.onState)
        ui.pauseButton.connect("clicked(bool)", self.onPause)
        ui.stopButton.connect("clicked(bool)", self.onStop)
        ui.resumeButton.connect("clicked(bool)", self.onResume)
        ui.logButton.connect("clicked(bool)", self.onLog)
        ui.curvesButton.connect("clicked(bool)", self.onCurves)
        ui.removeWaitingButton.connect("clicked(bool)", self.onRemoveWaiting)

    def close(self):
        """Follow the queue no longer."""
        self._redraw.stop()
        self.queue.eventObservers.remove(self.onEvents)
        self.queue.stateObservers.remove(self.onState)

    def forgetEnded(self):
        """Keep nothing of jobs that have ended, the volumes that they made least of all."""
        self.queue.forgetEnded()
        for told in (self.live, self.notes, self.evaluations):
            for job in set(told) - set(self.queue.jobs):
                del told[job]

    def setParameterNode(self, parameters):
        """Show the run that a scene was last used for; one that is at work is watched again."""
        self.parameters = parameters
        self._run = None
        if parameters is not None and not sentences.isUnset(parameters.run):
            self._run = self._readRun(parameters.run)
        self.show()

    def watchRuns(self):
        """Find workers that went on while Slicer was closed."""
        for run in self.logic.runs():
            if run.running:
                self.logic.watch(run.folder)
        self.show()

    def _readRun(self, folder):
        from crfgan.errors import InputError
        from crfgan.runs.library import read_run

        try:
            run = read_run(folder)
        except InputError:
            return None
        if run.running:
            self.logic.watch(folder)
        return run

    # What comes in.

    def onEvents(self, job, events):
        """A job has something to say."""
        notes = self.notes.setdefault(job, [])
        for event in events:
            if event["event"] == "skipped":
                reason = sentences.inPanel(event["reason"])
                notes.append(_("Left out {name}: {reason}").format(name=event["name"], reason=reason))
            elif event["event"] == "device" and event["reason"]:
                notes.append(_("On {name}: {reason}.").format(name=event["name"], reason=event["reason"]))
            elif event["event"] == "evaluated":
                self.evaluations[job] = event
        if job.isTraining:
            self._live(job).onEvents(events)
        self._showSoon()

    def onState(self, job):
        """A job has begun, rests, goes on or has ended."""
        if job.isTraining and job.state in (RUNNING, PAUSED, FINISHED, STOPPED, FAILED):
            self._live(job).draw()
        if job.ended:
            self._onEnded(job)
        self._showSoon()

    def _showSoon(self):
        if not self._redraw.active:
            self._redraw.start()

    def _live(self, job):
        if job not in self.live:
            self.live[job] = LiveView(job, layout=self.parameters is not None and self.parameters.showLive)
        return self.live[job]

    def _onEnded(self, job):
        if self.parameters is not None and job.folder == self.parameters.run:
            self._run = self._readRun(job.folder)
        self.onEnded(job)

    # What is shown.

    def show(self):
        """Bring the widgets up to date."""
        job, ui = self.queue.current, self.ui
        waiting = self.queue.waiting
        run = self._run if job is None and self._run is not None and self._run.resumable else None
        ui.jobFrame.visible = job is not None or run is not None or bool(waiting)
        ui.waitingFrame.visible = bool(waiting)
        ui.waitingList.clear()
        for each in waiting:
            ui.waitingList.addItem(each.title)
        if job is not None:
            self._showJob(job)
        elif run is not None:
            self._showRun(run)

    def _showJob(self, job):
        ui = self.ui
        ui.jobTitleLabel.text = job.title
        busy = job.running and not job.total
        ui.progressBar.maximum = 0 if busy else max(job.total, 1)
        ui.progressBar.value = job.done if job.state != FINISHED else max(job.total, 1)
        notes = self.notes.get(job, [])
        more = [_("... and {count} more; see the log.").format(count=len(notes) - MOST_NOTES)]
        improvement = [status.ofImprovement(self.evaluations[job])] if job in self.evaluations else []
        lines = [status.of(job), *improvement, *notes[:MOST_NOTES], *(more if len(notes) > MOST_NOTES else [])]
        ui.statusLabel.text = "\n".join(lines)
        ui.pauseButton.visible = job.canPause and job.running
        ui.pauseButton.enabled = job.state in (RUNNING, PAUSED) and not job.note
        ui.pauseButton.text = _("Continue") if job.state == PAUSED else _("Pause")
        ui.stopButton.visible = job.running
        ui.stopButton.enabled = not job.note
        ui.stopButton.text = _("Stop and save") if job.isTraining else _("Stop")
        self._showResume(self._readRun(job.folder) if job.isTraining and job.ended else None)
        ui.logButton.visible = job.worker.messages.exists()
        ui.curvesButton.visible = job in self.live and self.live[job].curves.chart is not None

    def _showRun(self, run):
        ui = self.ui
        ui.jobTitleLabel.text = _("Training {name}").format(name=run.name)
        ui.progressBar.maximum, ui.progressBar.value = max(run.total, 1), run.step
        ui.statusLabel.text = _("Stopped after step {step} of {total}. It can be resumed.").format(
            step=run.step, total=run.total
        )
        for button in (ui.pauseButton, ui.stopButton, ui.logButton, ui.curvesButton):
            button.visible = False
        self._showResume(run)

    def _showResume(self, run):
        self.ui.resumeButton.visible = run is not None and run.resumable
        if run is not None:
            self.ui.resumeButton.text, self.ui.resumeButton.toolTip = resumeTexts(run)

    # What the user does.

    def onPause(self, checked=False):
        """Pause, or go on."""
        job = self.queue.current
        if job.state == PAUSED:
            job.resume()
        else:
            job.pause()

    def onStop(self, checked=False):
        """Save and end."""
        self.queue.current.stop()

    def onResume(self, checked=False):
        """Go on with the run that is shown."""
        job = self.queue.current
        folder = job.folder if job is not None else self._run.folder
        self.resume(folder)

    def resume(self, folder):
        """Go on with a run; one that has finished goes on for as many steps again."""
        from crfgan.runs.library import read_run

        with slicer.util.tryWithErrorDisplay(_("The training can't be resumed."), waitCursor=True):
            run = read_run(folder)
            self.logic.startResuming(folder, iterations=2 * run.total if run.finished else None)
            self.parameters.run = folder

    def onLog(self, checked=False):
        """Open what the work has written."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self.queue.current.worker.messages)))

    def onCurves(self, checked=False):
        """Show the curves again."""
        self.live[self.queue.current].showCurves()

    def onRemoveWaiting(self, checked=False):
        """Take the chosen job out of the line."""
        row = self.ui.waitingList.currentRow
        if 0 <= row < len(self.queue.waiting):
            self.queue.waiting[row].stop()


def resumeTexts(run):
    """What the button to go on with a run says, and what it explains."""
    if run.finished:
        return _("Train longer"), _("Go on for as many steps again")
    return _("&Resume"), _("Go on where the training stopped")
