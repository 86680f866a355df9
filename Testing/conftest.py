"""Makes the stand-ins for Slicer importable and their fixtures known to every test, and keeps homes clean."""

import locale
import os
import sys
from pathlib import Path

import pytest

# As crfgan's own command does: threads that spin while they wait halve the speed as soon as a worker is at work, too.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
