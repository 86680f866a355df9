"""A worker: `python -m crfgan ...` in a process of its own, so that Slicer stays alive whatever happens there.

The worker writes its events into a file and Slicer reads them in its own time: no flood of them can block the panel,
and a worker goes on when Slicer is closed and is found again when it is opened (docs/adr/0015-workers-by-files.md).

    events.jsonl   what the worker says (crfgan/events.py)
    messages.txt   what else it prints: the log
    stop  pause    requests: save and end; wait until the file is gone
"""

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from . import sentences

MODULE_FOLDER = Path(__file__).parent.parent
FOLDER_NAME = "worker"
EVENTS, MESSAGES = "events.jsonl", "messages.txt"
POLL_MS = 100
TURN_S = 0.02
"""Longest time that Slicer's event loop is kept by events at a time."""
BLOCK = 65536
LAST_BYTES = 262144
"""What is read of the events of a worker that was at work before."""
NO_SPACE = 20e6

WAITING, PREPARING, RUNNING, PAUSED, FINISHED, STOPPED, FAILED = (
    "waiting", "preparing", "running", "paused", "finished", "stopped", "failed",
)  # fmt: skip
ENDED = (FINISHED, STOPPED, FAILED)

TRAINING, SYNTHESIS, EVALUATION, LOOK = "training", "synthesis", "evaluation", "look"
"""What a job is for; LOOK for what only looks at something."""


def workerCommand(arguments):
    """The command line of a worker."""
    # PythonSlicer sets up Slicer's Python; elsewhere this Python is the one.
    return [shutil.which("PythonSlicer") or sys.executable, "-m", "crfgan", *map(str, arguments)]


