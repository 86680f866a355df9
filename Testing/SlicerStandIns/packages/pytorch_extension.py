"""Makes the PyTorch extension's module appear in the application, and go again."""

import importlib
import sys

import slicer


def is_there() -> bool:
    return "PyTorchUtils" in sys.modules


def add() -> None:
    """As after the extension's installation and a restart: `import PyTorchUtils`, slicer.modules.pytorchutils."""
    from ..modules import LogicModule, register

    sys.modules["PyTorchUtils"] = importlib.import_module("..PyTorchUtils", __package__)
    register(LogicModule("PyTorchUtils", None))


def remove() -> None:
    from ..modules import unregister

    if sys.modules.pop("PyTorchUtils", None) is not None:
        unregister(slicer.modules.pytorchutils)
