import shutil
import sys
import time
from pathlib import Path

import qt
import slicer
import vtk
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


class CRFGANSynthWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: volumes in, watch the training, synthetic volumes out."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.job = None
        self._parameterNode = None
        self._guiTag = None

    def setup(self):
        """Load the panel; nothing heavy happens here."""
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/CRFGANSynth.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = CRFGANSynthLogic()
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.ui.installButton.connect("clicked(bool)", self.onInstall)
        self.ui.trainButton.connect("clicked(bool)", self.onTrain)
        self.ui.stopButton.connect("clicked(bool)", self.onStop)
        self.ui.synthesizeButton.connect("clicked(bool)", self.onSynthesize)
        self.ui.inputVolumesSelector.connect("checkedNodesChanged()", self.onInputVolumesChanged)
        self.initializeParameterNode()

    def cleanup(self):
        """Leave no process and no observer behind."""
        if self.job is not None and self.job.running:
            self.job.kill()
        self.setParameterNode(None)
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
        self.updateDependencies()

    def exit(self):
        """Called each time the user opens another module."""
        self.setParameterNode(None)

    def onSceneStartClose(self, caller, event):
        """The parameter node is about to go."""
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        """A new scene has a parameter node of its own."""
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Observe the scene's parameter node."""
        self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, parameterNode):
        """Connect the panel to a parameter node, or to none."""
        if self._parameterNode is not None:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
        self._parameterNode = parameterNode
        if parameterNode is not None:
            self._guiTag = parameterNode.connectGui(self.ui)
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
            self._showInputVolumes()
            self._checkCanApply()

    def updateDependencies(self):
        """Show the line with the Install button only while something is missing."""
        from CRFGANSynthLib import dependencies

        names = dependencies.missing()
        self.ui.dependenciesFrame.visible = bool(names)
        self.ui.dependenciesLabel.text = _("To train and synthesize, install: {names}").format(names=", ".join(names))
        self._checkCanApply()

    def onInstall(self, checked=False):
        """Install what is missing, because the user asked for it."""
        from CRFGANSynthLib import dependencies

        with slicer.util.tryWithErrorDisplay(_("Installation failed."), waitCursor=True):
            dependencies.install()
        self.updateDependencies()

    def _showInputVolumes(self):
        selector = self.ui.inputVolumesSelector
        wanted = list(self._parameterNode.inputVolumes)
        wasBlocked = selector.blockSignals(True)
        for index in range(selector.nodeCount()):
            node = selector.nodeFromIndex(index)
            selector.setCheckState(node, qt.Qt.Checked if node in wanted else qt.Qt.Unchecked)
        selector.blockSignals(wasBlocked)

    def onInputVolumesChanged(self):
        """No connector exists for a list of nodes: kept in step by hand."""
        if self._parameterNode is not None:
            self._parameterNode.inputVolumes = list(self.ui.inputVolumesSelector.checkedNodes())

    def _checkCanApply(self, caller=None, event=None):
        node = self._parameterNode
        if node is None:
            return
        idle = self.job is None or not self.job.running
        ready = not self.ui.dependenciesFrame.visible
        self.ui.trainButton.enabled = idle and ready and len(node.inputVolumes) >= 2
        self.ui.trainButton.toolTip = (
            _("Train on the checked volumes") if len(node.inputVolumes) >= 2 else _("Check two or more volumes first")
        )
        self.ui.stopButton.enabled = not idle
        chosen = not isUnset(node.modelPath)
        self.ui.synthesizeButton.enabled = idle and ready and chosen
        self.ui.synthesizeButton.toolTip = (
            _("Synthesize volumes into the scene") if chosen else _("Choose a model, or train one, first")
        )

    def onTrain(self, checked=False):
        """Start a training run on the checked volumes."""
        from CRFGANSynthLib.job import Job

        node = self._parameterNode
        with slicer.util.tryWithErrorDisplay(_("Training could not start."), waitCursor=True):
            run = self.logic.newRunFolder() if isUnset(node.runFolder) else node.runFolder
            arguments = self.logic.trainingArguments(
                node.inputVolumes,
                run,
                preset=node.preset,
                modality=node.modality,
                iterations=node.iterations,
                seed=node.trainingSeed,
            )
            self._startJob(Job(arguments, run, self.onEvent, self.onTrained), _("Preparing the volumes..."))

    def onSynthesize(self, checked=False):
        """Start the synthesis of new volumes."""
        from CRFGANSynthLib.job import Job

        node = self._parameterNode
        with slicer.util.tryWithErrorDisplay(_("Synthesis could not start."), waitCursor=True):
            folder = self.logic.newOutputFolder()
            arguments = self.logic.synthesisArguments(node.modelPath, node.count, node.seed, folder)
            self._startJob(Job(arguments, folder, self.onEvent, self.onSynthesized), _("Synthesizing..."))

    def onStop(self, checked=False):
        """Ask the worker to save and end."""
        if self.job is not None:
            self.ui.statusLabel.text = _("Saving and stopping...")
            self.job.stop()

    def _startJob(self, job, text):
        self.job = job
        self.ui.progressBar.maximum, self.ui.progressBar.value = 0, 0
        self.ui.statusLabel.text = text
        job.start()
        self._checkCanApply()

    def onEvent(self, event):
        """Show what the worker says."""
        show = getattr(self, "_on_" + event["event"], None)
        if show is not None:
            show(event)

    def _on_preparing(self, event):
        self._showProgress(event["done"], event["total"])

    def _on_skipped(self, event):
        self.ui.logBox.appendPlainText(
            _("Left out {name}: {reason}").format(name=event["name"], reason=event["reason"])
        )

    def _on_step(self, event):
        self._showProgress(event["step"], event["total"])
        left = event["seconds_left"]
        self.ui.statusLabel.text = _("Step {step} of {total}, {left} left").format(
            step=event["step"], total=event["total"], left=formatSeconds(left)
        )

    def _on_preview(self, event):
        pixmap = qt.QPixmap(event["path"])
        self.ui.previewLabel.setPixmap(pixmap)
        self.ui.previewLabel.visible = True

    def _on_synthesized(self, event):
        from CRFGANSynthLib.nodes import loadSynthetic

        self._showProgress(event["index"] + 1, event["total"])
        node = loadSynthetic(event["path"])
        if event["index"] == 0:
            slicer.util.setSliceViewerLayers(background=node, fit=True)

    def _showProgress(self, done, total):
        self.ui.progressBar.maximum = total
        self.ui.progressBar.value = done

    def onTrained(self, job):
        """Say how training ended; the model is chosen for synthesis."""
        run = job.stopFile.parent
        shutil.rmtree(run / "exported", ignore_errors=True)
        if (run / "model.safetensors").exists() and self._parameterNode is not None:
            self._parameterNode.modelPath = run / "model.safetensors"
        self._jobEnded(job, _("Training has finished. Press Synthesize to make volumes."))

    def onSynthesized(self, job):
        """Say how synthesis ended."""
        self._jobEnded(job, _("The synthetic volumes are in the scene."))

    def _jobEnded(self, job, success):
        self.ui.progressBar.maximum = max(self.ui.progressBar.maximum, 1)
        if job.error:
            self.ui.statusLabel.text = job.error
        elif job.stopped:
            self.ui.statusLabel.text = _("Stopped; what was learned is saved.")
        else:
            self.ui.statusLabel.text = success
        self._checkCanApply()


