"""What the worker needs besides Slicer, and how to get it: only when the user presses the button."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

REQUIREMENTS = Path(__file__).parent.parent / "Resources" / "requirements.txt"
# PyTorch comes from its own extension; Slicer brings SimpleITK and numpy itself.
LEFT_ALONE = ["torch", "SimpleITK", "numpy"]


def missing():
    """Names of what is missing, for the user; empty when training and synthesis can start. Installs nothing."""
    from importlib.util import find_spec

    names = [] if find_spec("torch") else ["PyTorch"]
    needed = [each for each in slicer.packaging.load_requirements(REQUIREMENTS) if each.name not in LEFT_ALONE]
    return names + [each.name for each in needed if not slicer.packaging.pip_check(each)]


def install():
    """Install what is missing. Raises RuntimeError, in a sentence for the user, where that fails."""
    if "PyTorch" in missing():
        _install_torch()
    slicer.packaging.pip_ensure(
        slicer.packaging.load_requirements(REQUIREMENTS), skip_packages=LEFT_ALONE, requester="CRFGANSynth"
    )


def _install_torch():
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
