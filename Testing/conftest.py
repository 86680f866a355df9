"""Makes the stand-ins for Slicer importable and their fixtures known to every test, and keeps homes clean."""

import locale
import os
import signal
import sys
from pathlib import Path

import pytest

# As crfgan's own command does: threads that spin while they wait halve the speed as soon as a worker is at work, too.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Several workers share the cores, and what is computed here must be, to the last bit, what a process computes.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

pytest_plugins = ["SlicerStandIns.pytest_plugin"]


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory):
    """The folder of the cache of prepared volumes, for tests and the processes that they start."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRFGAN_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def kept_locale():
    """GDCM's writer leaves a process in the locale C, in which what children print in UTF-8 can't be read."""
    before = locale.setlocale(locale.LC_ALL)
    yield
    locale.setlocale(locale.LC_ALL, before)


@pytest.fixture(autouse=True)
def kept_signals():
    """A command that runs in this process takes Ctrl-C for itself, as it does in its own."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
