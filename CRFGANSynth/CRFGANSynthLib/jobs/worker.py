"""The process in which the core works, so that Slicer stays alive whatever happens there; a Job says what for.

The worker writes its events into a file and Slicer reads them in its own time: no flood of them can block the panel,
and a worker goes on when Slicer is closed and is found again when it is opened (docs/adr/0015-workers-by-files.md).

    events.jsonl   what the worker says (crfgan/events.py)
    messages.txt   what else it prints: the log
    stop  pause    requests: save and end; wait until the file is gone
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from slicer.i18n import tr as _

MODULE_FOLDER = Path(__file__).parents[2]
FOLDER_NAME = "worker"
EVENTS, MESSAGES = "events.jsonl", "messages.txt"
STOP, PAUSE = "stop", "pause"
TURN_S = 0.02
"""Longest time that Slicer's event loop is kept by events at a time."""
BLOCK = 65536
LAST_BYTES = 262144
"""What is read of the events of a worker that was at work before."""
NO_SPACE = 20e6


class WorkerProcess:
    """`python -m crfgan ...` in a process of its own, followed by the files in `folder`."""

    def __init__(self, folder):
        """Args: folder: of the worker's files, in the folder of its work; made when the worker starts."""
        self.folder = Path(folder)
        self.messages = self.folder / MESSAGES
        self.pid = None
        self._process, self._bornBefore = None, 0
        self._events, self._rest = None, b""

    # Beginning and end.

    def start(self, arguments, canPause=False):
        """Begin a command of the core.

        Args:
            arguments: of the command `crfgan`, without those that name the worker's files.

        Raises:
            OSError: Python can't be started, or the folder can't be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for request in (STOP, PAUSE):
            self.withdraw(request)
        arguments = [*arguments, "--events", "--stop-file", self.folder / STOP]
        if canPause:
            arguments += ["--pause-file", self.folder / PAUSE]
        with open(self.folder / EVENTS, "wb") as events, open(self.messages, "wb") as messages:
            self._process = self._launch(commandLine(arguments), events, messages)
        self._open()

    def attach(self):
        """Follow the worker that is at work in this folder since before; returns whether there is one."""
        if not self._open():
            return False
        first = self._events.readline()
        self._understand([first])
        if self.pid is None or not self.isAlive():
            self.close()
            return False
        if os.fstat(self._events.fileno()).st_size > LAST_BYTES:
            self._events.seek(-LAST_BYTES, os.SEEK_END)
            self._events.readline()  # the rest of a line
        self._rest = first
        return True

    def isAlive(self):
        """Whether the process is there."""
        if self._process is not None:
            return self._process.poll() is None
        import psutil

        try:
            worker = psutil.Process(self.pid)
            # A number that was given to another process since isn't the worker's.
            return worker.status() != psutil.STATUS_ZOMBIE and worker.create_time() < self._bornBefore + 1
        except psutil.NoSuchProcess:
            return False

    def hasSucceeded(self):
        """Whether a process that was started here has ended without an error."""
        return self._process is not None and self._process.returncode == 0

    def kill(self):
        """End it at once; what it saved before stays."""
        for process in self._processes():
            process.kill()

    def wait(self):
        """Take leave of a process that ends, so that nothing of it stays."""
        self.close()
        if self._process is not None:
            self._process.wait(10)

    def close(self):
        """Follow the worker no longer; it goes on by itself."""
        if self._events is not None:
            self._events.close()
            self._events = None

    # What it is asked for.

    def ask(self, request):
        """Ask for STOP or PAUSE; returns whether it can be asked: not where its folder was removed."""
        if not self.folder.is_dir():
            return False
        (self.folder / request).touch()
        return True

    def withdraw(self, request):
        """Ask for it no longer."""
        (self.folder / request).unlink(missing_ok=True)

    def isAsked(self, request):
        """Whether it was asked for that."""
        return (self.folder / request).exists()

    # What it says.

    def read(self):
        """The events, dictionaries, that came in, taken for a moment; and whether none is left."""
        until, events, complete = time.monotonic() + TURN_S, [], False
        while not complete and time.monotonic() < until:
            block = self._events.read(BLOCK)
            complete = not block
            *lines, self._rest = (self._rest + block).split(b"\n")
            events += self._understand(lines)
        return events, complete

    def explain(self):
        """Why it ended without a word."""
        work = self.folder.parent
        if not work.is_dir():
            return _("The folder {name} was removed while it was in use.").format(name=work.name)
        if "Traceback" in _tailOf(self.messages):
            return _("The worker could not start; its log says why.")
        if shutil.disk_usage(work).free < NO_SPACE:
            return _("The disk is full. Free some space; what was saved is kept.")
        return _("The work was ended from outside, or memory ran out. What was saved is kept.")

    def _understand(self, lines):
        from crfgan.events import from_line

        events = [event for event in map(from_line, (line.decode(errors="replace") for line in lines)) if event]
        for event in events:
            if event["event"] == "started":
                self.pid, self._bornBefore = event["pid"], event["time"]
        return events

    def _launch(self, command, events, messages):
        """A process that outlives this one, and prints into two files."""
        apart = {"start_new_session": True}
        if os.name == "nt":
            apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        streams = {"stdin": subprocess.DEVNULL, "stdout": events, "stderr": messages}
        return subprocess.Popen(command, cwd=MODULE_FOLDER, **streams, **apart)

    def _processes(self):
        """PythonSlicer is a launcher, and the worker is its child."""
        import psutil

        found = []
        for pid in {self.pid, self._process.pid if self._process is not None else None} - {None}:
            try:
                found += [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def _open(self):
        # Kept open: a folder that is removed meanwhile still tells how the work ended.
        if (self.folder / EVENTS).is_file():
            self._events = (self.folder / EVENTS).open("rb")
        return self._events is not None


def commandLine(arguments):
    """How a command of the core is started."""
    # PythonSlicer sets up Slicer's Python; elsewhere this Python is the one.
    return [shutil.which("PythonSlicer") or sys.executable, "-m", "crfgan", *map(str, arguments)]


def _tailOf(path):
    """The end of a text file; empty where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - BLOCK))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
