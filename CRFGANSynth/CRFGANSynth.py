import shutil
import sys
import time
from pathlib import Path

import slicer
import vtk
from CRFGANSynthLib import comparison_layout, sample_data
from CRFGANSynthLib.logic import CRFGANSynthLogic, CRFGANSynthParameterNode
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

__all__ = [
    "CRFGANSynth",
    "CRFGANSynthLogic",
    "CRFGANSynthParameterNode",
    "CRFGANSynthTest",
    "CRFGANSynthWidget",
]


class CRFGANSynth(ScriptedLoadableModule):
    """Synthetic 3D medical images from your own data."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("CRFGAN Synth")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Image Synthesis")]
        self.parent.dependencies = []
        self.parent.contributors = ["CRFGANSynth contributors"]
        self.parent.helpText = _(
            "Trains a CRF-GAN on volumes of the scene and synthesizes new ones into it. Nothing leaves this computer."
        )
        self.parent.acknowledgementText = _(
            "Method: Shiri, Bruno, Loiacono: Memory-Efficient 3D High-Resolution Medical Image Synthesis Using "
            "CRF-Guided GANs, 2025 (arXiv 2503.10899). Synthetic volumes are not for diagnosis."
        )
        slicer.app.connect("startupCompleted()", sample_data.register)
        # A scene that was saved while volumes stood side by side needs that layout before the panel is opened.
        slicer.app.connect("startupCompleted()", comparison_layout.register)


class CRFGANSynthWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: synthesize, train, compare, manage; each section has its own file in CRFGANSynthLib/panel."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self._parameterNode = None
        self._guiTag = None

    def setup(self):
        """Load the panel; nothing heavy happens here."""
        from CRFGANSynthLib.panel.closing import CloseFilter
        from CRFGANSynthLib.panel.compare_section import CompareSection
        from CRFGANSynthLib.panel.devices import DeviceChooser
        from CRFGANSynthLib.panel.job_section import JobSection
        from CRFGANSynthLib.panel.manage_section import ManageSection
        from CRFGANSynthLib.panel.places import PlaceChooser
        from CRFGANSynthLib.panel.setup_section import SetupSection
        from CRFGANSynthLib.panel.synthesize_section import SynthesizeSection
        from CRFGANSynthLib.panel.train_section import TrainSection

        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/CRFGANSynth.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = CRFGANSynthLogic()
        self.packages = SetupSection(self.ui, self.logic, self.updateReady)
        self.jobs = JobSection(self.ui, self.logic, self.onJobEnded)
        self.synthesize = SynthesizeSection(self.ui, self.logic)
        self.train = TrainSection(self.ui, self.logic, self.updateButtons)
        self.compare = CompareSection(self.ui, self.logic)
        self.manage = ManageSection(self.ui, self.logic, self.synthesize.refresh, self.jobs.resume)
        ui = self.ui
        self.devices = DeviceChooser([ui.deviceComboBox, ui.trainDeviceComboBox], self.train.forgetEstimates)
        self.places = PlaceChooser([ui.placePathEdit, ui.trainPlacePathEdit], self.manage.changed)
        self.closeFilter = CloseFilter()
        if slicer.util.mainWindow() is not None:
            slicer.util.mainWindow().installEventFilter(self.closeFilter)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneEndImport)
        self.initializeParameterNode()

    def cleanup(self):
        """Leave no observer behind; workers that are at work go on, and are found again."""
        if slicer.util.mainWindow() is not None:
            slicer.util.mainWindow().removeEventFilter(self.closeFilter)
        self.setParameterNode(None)
        self.packages.close()
        self.train.close()
        self.compare.close()
        self.jobs.close()
        for job in self.jobs.queue.running:
            job.leave()
        self.removeObservers()

    def onReload(self):
        """Reload what the module is made of, too: Slicer by itself reloads this file alone."""
        for name in list(sys.modules):
            if name.split(".")[0] in ("CRFGANSynthLib", "crfgan"):
                del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def enter(self):
        """Called each time the user opens the module."""
        self.initializeParameterNode()
        self.updateReady()
        self.synthesize.refresh()
        self.jobs.watchRuns()

    def exit(self):
        """Called each time the user opens another module."""
        self.setParameterNode(None)

    def onSceneStartClose(self, caller, event):
        """The parameter node is about to go; a training that is at work goes on only if the user says so."""
        from CRFGANSynthLib.panel import closing

        closing.settle(canCancel=False)
        # As long as Slicer knows which layout was there before, and the volumes are there.
        self.compare.onRestore()
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        """A new scene has a parameter node of its own, and nothing to tell of jobs that have ended."""
        self.jobs.forgetEnded()
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller, event):
        """The parameter node may have other values now."""
        if self.parent.isEntered:
            self.setParameterNode(None)
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Observe the scene's parameter node."""
        self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, parameterNode):
        """Connect the panel to a parameter node, or to none."""
        if self._parameterNode is not None:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParameters)
        self._parameterNode = parameterNode
        for section in (self.synthesize, self.train, self.compare, self.jobs):
            section.setParameterNode(parameterNode)
        if parameterNode is not None:
            self._guiTag = parameterNode.connectGui(self.ui)
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParameters)
            self.onParameters()

    def onParameters(self, caller=None, event=None):
        """Follow the parameter node."""
        if self._parameterNode is not None:
            self.synthesize.updateFromParameters()
            self.train.updateFromParameters()
            self.updateButtons()

    def updateReady(self):
        """Look again whether something is missing."""
        self.packages.update()
        self.train.setReady(self.packages.ready)
        self.updateButtons()

    def updateButtons(self):
        """What can be begun."""
        self.synthesize.updateButton(self.packages.ready)
        self.train.updateButton(self.packages.ready)
        self.compare.updateButtons(self.packages.ready)

    def onJobEnded(self, job):
        """A training leaves a model to synthesize from, an evaluation a report."""
        from crfgan.storage.run_folder import RunFolder

        if self._parameterNode is not None and job.canPause:
            model = RunFolder(job.folder).model
            if model.exists():
                self.synthesize.choose(model)
        self.compare.onEnded(job)
        if not self.ui.manageSection.collapsed:
            self.manage.refresh()
        self.packages.onEnded(job)
        self.updateReady()


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
        from CRFGANSynthLib.job_queue import theQueue

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
        from CRFGANSynthLib.nodes import volumeFromNode

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
            nodes[:3], nodes[3:7], training=nodes[7:], shape=(32, 32, 32), folder=self.folder / "report"
        )
        self.assertEqual(len(report["memorisation"]["pairs"]), 3)
        self.assertIsNotNone(report["frechet_random3d"]["value"])
        self.assertTrue(Path(report["page"]).exists())

    def test_SideBySideGivesTheViewsBack(self):
        """Two volumes are compared in a layout of their own, and the layout of before returns."""
        from CRFGANSynthLib.comparison import Comparison

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
