"""Runs a scripted module on real MRML nodes and real Qt widgets, without the Slicer application.

    slicer_app = SlicerStandIns.start()
    module = SlicerStandIns.load_module("CRFGANSynth/CRFGANSynth.py")
    widget = SlicerStandIns.create_widget(module)

See README.md. Never imported by the product.
"""

from . import environment
from .harness import Application, create_widget, load_module, reload_module, run_module_test, start

__all__ = [
    "Application",
    "create_widget",
    "environment",
    "load_module",
    "reload_module",
    "run_module_test",
    "start",
]
