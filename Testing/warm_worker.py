"""The panel's worker in a process that has loaded PyTorch when it begins: a start takes a moment instead of seconds."""

import os
import sys

from warm_processes import PROCESSES


def warm_worker():
    """The class of the workers; only once the module is loaded."""
    from CRFGANSynthLib.jobs.worker import MODULE_FOLDER, WorkerProcess

    class WarmWorker(WorkerProcess):
        def _launch(self, command, events, messages):
            if command[1:3] != ["-m", "crfgan"]:  # of a test
                return super()._launch(command, events, messages)
            return WarmProcess(command[3:], MODULE_FOLDER, events.name, messages.name)

    return WarmWorker


class WarmProcess:
    """`python -m crfgan` with its output in two files; has what a worker asks of a subprocess.Popen."""

    def __init__(self, arguments, folder, output, errors):
        facts = (arguments, folder, output, errors, dict(os.environ))
        self._process = PROCESSES.Process(target=_run, args=facts, daemon=True)
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self):
        return self._process.exitcode

    def poll(self):
        return self._process.exitcode

    def wait(self, timeout):
        self._process.join(timeout)


def _run(arguments, folder, output, errors, environment):
    if hasattr(os, "setsid"):
        os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for path, stream in ((output, sys.stdout), (errors, sys.stderr)):
        file = os.open(path, os.O_WRONLY)
        os.dup2(file, stream.fileno())
        os.close(file)
    from crfgan.commands.main import main

    sys.exit(main(arguments))
