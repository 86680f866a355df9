"""Stands in for slicer.packaging (Slicer 5.12): checks really, installs never.

A test says in `installer` what is missing, whether the user agrees, and how it fails. As in Slicer, Qt's events are
handled while pip works: under a modal dialog with show_progress, else with the whole application at the user's hands.
"""

import contextlib
import logging
import shlex
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from subprocess import CalledProcessError

import qt
import slicer
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .packages.installer import Request, installer, name_of
from .packages.pip_dialog import PipDialog, show_failure


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
    """Asks for what is missing and counts it as installed; packages to skip are asked for too, but stay missing."""
    missing = [str(each) for each in _requirements(requirements) if not _is_satisfied(each)]
    if not missing or (skip_in_testing and slicer.app.testingEnabled()):
        return None
    installer.requests.append(Request(tuple(missing), tuple(skip_packages or ()), requester, show_progress))
    if prompt_install and not _confirmed(missing, requester):
        raise RuntimeError("User declined package installation")
    return pip_install(
        missing,
        constraints=constraints,
        skip_packages=skip_packages,
        show_progress=show_progress,
        requester=requester,
    )


def isPipInstallInProgress():
    return False


def pip_install(
    requirements,
    constraints=None,
    no_deps_requirements=None,
    skip_packages=None,
    blocking=True,
    show_progress=True,
    requester=None,
    parent=None,
    logCallback=None,
    completedCallback=None,
):
    """One call of pip with these arguments; with packages to skip one for each package, and their names back."""
    if not blocking:
        raise NotImplementedError("No stand-in installs in the background: add it to packaging.py")
    wanted = shlex.split(requirements) if isinstance(requirements, str) else list(requirements)
    if not show_progress or slicer.app.testingEnabled():
        with _busy_cursor():
            return _install(wanted, skip_packages, lambda line: None)
    try:
        with PipDialog(requester, parent) as dialog:
            return _install(wanted, skip_packages, dialog.append)
    except CalledProcessError as error:
        if skip_packages is not None:
            raise
        show_failure(requester, dialog.text)
        raise CalledProcessError(error.returncode, "pip install") from None


def _install(wanted, skip_packages, log):
    """What pip says goes to the console and the log, and Slicer handles events after each line."""

    def say(line):
        print(line)
        log(line)
        slicer.app.processEvents()

    if skip_packages is None:
        installer.run(*wanted, log=say)
        return None
    skipped = []
    for each in wanted:
        _install_one(each, {canonicalize_name(name) for name in skip_packages}, skipped, say)
    return skipped


def _install_one(requirement, left_out, skipped, say):
    """One package without what it needs, then that; of those a failure is a warning, as in Slicer."""
    name = name_of(requirement)
    if canonicalize_name(name) in left_out:
        skipped.append(requirement)
        return
    installer.run(requirement, "--no-deps", log=say)
    for needed in installer.needs.get(name, ()):
        try:
            _install_one(needed, left_out, skipped, say)
        except CalledProcessError:
            logging.warning("Failed to install %s, continuing with remaining dependencies", needed)


@contextlib.contextmanager
def _busy_cursor():
    qt.QApplication.setOverrideCursor(qt.Qt.BusyCursor)
    try:
        yield
    finally:
        qt.QApplication.restoreOverrideCursor()


def _confirmed(missing, requester) -> bool:
    """Slicer's own question, recorded in slicer_app.dialogs."""
    packages = "1 Python package needs" if len(missing) == 1 else f"{len(missing)} Python packages need"
    title = f"{requester} - Install Python Packages" if requester else "Install Python Packages"
    agreed = slicer.util.confirmOkCancelDisplay(
        f"{packages} to be installed.\n\nThis will modify Slicer's Python environment. Continue?",
        title,
        detailedText="\n".join(f"- {each}" for each in missing),
    )
    return agreed and not installer.declined


def pip_uninstall(requirements, blocking=True, logCallback=None, completedCallback=None):
    raise AssertionError(f"pip_uninstall({requirements!r}): the module must not remove packages")


def _requirements(given):
    """One requirement, several in a text with spaces between, or a list of texts and Requirements."""
    if isinstance(given, str):
        try:
            return [Requirement(given)]
        except InvalidRequirement:
            given = given.split()
    items = given if isinstance(given, list) else [given]
    return [Requirement(each) if isinstance(each, str) else each for each in items]


def _is_satisfied(requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    if requirement.name in installer.missing:
        return False
    try:
        return version(requirement.name) in requirement.specifier
    except PackageNotFoundError:
        return False
