"""Stands in for the PyTorch extension's module PyTorchUtils: torch is never downloaded, only counted as installed."""

import importlib

import slicer

from .packages.hidden_packages import is_hidden
from .packages.installer import Request, installer


class PyTorchUtilsLogic:
    """Whether torch is there, and how to get it."""

    @staticmethod
    def torchInstalled():
        return not is_hidden("torch") and importlib.util.find_spec("torch") is not None

    def installTorch(
        self,
        askConfirmation=False,
        forceComputationBackend=None,
        torchVersionRequirement=None,
        torchvisionVersionRequirement=None,
    ):
        """The torch module; None where the user declines; subprocess.CalledProcessError where pip fails."""
        packages = [f"torch{torchVersionRequirement or ''}", f"torchvision{torchvisionVersionRequirement or ''}"]
        if forceComputationBackend is not None:
            packages.append(f"--pytorch-computation-backend={forceComputationBackend}")
        installer.requests.append(Request(tuple(packages), (), "PyTorchUtils"))
        if askConfirmation and not slicer.app.testingEnabled() and not self._confirmed(packages):
            return None
        installer.run(*packages)
        return importlib.import_module("torch")

    def uninstallTorch(self, askConfirmation=False, forceComputationBackend=None):
        """Takes both packages away without a question, as in Slicer."""
        installer.runs.append(("uninstall", "torch", "torchvision"))
        installer.missing.add("torch")

    @staticmethod
    def _confirmed(packages) -> bool:
        agreed = slicer.util.confirmOkCancelDisplay(
            f"PyTorch will be downloaded and installed using light-the-torch (ltt install {' '.join(packages)})."
            " The process might take some minutes."
        )
        return agreed and not installer.declined
