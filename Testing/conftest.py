"""Makes the stand-ins for Slicer importable and their fixtures known to every test."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

pytest_plugins = ["SlicerStandIns.pytest_plugin"]
