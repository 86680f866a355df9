"""Stands in for slicer.packaging (Slicer 5.12): checks really, installs never.

Every request is recorded in `installer`; a test says there what is missing, whether the user agrees, and how it fails.
"""

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import slicer
from packaging.requirements import Requirement


@dataclass
class Installer:
    """What was asked for, and what the test wants to happen."""

    requests: list = field(default_factory=list)
    missing: set = field(default_factory=set)
    declined: bool = False
    failure: Exception | None = None

    def reset(self):
        self.__init__()


@dataclass(frozen=True)
class Request:
    """One call of pip_ensure that found something missing."""

    requirements: tuple
    skip_packages: tuple
    requester: str | None


installer = Installer()


def load_requirements(path):
    lines = (line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def pip_check(req):
    return all(_is_satisfied(each) for each in _requirements(req))


def pip_ensure(
    requirements,
    constraints=None,
    skip_packages=None,
    prompt_install=True,
    prompt_restart=True,
    requester=None,
    skip_in_testing=True,
    show_progress=True,
):
    """Records what is missing; then it counts as installed, unless the user declines or the test wants a failure."""
    missing = [each for each in _requirements(requirements) if not _is_satisfied(each)]
    if not missing or (skip_in_testing and slicer.app.testingEnabled()):
        return None
    installer.requests.append(Request(tuple(map(str, missing)), tuple(skip_packages or ()), requester))
    if installer.declined and prompt_install:
        raise RuntimeError("Installation of the required packages was declined")
    if installer.failure is not None:
        raise installer.failure
    installer.missing -= {each.name for each in missing}
    return [] if skip_packages is not None else None


def isPipInstallInProgress():
    return False


def pip_install(requirements, **kwargs):
    raise AssertionError(f"pip_install({requirements!r}): the module must go through pip_ensure, or PyTorchUtils")


def pip_uninstall(requirements, **kwargs):
    raise AssertionError(f"pip_uninstall({requirements!r}): the module must not remove packages")


def _requirements(given):
    items = given.split() if isinstance(given, str) else given if isinstance(given, list) else [given]
    return [Requirement(each) if isinstance(each, str) else each for each in items]


def _is_satisfied(requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    if requirement.name in installer.missing:
        return False
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False
