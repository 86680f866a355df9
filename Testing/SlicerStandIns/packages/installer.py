"""What a test says of the installation of packages, and what the module asked for."""

import io
import subprocess
import sys
from dataclasses import dataclass

from packaging.requirements import Requirement

from . import pip_outputs
from . import pytorch_extension as extension


@dataclass(frozen=True)
class Request:
    """One call that found something missing."""

    requirements: tuple
    skip_packages: tuple
    requester: str | None
    show_progress: bool = True


class Installer:
    """What happens when slicer.packaging or PyTorchUtils installs.

    missing: names of packages that count as not installed; the top-level module of that name isn't found either
    declined: the user says no
    failure: an exception that the installation raises
    needs: the packages that a package needs, by its name: pip installs them with it
    failing: names of packages that pip can't find, asked for or needed by others
    pip_output: what pip prints before it fails, one of pip_outputs
    pytorch_extension: whether the PyTorch extension is there, with its module PyTorchUtils
    requests: what pip_ensure and installTorch asked for
    runs: the arguments of each call of pip
    """

    def __init__(self):
        self.reset()

    def reset(self):
        self.requests, self.runs = [], []
        self.missing = set()
        self.declined = False
        self.failure = None
        self.needs = {}
        self.failing = set()
        self.pip_output = ""
        self.pytorch_extension = False

    @property
    def pytorch_extension(self) -> bool:
        return extension.is_there()

    @pytorch_extension.setter
    def pytorch_extension(self, there):
        if there:
            extension.add()
        else:
            extension.remove()

    def run(self, *arguments: str, log=print) -> None:
        """pip's part: says its lines and fails as the test wants; what was missing counts as installed afterwards."""
        self.runs.append(arguments)
        if self.failure is not None:
            raise self.failure
        requirements = [each for each in arguments if not each.startswith("-")]
        wanted = [name_of(each) for each in requirements]
        if "--no-deps" not in arguments:
            wanted += [name for each in wanted for name in self.needs.get(each, ())]
        broken = next((name for name in wanted if name in self.failing), None)
        self._say(requirements[0], broken, log)
        if broken or self.pip_output:
            # In Slicer `output` is the pipe, read to its end already: what pip said is in the console alone.
            command = [sys.executable, "-m", "pip", "install", *arguments]
            raise subprocess.CalledProcessError(1, command, output=io.StringIO())
        self.missing.difference_update(wanted)

    def _say(self, requirement, broken, log):
        output = self.pip_output or (pip_outputs.NOT_FOUND if broken else pip_outputs.DONE)
        about = broken or requirement
        for line in output.format(requirement=about, name=name_of(about).lower()).splitlines():
            log(line)


def name_of(requirement: str) -> str:
    return Requirement(requirement).name


installer = Installer()