class Job:
    """One command of the core, its events, and its end.

    Args:
        title: what a list of jobs calls it.
        arguments: of the command `crfgan`, without --events and --stop-file; or a generator that prepares the work,
            yields (done, total) between its steps and returns them.
        folder: of the work; the worker's files go into a folder in it.
        collect: called when the job has reached its end, for `result()`.
        kind: TRAINING, SYNTHESIS, EVALUATION or LOOK.

    `listeners` are told of everything: each is called as listener(job, events) with the events, dictionaries, that
    came in since the last time, and with none when the job's state has changed.
    """

    def __init__(self, title, arguments, folder, collect=None, kind=LOOK):
        self.title, self.folder, self.kind = title, Path(folder), kind
        self.workerFolder = self.folder / FOLDER_NAME
        self.state, self.error, self.note = WAITING, "", ""
        self.damagedPackage = ""
        self.done, self.total, self.secondsLeft = 0, 0, None
        self.listeners = []
        self._arguments, self._collect = arguments, collect
        self._process, self._pid, self._bornBefore = None, None, 0
        self._events, self._rest, self._last = None, b"", {}
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
    def canPause(self):
        """Whether it can save and wait."""
        return self.kind == TRAINING

    @property
    def progress(self):
        """Share of the work that is done, 0 to 1; what comes before a training's first step isn't counted."""
        begun = self.total and not (self.canPause and self.secondsLeft is None)
        return self.done / self.total if begun else float(self.state == FINISHED)

    def start(self):
        """Begin. Jobs of one queue are begun by it."""
        self._setState(PREPARING)
        self._timer.start()

    def pause(self):
        """Have the worker save and wait."""
        if self.state == RUNNING and self.canPause and self.workerFolder.is_dir():
            (self.workerFolder / "pause").touch()

    def resume(self):
        """Have a paused worker go on."""
        (self.workerFolder / "pause").unlink(missing_ok=True)

    def stop(self):
        """Ask the worker to save its state and end, which it does after the step it is at."""
        if self.state in (WAITING, PREPARING):
            self._end(STOPPED)
        elif self.running:
            self.note = _("Saving and stopping...")
            if self.workerFolder.is_dir():
                (self.workerFolder / "stop").touch()
            else:  # removed: nothing can be saved there, nor asked for
                self.kill()
            self._tell([])

    def cancel(self):
        """The same as `stop`: nothing that was done is lost."""
        self.stop()

    def kill(self):
        """End the worker at once; what it saved before stays."""
        for process in self._processes():
            process.kill()

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
        """Watch no longer; the worker goes on by itself."""
        self._timer.stop()
        self._closeEvents()

    # The worker's beginning.

    def attach(self):
        """Watch the worker that works in this job's folder since before; returns whether there is one."""
        if not self._openEvents():
            return False
        first = self._events.readline()
        self._understand([first])
        if self._pid is None or not self._isAlive():
            self._closeEvents()
            return False
        size = os.fstat(self._events.fileno()).st_size
        if size > LAST_BYTES:
            self._events.seek(size - LAST_BYTES)
            self._events.readline()  # the rest of a line
        self._setState(PAUSED if (self.workerFolder / "pause").exists() else RUNNING)
        self._timer.start()
        return True

    def _prepare(self):
        """Take steps of the preparation for a moment; start the worker when all are done."""
        until = time.monotonic() + TURN_S
        try:
            while isinstance(self._arguments, Generator) and time.monotonic() < until:
                try:
                    self.done, self.total = next(self._arguments)
                except StopIteration as end:
                    self._arguments = end.value
            if not isinstance(self._arguments, Generator):
                self._launch()
            self._tell([])
        except Exception as error:
            self._fail(sentenceOf(error))

    def _launch(self):
        self.workerFolder.mkdir(parents=True, exist_ok=True)
        for name in ("stop", "pause"):
            (self.workerFolder / name).unlink(missing_ok=True)
        arguments = [*self._arguments, "--events", "--stop-file", self.workerFolder / "stop"]
        if self.canPause:
            arguments += ["--pause-file", self.workerFolder / "pause"]
        apart = {"start_new_session": True}
        if os.name == "nt":
            apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        with open(self.workerFolder / EVENTS, "wb") as events, open(self.workerFolder / MESSAGES, "wb") as messages:
            self._process = subprocess.Popen(
                workerCommand(arguments),
                cwd=MODULE_FOLDER,
                stdin=subprocess.DEVNULL,
                stdout=events,
                stderr=messages,
                **apart,
            )
        self._openEvents()
        self.done = self.total = 0
        self._setState(RUNNING)

    # The worker's events.

    def poll(self):
        """Read what has come in; called by a timer while the job is at work."""
        # Slicer handles events while it reads a volume, the timer's among them: what comes in meanwhile waits, or
        # volumes would overtake each other and the job would end before the last one is there.
        if self._isPolled:
            return
        self._isPolled = True
        try:
            self._takeTurn()
        finally:
            self._isPolled = False

    def _takeTurn(self):
        if self.state == PREPARING:
            self._prepare()
        elif self.running:
            # Asked first: what a worker wrote before its end is there once it has ended.
            alive = self._isAlive()
            if self._read() and not alive:
                self._onEnded()

    def _read(self):
        """Handle events for a moment; returns whether none is left."""
        until, events, complete = time.monotonic() + TURN_S, [], False
        while not complete and time.monotonic() < until:
            block = self._events.read(BLOCK)
            complete = not block
            *lines, self._rest = (self._rest + block).split(b"\n")
            events += self._understand(lines)
        if events:
            self._tell(events)
        return complete

    def _understand(self, lines):
        """Handle lines of the events' file; returns the events."""
        from crfgan.events import from_line

        events = [event for event in map(from_line, (line.decode(errors="replace") for line in lines)) if event]
        for event in events:
            self._last = event
            handle = getattr(self, "_on_" + event["event"], None)
            if handle is not None:
                handle(event)
        return events

    def _on_started(self, event):
        from crfgan import __version__

        self._pid, self._bornBefore = event["pid"], event["time"]
        if event["version"] != __version__:
            self.error = _("crfgan {other} answered, but this module is {own}. Remove the other one.").format(
                other=event["version"], own=__version__
            )
            self.kill()

    def _on_preparing(self, event):
        self.done, self.total = event["done"], event["total"]

    _on_evaluating = _on_preparing

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
        self.error = sentences.shortened(event["reason"], self.folder, self.folder.parent)
        self.damagedPackage = event.get("package", "")

    # The worker's end.

    def _onEnded(self):
        said = self._last.get("event")
        done = said == "finished" or (self._process is not None and self._process.returncode == 0)
        if done and not self.error:
            self._end(FINISHED)
        elif (said == "stopped" or (self.workerFolder / "stop").exists()) and not self.error:
            self._end(STOPPED)
        else:
            self._fail(self.error or self._explain())

    def _explain(self):
        """Why a worker ended without a word."""
        if not self.folder.is_dir():
            return _("The folder {name} was removed while it was in use.").format(name=self.folder.name)
        if "Traceback" in readTail(self.workerFolder / MESSAGES):
            return _("The worker could not start; its log says why.")
        if shutil.disk_usage(self.folder).free < NO_SPACE:
            return _("The disk is full. Free some space; what was saved is kept.")
        return _("The work was ended from outside, or memory ran out. What was saved is kept.")

    def _fail(self, sentence):
        self.error = sentence
        self._end(FAILED)

    def _end(self, state):
        self._timer.stop()
        self._closeEvents()
        if self._process is not None:
            self._process.wait(10)
        self.note = ""
        self._setState(state)

    # Small things.

    def _processes(self):
        """The worker's processes: PythonSlicer is a launcher, and the worker is its child."""
        import psutil

        pids = {self._pid, self._process.pid if self._process is not None else None} - {None}
        found = []
        for pid in pids:
            try:
                found += [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def _isAlive(self):
        if self._process is not None:
            return self._process.poll() is None
        import psutil

        try:
            worker = psutil.Process(self._pid)
            # A number that was given to another process since isn't the worker's.
            return worker.status() != psutil.STATUS_ZOMBIE and worker.create_time() < self._bornBefore + 1
        except psutil.NoSuchProcess:
            return False

    def _openEvents(self):
        # Kept open: a folder that is removed meanwhile still tells how the work ended.
        if (self.workerFolder / EVENTS).is_file():
            self._events = (self.workerFolder / EVENTS).open("rb")
        return self._events is not None

    def _closeEvents(self):
        if self._events is not None:
            self._events.close()
            self._events = None

    def _setState(self, state):
        self.state = state
        self._tell([])

    def _tell(self, events):
        for listener in list(self.listeners):
            try:
                listener(self, events)
            except Exception as error:
                # Who only looks on must not end the work; it is told as of any slot that raises.
                sys.excepthook(type(error), error, error.__traceback__)


def readTail(path):
    """The end of a text file; empty where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - BLOCK))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def sentenceOf(error):
    """What a user is told of an exception: the core's own sentences as they are."""
    from crfgan.errors import InputError

    if isinstance(error, InputError | RuntimeError):
        return str(error)
    if isinstance(error, OSError):
        where = Path(error.filename).name if error.filename else _("A file")
        return _("{name} can't be used: {reason}.").format(name=where, reason=error.strerror or error)
    logging.exception("CRFGANSynth")
    return _("That did not work because of an unexpected error; the log of the application says more.")
