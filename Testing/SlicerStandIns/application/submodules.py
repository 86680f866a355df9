"""Parts of the package `slicer` that are there only once somebody imports them, as in Slicer."""

import importlib
import importlib.abc
import importlib.util
import sys

NAMES = ("ScriptedLoadableModule", "i18n", "packaging", "parameterNodeWrapper", "testing")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `slicer.<name>` and puts the stand-in of that name in its place; Python then sets the attribute."""

    def find_spec(self, fullname, path=None, target=None):
        package, _, name = fullname.partition(".")
        if package == "slicer" and name in NAMES:
            return importlib.util.spec_from_loader(fullname, self)
        return None

    def create_module(self, spec):
        """Python's own kind of module, for as long as it takes."""

    def exec_module(self, module):
        name = module.__name__.partition(".")[2]
        sys.modules[module.__name__] = importlib.import_module(f"..{name}", __package__)


def install() -> None:
    """Once per process."""
    sys.meta_path.append(_Finder())
