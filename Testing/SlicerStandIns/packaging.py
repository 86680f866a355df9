"""Stands in for slicer.packaging (Slicer 5.12): checks really, installs never.

A test says in `installer` what is missing, whether the user agrees, and how it fails.
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from subprocess import CalledProcessError

import slicer
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .installer import Request, installer


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
    missing = [each for each in _requirements(requirements) if not _is_satisfied(each)]
    if not missing or (skip_in_testing and slicer.app.testingEnabled()):
        return None
    installer.requests.append(Request(tuple(map(str, missing)), tuple(skip_packages or ()), requester))
    if prompt_install and not _confirmed(missing, requester):
        raise RuntimeError("User declined package installation")
    skipped = {canonicalize_name(each) for each in skip_packages or ()}
    wanted = [each for each in missing if canonicalize_name(each.name) not in skipped]
    _install(wanted, shows_log=show_progress and skip_packages is None)
    return [str(each) for each in missing if each not in wanted] if skip_packages is not None else None


def _install(wanted, shows_log: bool):
    """pip one package after another; Slicer's own pop-up with the log comes only where nothing is skipped."""
    for requirement in wanted:
        try:
            installer.run(str(requirement))
        except CalledProcessError:
            if not shows_log:
                raise
            log = installer.said_by_pip(str(requirement))
            slicer.util.errorDisplay("Package installation failed.", detailedText=log)
            raise CalledProcessError(1, "pip install") from None
        installer.missing.discard(requirement.name)


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


def isPipInstallInProgress():
    return False


def pip_install(requirements, **kwargs):
    raise AssertionError(f"pip_install({requirements!r}): the module must go through pip_ensure, or PyTorchUtils")


def pip_uninstall(requirements, **kwargs):
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
