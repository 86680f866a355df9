"""What the worker needs besides Slicer, and how to get it: only when the user presses the button."""

import contextlib
import importlib
import io
import subprocess
import sys
from pathlib import Path

import slicer.packaging  # nothing in Slicer imports it at its start
from slicer.i18n import tr as _

REQUIREMENTS = Path(__file__).parent.parent / "Resources" / "requirements.txt"
# PyTorch comes from its own extension; Slicer brings SimpleITK and numpy itself.
LEFT_ALONE = ["torch", "SimpleITK", "numpy"]


def missing():
    """Names of what is missing, for the user; empty when training and synthesis can start. Installs nothing."""
    from importlib.util import find_spec

    return ([] if find_spec("torch") else ["PyTorch"]) + [each.name for each in _missingPackages()]


def _missingPackages():
    needed = [each for each in slicer.packaging.load_requirements(REQUIREMENTS) if each.name not in LEFT_ALONE]
    return [each for each in needed if not slicer.packaging.pip_check(each)]


def install(progress=lambda done, total, name: True):
    """Install what is missing, one package after another.

    Args:
        progress: called before each package; returning False leaves the rest out.

    Raises:
        RuntimeError: that failed; the text is a sentence for the user.
    """
    packages, needsTorch = _missingPackages(), "PyTorch" in missing()
    total = len(packages) + needsTorch
    said = io.StringIO()
    try:
        # Slicer prints what pip says, and nothing else of it can be had.
        with contextlib.redirect_stdout(_Both(sys.stdout, said)):
            for done, package in enumerate(packages):
                if progress(done, total, package.name) is False:
                    return
                # Asked for by a button that names them: no need to ask again.
                slicer.packaging.pip_ensure(
                    [package], skip_packages=LEFT_ALONE, prompt_install=False, requester="CRFGANSynth"
                )
            if needsTorch and progress(len(packages), total, "PyTorch") is not False:
                _installTorch()
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(explain(f"{error} {said.getvalue()}")) from error
    importlib.invalidate_caches()


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


def _installTorch():
    try:
        import PyTorchUtils
    except ModuleNotFoundError:
        manager = slicer.app.extensionsManagerModel()
        manager.interactive = False
        if not manager.installExtensionFromServer("PyTorch"):
            raise RuntimeError(
                _("The PyTorch extension could not be installed. Install it in the Extensions Manager, then try again.")
            ) from None
        raise RuntimeError(_("The PyTorch extension is installed. Restart Slicer, then press Install again.")) from None
    requirement = next(r for r in slicer.packaging.load_requirements(REQUIREMENTS) if r.name == "torch")
    logic = PyTorchUtils.PyTorchUtilsLogic()
    if logic.installTorch(askConfirmation=True, torchVersionRequirement=str(requirement.specifier)) is None:
        raise RuntimeError(_("PyTorch was not installed. Press Install again when you want it."))


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
            ("no matching distribution", "could not find a version"),
            _("No version of a package fits this Slicer. Update Slicer, then press Install again."),
        ),
    )  # fmt: skip
