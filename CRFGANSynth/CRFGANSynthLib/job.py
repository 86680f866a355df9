"""A piece of work: one command of the core, how far it is, and how it ended. A worker does it, see jobs/worker.py."""

import sys
import time
from collections.abc import Generator
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from .jobs.failures import sentenceOf, shortened
from .jobs.worker import FOLDER_NAME, PAUSE, STOP, TURN_S, WorkerProcess

POLL_MS = 100

WAITING, PREPARING, RUNNING, PAUSED, FINISHED, STOPPED, FAILED = (
    "waiting", "preparing", "running", "paused", "finished", "stopped", "failed",
)  # fmt: skip
ENDED = (FINISHED, STOPPED, FAILED)

TRAINING, SYNTHESIS, EVALUATION, LOOK = "training", "synthesis", "evaluation", "look"
"""What a job is for; LOOK for what only looks at something."""


class Job:
    """One command of the core, its events, and its end.

    Args:
        title: what a list of jobs calls it.
        arguments: of the command `crfgan`, without those that name the worker's files; or a generator that prepares the
            work, yields (done, total) between its steps and returns them.
        folder: of the work; the worker's files go into a folder in it.
        collect: called when the job has reached its end, for `result()`.
        kind: TRAINING, SYNTHESIS, EVALUATION or LOOK.
        makeWorker: called with the folder of the worker's files; returns what has the methods of a WorkerProcess.

    `eventObservers` are called as observer(job, events) with the events, dictionaries, that came in since the last
    time; `stateObservers` as observer(job) when anything else has changed: the state, the note, or how far the
    preparation is. `damagedPackage` names the package for which the work failed.
    """

    def __init__(self, title, arguments, folder, collect=None, kind=LOOK, makeWorker=WorkerProcess):
        self.title, self.folder, self.kind = title, Path(folder), kind
        self.workerFolder = self.folder / FOLDER_NAME
        self.worker = makeWorker(self.workerFolder)
        self.state, self.error, self.note = WAITING, "", ""
        self.damagedPackage = ""
        self.done, self.total, self.secondsLeft = 0, 0, None
        self.eventObservers, self.stateObservers = [], []
        self._arguments, self._collect = arguments, collect
        self._last = ""
        self._isPolled = False
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self.poll)

    # What a console asks for.

    @property
    def running(self):
        """Whether the job has begun and not ended; a paused one has not."""
        return self.state in (PREPARING, RUNNING, PAUSED)

    @property
    def ended(self):
        """Whether nothing more will come."""
        return self.state in ENDED

    @property
    def isTraining(self):
        """Whether a run comes of it."""
        return self.kind == TRAINING

    @property
    def canPause(self):
        """Whether it can save and wait: the core can while it trains."""
        return self.isTraining

    @property
    def progress(self):
        """Share of the work that is done, 0 to 1; what comes before a training's first step isn't counted."""
        begun = self.total and not (self.isTraining and self.secondsLeft is None)
        return self.done / self.total if begun else float(self.state == FINISHED)

    def start(self):
        """Begin. Jobs of one queue are begun by it."""
        self._setState(PREPARING)
        self._timer.start()

    def attach(self):
        """Follow the worker that is at work in this job's folder since before; returns whether there is one."""
        if not self.worker.attach():
            return False
        self._setState(PAUSED if self.worker.isAsked(PAUSE) else RUNNING)
        self._timer.start()
        return True

    def pause(self):
        """Have the worker save and wait."""
        if self.state == RUNNING and self.canPause:
            self.worker.ask(PAUSE)

    def resume(self):
        """Have a paused worker go on."""
        self.worker.withdraw(PAUSE)

    def stop(self):
        """Ask the worker to save its state and end, which it does after the step it is at."""
        if self.state in (WAITING, PREPARING):
            self._end(STOPPED)
        elif self.running:
            self.note = _("Saving and stopping...")
            if not self.worker.ask(STOP):  # its folder was removed: nothing can be saved there
                self.kill()
            self._tellState()

    def cancel(self):
        """The same as `stop`: nothing that was done is lost."""
        self.stop()

    def kill(self):
        """End the worker at once; what it saved before stays."""
        self.worker.kill()

    def wait(self):
        """Return when the job has ended; Slicer's own events are handled meanwhile."""
        while not self.ended:
            self.poll()
            slicer.app.processEvents()
            time.sleep(0.01)
        return self

    def result(self):
        """Wait for the end; returns what the job was for.

        Raises:
            RuntimeError: it failed; the text is a sentence for the user.
        """
        self.wait()
        if self.error:
            raise RuntimeError(self.error)
        return self._collect() if self._collect is not None else None

    def leave(self):
        """Follow the worker no longer; it goes on by itself."""
        self._timer.stop()
        self.worker.close()

    # What happens in a turn of the timer.

    def poll(self):
        """Read what has come in; called by a timer while the job is at work."""
        # Slicer handles events while it reads a volume, the timer's among them: what comes in meanwhile waits, or
        # volumes would overtake each other and the job would end before the last one is there.
        if self._isPolled:
            return
        self._isPolled = True
        try:
            if self.state == PREPARING:
                self._prepare()
            elif self.running:
                self._follow()
        finally:
            self._isPolled = False

    def _prepare(self):
        """Take steps of the preparation for a moment; start the worker when all are done."""
        until = time.monotonic() + TURN_S
        try:
            while isinstance(self._arguments, Generator) and time.monotonic() < until:
                try:
                    self.done, self.total = next(self._arguments)
                except StopIteration as end:
                    self._arguments = end.value
            if isinstance(self._arguments, Generator):
                self._tellState()
            else:
                self.worker.start(self._arguments, self.canPause)
                self.done = self.total = 0
                self._setState(RUNNING)
        except Exception as error:
            self._fail(sentenceOf(error))

    def _follow(self):
        # Asked first: what a worker wrote before its end is there once it has ended.
        alive = self.worker.isAlive()
        events, complete = self.worker.read()
        for event in events:
            self._last = event["event"]
            getattr(self, "_on_" + self._last, self._ignore)(event)
        if events:
            _callAll(self.eventObservers, self, events)
        if complete and not alive:
            self._onEnded()

    # The worker's events.

    def _ignore(self, event):
        """Most events are for others."""

    def _on_started(self, event):
        from crfgan import __version__

        if event["version"] != __version__:
            self.error = _("crfgan {other} answered, but this module is {own}. Remove the other one.").format(
                other=event["version"], own=__version__
            )
            self.kill()

    def _on_preparing(self, event):
        self.done, self.total = event["done"], event["total"]

    _on_evaluating = _on_aligning = _on_preparing

    def _on_prepared(self, event):
        self.done = self.total = 0

    def _on_step(self, event):
        self.done, self.total, self.secondsLeft = event["step"], event["total"], event["seconds_left"]

    def _on_synthesized(self, event):
        self.done, self.total = event["index"] + 1, event["total"]

    _on_checked = _on_synthesized

    def _on_paused(self, event):
        self._setState(PAUSED)

    def _on_resumed(self, event):
        self._setState(RUNNING)

    def _on_failed(self, event):
        self.error = shortened(event["reason"], self.folder, self.folder.parent)
        self.damagedPackage = event.get("package", "")

    # The end.

    def _onEnded(self):
        done = self._last == "finished" or self.worker.hasSucceeded()
        if done and not self.error:
            self._end(FINISHED)
        elif (self._last == "stopped" or self.worker.isAsked(STOP)) and not self.error:
            self._end(STOPPED)
        else:
            self._fail(self.error or self.worker.explain())

    def _fail(self, sentence):
        self.error = sentence
        self._end(FAILED)

    def _end(self, state):
        self._timer.stop()
        self.worker.wait()
        self.note = ""
        self._setState(state)

    # Who is told.

    def _setState(self, state):
        self.state = state
        self._tellState()

    def _tellState(self):
        _callAll(self.stateObservers, self)


def _callAll(observers, *arguments):
    for observer in list(observers):
        try:
            observer(*arguments)
        except Exception as error:
            # Who only looks on must not end the work; it is told as of any slot that raises.
            sys.excepthook(type(error), error, error.__traceback__)
