"""What the worker needs besides Slicer, and how to get it: only when the user presses the button."""

import contextlib
import importlib
import io
import logging
import sys
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path

import slicer.packaging  # nothing in Slicer imports it at its start
from packaging.requirements import Requirement
from slicer.i18n import tr as _

REQUIREMENTS = Path(__file__).parents[2] / "Resources" / "requirements.txt"
TORCH = "torch"  # comes from an extension of its own
SLICERS_OWN = ("SimpleITK", "numpy")
LEFT_ALONE = (TORCH, *SLICERS_OWN)


class InstallationError(RuntimeError):
    """Why something was not installed: a sentence for the user."""


class RestartNeeded(InstallationError):
    """What was installed is there once Slicer has been restarted."""


def missing():
    """Names of what is missing, for the user; empty when training and synthesis can start. Installs nothing."""
    return ([] if find_spec(TORCH) else ["PyTorch"]) + [each.name for each in _missingPackages()]


def _needed():
    """The requirements that apply to this computer."""
    every = slicer.packaging.load_requirements(REQUIREMENTS)
    return [each for each in every if each.marker is None or each.marker.evaluate()]


def _missingPackages():
    found = [each for need in _needed() for each in _unmet(need)]
    return list({each.name: each for each in found}.values())


def _unmet(need):
    """What a requirement lacks: itself, or what it needs in turn, as after an installation that broke off."""
    if need.name in LEFT_ALONE or (need.marker is not None and not need.marker.evaluate()):
        return []
    if not slicer.packaging.pip_check(need):
        return [need]
    return [each for line in requires(need.name) or () for each in _unmet(Requirement(line))]


def install(progress=lambda done, total, name: True, damaged=()):
    """Install what is missing, one package after another.

    Args:
        progress: called before each package; returning False leaves the rest out.
        damaged: names of packages that are there but can't be used: they are installed anew.

    Raises:
        RestartNeeded: Slicer must be restarted first.
        InstallationError: that failed; the text is a sentence for the user.
    """
    said = io.StringIO()
    try:
        # Slicer prints what pip says, and nothing else of it can be had.
        with contextlib.redirect_stdout(_Both(sys.stdout, said)):
            steps = _steps(damaged)
            for done, (name, step) in enumerate(steps):
                if progress(done, len(steps), name) is False:
                    break
                step()
    except InstallationError:
        raise
    except Exception as error:
        # Whatever pip, Slicer or a damaged package raises: the log has it, the user gets a sentence.
        logging.exception("CRFGANSynth")
        raise InstallationError(explain(f"{error} {said.getvalue()}")) from error
    finally:
        importlib.invalidate_caches()


def _steps(damaged):
    """(name, function) of each package to install, PyTorch last."""
    if own := ", ".join(name for name in SLICERS_OWN if name in damaged):
        raise InstallationError(_("{names} came with Slicer and can't be used. Install Slicer anew.").format(names=own))
    anew = [each for each in _needed() if each.name in damaged and each.name != TORCH]
    steps = [(each.name, lambda each=each: _installAnew(each)) for each in anew]
    steps += [(each.name, lambda each=each: _install(each)) for each in _missingPackages()]
    if TORCH in damaged:
        steps.append(("PyTorch", _installTorchAnew))
    elif not find_spec(TORCH):
        steps.append(("PyTorch", _installTorch))
    return steps


def _install(need):
    # Asked for by a button that names it: no need to ask again. Slicer's own progress would be a modal dialog, behind
    # which the panel's button to cancel can't be reached.
    slicer.packaging.pip_ensure([need], prompt_install=False, show_progress=False, requester="CRFGANSynth")


def _installAnew(need):
    # pip takes a package for installed that isn't whole; what it needs in turn is asked for when it is missing.
    slicer.packaging.pip_install(["--force-reinstall", "--no-deps", str(need)], show_progress=False)


def _installTorch():
    requirement = next(each for each in _needed() if each.name == TORCH)
    arguments = {"askConfirmation": True, "torchVersionRequirement": str(requirement.specifier)}
    if _torchLogic().installTorch(**arguments) is None:
        raise InstallationError(_("PyTorch was not installed. Press Install again when you want it."))


def _installTorchAnew():
    _torchLogic().uninstallTorch()
    _installTorch()


def _torchLogic():
    """The logic of the PyTorch extension, which is installed if it isn't there."""
    try:
        import PyTorchUtils
    except ModuleNotFoundError:
        _installExtension()
        raise RestartNeeded(
            _("The PyTorch extension is installed. Save your scene, restart Slicer, then press Install again.")
        ) from None
    return PyTorchUtils.PyTorchUtilsLogic()


def _installExtension():
    manager = slicer.app.extensionsManagerModel()
    wasInteractive = manager.interactive
    manager.interactive = False  # asked for by a button
    try:
        # Unless told not to, Slicer restarts at once, and a scene that isn't saved is lost.
        installed = manager.installExtensionFromServer("PyTorch", False)
    finally:
        manager.interactive = wasInteractive
    if not installed:
        raise InstallationError(
            _("The PyTorch extension could not be installed. Install it in the Extensions Manager, then try again.")
        )


class _Both:
    """Writes to two streams."""

    def __init__(self, *streams):
        self.streams = streams

    def write(self, text):
        for stream in self.streams:
            stream.write(text)

    def flush(self):
        for stream in self.streams:
            stream.flush()


def explain(said):
    """Why an installation failed, in plain words, from pip's own."""
    for signs, sentence in _reasons():
        if any(sign in said.lower() for sign in signs):
            return sentence
    return _("The installation failed; the log of the application says why. What was installed is kept.")


def _reasons():
    return (
        (
            ("proxyerror", "proxy authentication", " 407", "cannot connect to proxy"),
            _("The proxy of your network refused the download. Ask your IT for its address, set HTTPS_PROXY to it."),
        ),
        (
            ("certificate", "sslerror"),
            _("The connection isn't trusted: your network may inspect it. Ask your IT for its certificate."),
        ),
        (
            ("name resolution", "newconnectionerror", "getaddrinfo", "unreachable", "connection refused", "timed out",
             "could not fetch url"),
            _("The internet can't be reached. Connect and press Install again; afterwards no network is needed."),
        ),
        (("no space left", "disk full"), _("The disk is full. Free about 2 GB and press Install again.")),
        (
            ("permission denied", "access is denied"),
            _("Slicer's folder can't be written to. Ask who installed Slicer."),
        ),
        (
            ("filename or extension is too long", "path too long", "enable-long-paths", "long path"),
            _("A path is too long for Windows here. Install Slicer into a shorter folder such as C:\\Slicer."),
        ),
        (
            ("no matching distribution", "could not find a version"),
            _("No version of a package fits this Slicer. Update Slicer, then press Install again."),
        ),
    )  # fmt: skip
