"""Makes installed packages look missing: those that a test names in `installer.missing`, without unloading them."""

import functools
import importlib.metadata
import importlib.util
import sys

from .installer import installer


def is_hidden(name: str) -> bool:
    """Whether a test has declared this top-level module, or the distribution it comes from, missing."""
    top = name.partition(".")[0]
    return bool(installer.missing) and not installer.missing.isdisjoint({top, *_distributions().get(top, ())})


@functools.cache
def _distributions() -> dict:
    return importlib.metadata.packages_distributions()


class _Blocker:
    """A module that is hidden and not loaded yet can't be imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if "." not in name and is_hidden(name):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def install() -> None:
    """Once per process; what is loaded stays loaded, and torch's own imports of its parts go on."""
    find_spec, distribution = importlib.util.find_spec, importlib.metadata.distribution
    importlib.util.find_spec = lambda name, package=None: None if is_hidden(name) else find_spec(name, package)
    importlib.metadata.distribution = _hiding(distribution)
    sys.meta_path.insert(0, _Blocker)


def _hiding(distribution):
    def find(name):
        if name in installer.missing:
            raise importlib.metadata.PackageNotFoundError(name)
        return distribution(name)

    return find
