"""The jobs of this Slicer, one at a time: those of the panel and those of the console wait in one line."""

from functools import cache

from ..job import PAUSED


class JobQueue:
    """Begins jobs in the order in which they came; a paused job lets others work.

    `eventObservers` and `stateObservers` are called for every job as a job's own are, see Job.
    """

    def __init__(self):
        self.jobs = []
        self.eventObservers, self.stateObservers = [], []

    @property
    def current(self):
        """The job to show: the one at work, else a paused one, else the last that ended."""
        return (
            next((job for job in self.jobs if job.running and job.state != PAUSED), None)
            or next((job for job in self.jobs if job.running), None)
            or next((job for job in reversed(self.jobs) if job.ended), None)
        )

    @property
    def waiting(self):
        """Jobs that haven't begun."""
        return [job for job in self.jobs if not (job.running or job.ended)]

    @property
    def running(self):
        """Jobs that have begun and not ended."""
        return [job for job in self.jobs if job.running]

    def submit(self, job):
        """Begin a job now, or when those before it are done; returns it."""
        self.add(job)
        self._startNext()
        return job

    def add(self, job):
        """Take a job into the line that is at work already."""
        self.jobs.append(job)
        job.eventObservers.append(self._onEvents)
        job.stateObservers.append(self._onState)

    def forgetEnded(self):
        """Keep only jobs that wait or work."""
        self.jobs = [job for job in self.jobs if not job.ended]

    def _onEvents(self, job, events):
        for observer in list(self.eventObservers):
            observer(job, events)

    def _onState(self, job):
        for observer in list(self.stateObservers):
            observer(job)
        self._startNext()

    def _startNext(self):
        busy = any(job.running and job.state != PAUSED for job in self.jobs)
        if self.waiting and not busy:
            self.waiting[0].start()


@cache
def theQueue():
    """The one line of this Slicer."""
    return JobQueue()
