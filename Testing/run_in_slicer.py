"""Runs the module's own test and a short visit to its panel in a real Slicer, and says in one line how that went.

    Slicer --python-script Testing/run_in_slicer.py
    Slicer --no-main-window --testing --python-script Testing/run_in_slicer.py

The installed extension is tested, or where there is none the module of this source tree. Nothing is installed and
nothing leaves this computer. Slicer ends with status 0 if nothing failed, else with 1; its log has failures in full.
"""

import logging
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import qt
import slicer

NAME = "CRFGANSynth"
SOURCE = Path(__file__).resolve().parents[1] / NAME / f"{NAME}.py"


class PanelVisit(unittest.TestCase):
    """What a user does first: open the panel, press Synthesize."""

    def setUp(self):
        """Open the panel as far as it goes: without a main window there is no place for it."""
        if slicer.util.mainWindow() is not None:
            slicer.util.selectModule(NAME)
        self.widget = slicer.modules.crfgansynth.widgetRepresentation().self()
        if not self.widget.parent.isEntered:
            self.widget.enter()
            self.addCleanup(self.widget.exit)
        self.addCleanup(slicer.mrmlScene.Clear)

    def test_PanelOpens(self):
        """The panel offers a model and says what is missing, if anything is."""
        ui = self.widget.ui
        self.assertGreater(ui.modelComboBox.count, 0)
        self.assertEqual(ui.synthesizeButton.enabled, not self.widget.logic.missing())

    def test_PanelSynthesizes(self):
        """One press of the button, one volume; its file is removed afterwards."""
        missing = self.widget.logic.missing()
        if missing:
            self.skipTest("needs " + ", ".join(missing))
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with mock.patch("CRFGANSynthLib.preferences.dataFolder", lambda: Path(folder)):
                self.widget.ui.synthesizeButton.click()
            (node,) = self.widget.jobs.queue.jobs[-1].result()
        self.assertEqual(node.GetAttribute("CRFGANSynth.Synthetic"), "YES")


def loadModule():
    """Load the module of this source tree, unless Slicer has it already."""
    if hasattr(slicer.modules, NAME.lower()):
        return
    factory = slicer.app.moduleManager().factoryManager()
    factory.registerModule(qt.QFileInfo(str(SOURCE)))
    if not factory.loadModules([NAME]):
        raise RuntimeError(f"{SOURCE} can't be loaded; Slicer's log says why")


def runTests():
    """Run the module's tests, then those of this file; returns their unittest.TestResult."""
    loadModule()
    import CRFGANSynth

    load = unittest.defaultTestLoader.loadTestsFromTestCase
    result = unittest.TestResult()
    for case in (CRFGANSynth.CRFGANSynthTest, PanelVisit):
        load(case).run(result)
    return result


def report(result):
    """Print a line for each test that failed, then the summary; returns the exit status."""
    failed, skipped = dict(result.failures + result.errors), dict(result.skipped)
    for test, trace in failed.items():
        logging.debug(trace)
        print(f"{test.id().rpartition('.')[2]} failed: {trace.strip().splitlines()[-1]}")
    passed = result.testsRun - len(failed.keys() | skipped.keys())
    reasons = f" ({'; '.join(sorted(set(skipped.values())))})" if skipped else ""
    print(f"{here()}: {passed} passed, {len(failed)} failed, {len(skipped)} skipped{reasons}")
    return 1 if failed else 0


def here():
    """What is tested, and in what."""
    from crfgan import __version__

    window = "" if slicer.util.mainWindow() is not None else ", no main window"
    return f"{NAME} {__version__} in Slicer {slicer.app.applicationVersion} ({slicer.app.platform}{window})"


def main():
    """Run all, and end Slicer with the status that says how it went."""
    status = 1
    try:
        status = report(runTests())
    except Exception as error:
        logging.exception(NAME)
        print(f"{NAME} in Slicer {slicer.app.applicationVersion} ({slicer.app.platform}): not tested, {error}")
    finally:
        slicer.util.exit(status)


if __name__ == "__main__":
    main()
