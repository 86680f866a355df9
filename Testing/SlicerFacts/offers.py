"""What the stand-ins offer: is it in Slicer? Wants them started (SlicerStandIns.start())."""

import importlib
import pkgutil

from PySide6 import QtCore, QtGui, QtWidgets

from . import offers_python, offers_qt

PACKAGE = "SlicerStandIns"


def problems(facts) -> list[str]:
    """One sentence for everything that a stand-in offers and Slicer lacks."""
    found = [sentence for cls in stand_ins() for sentence in offers_qt.problems(facts, cls)]
    for file, real in offers_python.FILES.items():
        found += offers_python.problems(facts, _file(file), real)
    found += offers_python.wrapper_problems(facts, _file("parameterNodeWrapper").ParameterNodeMethods)
    return [*found, *offers_qt.pop_ups(facts, qt_classes())]


def stand_ins() -> list:
    """Every class of the package that stands in for one of Qt's kind."""
    package = importlib.import_module(PACKAGE)
    found = pkgutil.walk_packages(package.__path__, f"{PACKAGE}.")
    files = [importlib.import_module(each.name) for each in found if not each.name.endswith(".pytest_plugin")]
    every = {each for file in files for each in vars(file).values() if isinstance(each, type)}
    ours = (each for each in every if each.__module__.startswith(f"{PACKAGE}.") and offers_qt.stands_for(each))
    return sorted(ours, key=lambda each: each.__name__)


def qt_classes() -> list:
    every = (getattr(module, name) for module in (QtCore, QtGui, QtWidgets) for name in dir(module))
    return [each for each in every if isinstance(each, type)]


def _file(name: str):
    return importlib.import_module(f"{PACKAGE}.{name}")
