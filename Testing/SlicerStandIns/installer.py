"""What a test says of the installation of packages, and what the module asked for."""

import io
import re
import subprocess
import sys
from dataclasses import dataclass

from . import pytorch_extension as extension


@dataclass(frozen=True)
class Request:
    """One call that found something missing."""

    requirements: tuple
    skip_packages: tuple
    requester: str | None


class Installer:
    """What happens when slicer.packaging or PyTorchUtils installs.

    missing: names of packages that count as not installed; the top-level module of that name isn't found either
    declined: the user says no
    failure: an exception that the installation raises
    pip_output: what pip prints before it fails, one of pip_outputs
    pytorch_extension: whether the PyTorch extension is there, with its module PyTorchUtils
    requests: what was asked for
    """

    def __init__(self):
        self.reset()

    def reset(self):
        self.requests = []
        self.missing = set()
        self.declined = False
        self.failure = None
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

    def run(self, *requirements: str):
        """pip's part: prints and fails as the test wants; what was missing counts as installed afterwards."""
        if self.failure is not None:
            raise self.failure
        if self.pip_output:
            command = [sys.executable, "-m", "pip", "install", *requirements]
            print(self.said_by_pip(requirements[0]))
            # In Slicer `output` is the pipe, read to its end already: what pip said is in the console alone.
            raise subprocess.CalledProcessError(1, command, output=io.StringIO())

    def said_by_pip(self, requirement: str) -> str:
        name = re.split(r"[^\w.-]", requirement)[0]
        return self.pip_output.format(requirement=requirement, name=name.lower())


installer = Installer()
