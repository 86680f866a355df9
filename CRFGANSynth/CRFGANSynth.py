import sys

import slicer
import vtk
from CRFGANSynthLib import comparison_layout, sample_data
from CRFGANSynthLib.logic import CRFGANSynthLogic, CRFGANSynthParameterNode
from CRFGANSynthLib.testing.module_test import CRFGANSynthTest
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
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
        from CRFGANSynthLib.panel.job_section import JobSection
        from CRFGANSynthLib.panel.manage_section import ManageSection
        from CRFGANSynthLib.panel.setup_section import SetupSection
        from CRFGANSynthLib.panel.synthesize_section import SynthesizeSection
        from CRFGANSynthLib.panel.train_section import TrainSection
        from CRFGANSynthLib.panel.widgets.devices import DeviceChooser
        from CRFGANSynthLib.panel.widgets.places import PlaceChooser

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

        if self._parameterNode is not None and job.isTraining:
            model = RunFolder(job.folder).model
            if model.exists():
                self.synthesize.choose(model)
        self.compare.onEnded(job)
        if not self.ui.manageSection.collapsed:
            self.manage.refresh()
        self.packages.onEnded(job)
        self.updateReady()