def isUnset(path):
    """Whether a path parameter has no value: an empty path is the folder `.`."""
    return path is None or path == Path()


def formatSeconds(seconds):
    """Time left for a person: 45 s, 12 min, 3 h 20 min."""
    if seconds is None:
        return "..."
    if seconds < 90:
        return _("{count} s").format(count=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 90:
        return _("{count} min").format(count=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


class CRFGANSynthTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer: Reload and Test, or ctest. Training is skipped where PyTorch isn't installed."""

    def setUp(self):
        """Start with an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self):
        """Run all tests."""
        for test in (self.test_NodesKeepTheirGeometry, self.test_TrainAndSynthesize):
            self.setUp()
            test()

    def makeVolumeNodes(self, count):
        """Head phantoms of 32^3 voxels as volume nodes."""
        from crfgan.phantoms import make_head

        nodes = []
        for seed in range(count):
            image = make_head(seed, (32, 32, 32)).image
            node = slicer.util.addVolumeFromArray(image.array, image.ijk_to_ras, name=f"Head {seed}")
            nodes.append(node)
        return nodes

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

    def test_TrainAndSynthesize(self):
        """From nodes to a model to new nodes."""
        from CRFGANSynthLib import dependencies

        if dependencies.missing():
            self.skipTest("needs " + ", ".join(dependencies.missing()))
        logic = CRFGANSynthLogic()
        nodes = self.makeVolumeNodes(3)
        folder = Path(slicer.app.temporaryPath) / f"CRFGANSynthTest-{time.time_ns()}"
        model = logic.train(nodes, shape=(32, 32, 32), iterations=2, preset="tiny-32", batch_size=2, folder=folder)
        made = logic.synthesize(model, count=2, seed=7)
        self.assertEqual(len(made), 2)
        self.assertEqual(made[0].GetImageData().GetDimensions(), (32, 32, 32))
        self.assertEqual(made[0].GetAttribute("CRFGANSynth.Synthetic"), "YES")
        shutil.rmtree(folder)
