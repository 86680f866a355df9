"""Whether what is installed can be used: tried out in a worker, since what is half installed is found all the same."""

from functools import cache

from slicer.i18n import tr as _

from ..job import PAUSED
from ..jobs.queue import theQueue
from ..jobs.timers import singleShotTimer

PAUSE_MS = 500
"""Whoever begins to work at once isn't made to share the processor with it."""


class SelfTest:
    """Made once after Slicer's start, and again when something was installed or has failed.

    `problems` says what keeps which package from being used, and is None until that is known; `failure` is a sentence
    for where the worker itself can't work. `isUnderWay` is false while it waits for other work to end. `listeners` are
    called when any of them has changed.
    """

    def __init__(self):
        self.problems, self.failure, self.isUnderWay, self.listeners = None, "", False, []
        self._logic, self._job, self._found, self._trying = None, None, {}, ""
        self._starter = singleShotTimer(PAUSE_MS, self._start)

    def begin(self, logic):
        """Make it soon, unless it is made already."""
        if self.problems is None and self._job is None:
            self._logic, self.isUnderWay = logic, not _isBusy()
            self._starter.start()

    def _start(self):
        if _isBusy():
            self._starter.start()  # when that has ended
            self._tell(isUnderWay=False)
            return
        self._found, self._trying = {}, ""
        self._job = self._logic.startSelfTest()
        self._job.eventObservers.append(self._onEvents)
        self._job.stateObservers.append(self._onState)
        self._tell(isUnderWay=True)

    def _tell(self, isUnderWay):
        hasChanged, self.isUnderWay = isUnderWay != self.isUnderWay, isUnderWay
        if hasChanged:
            for listener in list(self.listeners):
                listener()

    def blame(self, package, problem):
        """Work has failed because of a package: no need to try it out."""
        self.forget()
        self.problems = {package: problem}

    def forget(self):
        """Something has changed: what was found holds no longer."""
        self._starter.stop()
        self.problems, self.failure, self._job, self.isUnderWay = None, "", None, False

    def _onEvents(self, job, events):
        if job is not self._job:
            return
        for event in events:
            if event["event"] == "trying":
                self._trying = event["package"]
            elif event["event"] == "tried":
                self._found[event["package"]] = event["problem"]

    def _onState(self, job):
        if job is self._job and job.ended:
            self._onEnded(job)

    def _onEnded(self, job):
        if self._trying and self._trying not in self._found:
            self._found[self._trying] = _("it ends the process")
        self.problems = {package: problem for package, problem in self._found.items() if problem}
        self.failure = "" if self.problems else job.error
        self._job = None
        self._tell(isUnderWay=False)


def _isBusy():
    """Whether a job is at work that shouldn't have to share the processor."""
    return any(job.state != PAUSED for job in theQueue().running)


@cache
def theSelfTest():
    """The one of this Slicer."""
    return SelfTest()
