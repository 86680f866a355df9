"""Does with the panel what a user does, and waits as a user does: for tests and for pictures."""

import time

PATIENCE_S = 600


class PanelDriver:
    """Does with the panel what a user does, and waits as a user does."""

    def __init__(self, widget):
        self.widget, self.ui = widget, widget.ui

    @property
    def parameters(self):
        return self.widget._parameterNode

    @property
    def job(self):
        return self.widget.jobs.queue.current

    def shows(self, widget):
        """Whether a widget is there for the user, where the sections around it are open."""
        self.widget.jobs.show()
        return not widget.isHidden()

    @property
    def status(self):
        self.turn()
        self.widget.jobs.show()
        return self.ui.statusLabel.text

    def turn(self, seconds=0.0):
        """Let Slicer's event loop run."""
        import slicer

        until = time.monotonic() + seconds
        slicer.app.processEvents()
        while time.monotonic() < until:
            slicer.app.processEvents()
            time.sleep(0.005)

    def until(self, condition):
        """Let the event loop run until something has happened."""
        until = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < until, f"not within {PATIENCE_S} s; the panel says: {self.status}"
            self.turn(0.02)

    def check(self, count=None):
        """Check the first volumes, or all."""
        import qt

        self.turn(0.05)
        rows = range(self.ui.volumesTable.rowCount if count is None else count)
        for row in rows:
            self.ui.volumesTable.item(row, 0).setCheckState(qt.Qt.Checked)

    def start_training(self, name="run", iterations=2, **settings):
        """Check all volumes and press Start; returns the job."""
        from CRFGANSynthLib.scene.parameters import Preset

        self.check()
        self.parameters.preset, self.parameters.iterations, self.parameters.runName = Preset.TINY, iterations, name
        for key, value in settings.items():
            setattr(self.parameters, key, value)
        before = len(self.widget.jobs.queue.jobs)
        self.ui.trainButton.click()
        assert len(self.widget.jobs.queue.jobs) == before + 1, "the button did not start a job"
        return self.widget.jobs.queue.jobs[-1]

    def train_until_a_step(self, name="run"):
        """Start a run that doesn't end by itself; return when it has done a step."""
        job = self.start_training(name, iterations=5000)
        self.until(lambda: job.done > 0 and job.state == "running" and job.secondsLeft)
        return job

    def wait(self, job):
        """Return when a job has ended and the panel shows it."""
        self.until(lambda: job.ended)
        self.turn(0.2)
        return job
