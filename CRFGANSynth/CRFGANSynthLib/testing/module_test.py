"""The module's own test: Reload and Test runs it, and ctest."""

import shutil
import time
from pathlib import Path

import slicer
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from .. import sample_data
from ..logic import CRFGANSynthLogic


class CRFGANSynthTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer: Reload and Test, or ctest. What needs PyTorch is skipped where it isn't installed."""

    def setUp(self):
        """Start with an empty scene, and a folder of its own for all files."""
        self.folder = Path(slicer.app.temporaryPath) / f"CRFGANSynthTest-{time.time_ns()}"
        self.folder.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.useOwnCache()
        self.keepLayout()
        slicer.mrmlScene.Clear()
        self.addCleanup(slicer.mrmlScene.Clear)
        self.logic = CRFGANSynthLogic()
        self.addCleanup(self.forgetJobs)

    def useOwnCache(self):
        """Prepared volumes would stay in the user's cache otherwise."""
        from unittest import mock

        cache = mock.patch.dict("os.environ", CRFGAN_CACHE=str(self.folder / "cache"))
        cache.start()
        self.addCleanup(cache.stop)

    def forgetJobs(self):
        """The panel would go on showing those that have ended."""
        from ..jobs.queue import theQueue

        theQueue().forgetEnded()

    def keepLayout(self):
        """An open panel changes the layout when a training begins."""
        layoutManager = slicer.app.layoutManager()
        if layoutManager is not None:
            self.addCleanup(layoutManager.setLayout, layoutManager.layout)

    def runTest(self):
        """Run all tests, one after another whatever fails, and say how many passed.

        Raises:
            AssertionError: it names the tests that failed.
        """
        import unittest

        result = unittest.TestResult()
        for name in unittest.defaultTestLoader.getTestCaseNames(type(self)):
            self.delayDisplay(name)
            type(self)(name).run(result)
        failed, skipped = dict(result.failures + result.errors), dict(result.skipped)
        passed = result.testsRun - len(failed.keys() | skipped.keys())
        for verb, tests in (("skipped", skipped), ("failed", failed)):
            for test, reason in tests.items():
                print(f"{test._testMethodName} {verb}: {reason}")
        print(f"CRFGANSynthTest: {passed} passed, {len(failed)} failed, {len(skipped)} skipped")
        if failed:
            raise AssertionError("Failed: " + ", ".join(test._testMethodName for test in failed))

    def needPackages(self):
        """Skip a test where something is missing."""
        if self.logic.missing():
            self.skipTest("needs " + ", ".join(self.logic.missing()))

    def makeVolumeNodes(self, count):
        """Head phantoms of 32^3 voxels as volume nodes."""
        return sample_data.load("head", count, 32)

    def train(self, **settings):
        """A model of a few steps; returns its path."""
        quick = {"shape": (32, 32, 32), "preset": "tiny-32", "iterations": 2, "batch_size": 2}
        return self.logic.train(self.makeVolumeNodes(3), folder=self.folder / "run", **quick | settings)

    def test_NodesKeepTheirGeometry(self):
        """A node's voxels and geometry are what the worker gets."""
        import numpy as np

        from ..nodes import volumeFromNode

        matrix = np.array([[0, -2, 0, 5], [1.5, 0, 0, -7], [0, 0, 3, 11], [0, 0, 0, 1]], dtype=float)
        array = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
        node = slicer.util.addVolumeFromArray(array, matrix, name="Rotated")
        volume = volumeFromNode(node)
        self.assertTrue(np.array_equal(volume.array, array))
        self.assertTrue(np.allclose(volume.ijk_to_ras, matrix))

    def test_ShippedModelSynthesizes(self):
        """Two clicks of the panel: a shipped model, one volume."""
        self.needPackages()
        (node,) = self.logic.synthesize(folder=self.folder / "new")
        self.assertEqual(node.GetImageData().GetDimensions(), (64, 64, 64))
        self.assertEqual(node.GetAttribute("CRFGANSynth.Synthetic"), "YES")

    def test_TrainAndSynthesize(self):
        """From nodes to a model to new nodes."""
        self.needPackages()
        made = self.logic.synthesize(self.train(), count=2, seed=7, folder=self.folder / "new")
        self.assertEqual(len(made), 2)
        self.assertEqual(made[0].GetImageData().GetDimensions(), (32, 32, 32))
        self.assertEqual(made[0].GetAttribute("CRFGANSynth.Synthetic"), "YES")

    def test_StopAndResume(self):
        """A training that is stopped goes on from there."""
        self.needPackages()
        self.train(iterations=1000, progress=lambda event: event["event"] != "step")
        run = self.folder / "run"
        job = self.logic.startResuming(run, progress=lambda event: event["event"] != "step")
        self.assertEqual(job.result(), run / "model.safetensors")
        self.assertEqual(job.state, "stopped")

    def test_EvaluateLooksForCopies(self):
        """Real volumes in the place of synthetic ones: the report names each one's nearest training volume."""
        self.needPackages()
        nodes = self.makeVolumeNodes(9)
        report = self.logic.evaluate(
            synthetic=nodes[:3], real=nodes[3:7], training=nodes[7:], shape=(32, 32, 32), folder=self.folder / "report"
        )
        self.assertEqual(len(report["memorisation"]["pairs"]), 3)
        self.assertIsNotNone(report["frechet_random3d"]["value"])
        self.assertTrue(Path(report["page"]).exists())

    def test_SideBySideGivesTheViewsBack(self):
        """Two volumes are compared in a layout of their own, and the layout of before returns."""
        from ..comparison import Comparison

        layoutManager = slicer.app.layoutManager()
        if layoutManager is None:
            self.skipTest("needs Slicer's views")
        before = layoutManager.layout
        comparison = Comparison(*self.makeVolumeNodes(2))
        self.addCleanup(comparison.restore)
        comparison.show()
        self.assertNotEqual(layoutManager.layout, before)
        comparison.restore()
        self.assertEqual(layoutManager.layout, before)

    def test_BadInputIsASentence(self):
        """What can't be trained on is named; nothing is begun."""
        self.needPackages()
        with self.assertRaisesRegex(Exception, "must be three multiples of 32"):
            self.train(shape=(60, 60, 60))

    def test_PanelFollowsTheScene(self):
        """The panel opens, lists the scene's volumes and keeps what is set with the scene."""
        nodes = self.makeVolumeNodes(2)
        widget = self.enterPanel()
        self.waitForRows(widget, 2)
        widget.train.volumes.check(True)
        self.assertEqual(list(self.logic.getParameterNode().inputVolumes), nodes)
        slicer.mrmlScene.Clear()
        self.waitForRows(widget, 0)

    def enterPanel(self):
        """Open the panel, for the test alone where the user has another module open; returns its widget."""
        widget = slicer.modules.crfgansynth.widgetRepresentation().self()
        if not widget.parent.isEntered:
            self.addCleanup(widget.exit)
        widget.enter()
        return widget

    def waitForRows(self, widget, count):
        """Let Slicer's event loop run until the panel lists so many volumes, which it does a moment later."""
        until = time.monotonic() + 10
        while widget.ui.volumesTable.rowCount != count and time.monotonic() < until:
            slicer.app.processEvents()
        self.assertEqual(widget.ui.volumesTable.rowCount, count)
