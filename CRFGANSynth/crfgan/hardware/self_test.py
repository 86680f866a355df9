"""Whether the packages that the core needs can be used: what is half installed is found, and yet can't be loaded."""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version

MODULES = {
    "torch": "torch",
    "numpy": "numpy",
    "SimpleITK": "SimpleITK",
    "pynrrd": "nrrd",
    "safetensors": "safetensors.torch",
    "tensorboardX": "tensorboardX",
    "tqdm": "tqdm",
    "psutil": "psutil",
    "pillow": "PIL.Image",
    "scipy": "scipy.ndimage",
    "jinja2": "jinja2",
}
"""The module of each package that the core imports; packages by their names in pyproject.toml."""


def problem_of(package: str) -> str:
    """What keeps a package from being used, as a remark in brackets; empty if nothing does."""
    try:
        module = importlib.import_module(MODULES[package])
        # A package that was removed in part leaves a folder without code, which Python imports all the same.
        if module.__file__ is None:
            return "its files are gone"
        if package == "torch":
            _convolve(module)
    except Exception as error:  # a damaged package raises whatever it likes
        first = str(error).strip().partition("\n")[0]
        return f"{type(error).__name__}: {first}" if first else type(error).__name__
    return ""


def _convolve(torch) -> None:
    """The smallest piece of training: libraries that PyTorch loads late are needed by now."""
    volume = torch.ones(1, 1, 2, 2, 2, requires_grad=True)
    torch.nn.functional.conv3d(volume, torch.ones(1, 1, 2, 2, 2)).sum().backward()


def version_of(package: str) -> str:
    """The version that is installed; empty if none is."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def first_unusable() -> tuple[str, str] | None:
    """The first package that can't be used and its problem; None where all can."""
    return next(((name, problem) for name in MODULES if (problem := problem_of(name))), None)


def sentence(package: str, problem: str) -> str:
    """What a person is told of a package that can't be used."""
    if not version_of(package):
        return f"The package {package} is missing. Install it, then try again."
    return f"The package {package} is installed but can't be loaded ({problem}). Install it anew, then try again."
