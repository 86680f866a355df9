"""The scene and the module logics, all of them Slicer's own C++ classes from slicer-core.

Set up as the application does: one scene, one application logic, each module's logic registering its nodes.
"""

import slicer
import vtk

from .presets import add_presets

LOGICS = {
    "Volumes": "vtkSlicerVolumesLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Sequences": "vtkSlicerSequencesLogic",
    "VolumeRendering": "vtkSlicerVolumeRenderingLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Models": "vtkSlicerModelsLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Units": "vtkSlicerUnitsLogic",
}
SLICES = {
    "Red": ("Axial", (0.952, 0.290, 0.200)),
    "Green": ("Coronal", (0.431, 0.690, 0.294)),
    "Yellow": ("Sagittal", (0.929, 0.835, 0.298)),
}


class SceneParts:
    """The scene, the application logic, and the logic of each module by its name."""

    def __init__(self, temporary_path: str):
        self.scene = slicer.vtkMRMLScene()
        self.application_logic = slicer.vtkSlicerApplicationLogic()
        self.logics = {}
        self._allow_bundles(temporary_path)
        self.application_logic.SetMRMLScene(self.scene)
        self.application_logic.SetTemporaryPath(temporary_path)
        slicer.mrmlScene = self.scene
        self._add_colors()
        for name, class_name in LOGICS.items():
            self._add_logic(name, getattr(slicer, class_name)())
        add_presets(self.logics["VolumeRendering"], temporary_path)
        self._add_views()

    def _allow_bundles(self, temporary_path: str):
        """Without a cache and a data manager, scenes and .mrb bundles neither save nor load."""
        self._remote = slicer.vtkMRMLRemoteIOLogic()
        self._remote.SetMRMLApplicationLogic(self.application_logic)
        self._remote.GetCacheManager().SetRemoteCacheDirectory(temporary_path)
        self._remote.SetMRMLScene(self.scene)
        self._data = slicer.vtkDataIOManagerLogic()
        self._data.SetMRMLApplicationLogic(self.application_logic)
        self._data.SetAndObserveDataIOManager(self._remote.GetDataIOManager())
        self._remote.AddDataIOToScene()

    def _add_colors(self):
        colors = slicer.vtkMRMLColorLogic()
        colors.SetMRMLApplicationLogic(self.application_logic)
        colors.SetMRMLScene(self.scene)
        self.application_logic.SetColorLogic(colors)
        colors.AddDefaultColorNodes()
        self.application_logic.SetModuleLogic("Colors", colors)
        self.logics["Colors"] = colors

    def _add_logic(self, name: str, logic):
        logic.SetMRMLApplicationLogic(self.application_logic)
        logic.SetMRMLScene(self.scene)
        self.application_logic.SetModuleLogic(name, logic)
        self.logics[name] = logic

    def _add_views(self):
        """The four-up layout's slice nodes and 3D view node, with Slicer's own slice logics."""
        self.slice_logics = vtk.vtkCollection()
        for name, (orientation, color) in SLICES.items():
            node = self.add_slice_logic().AddSliceNode(name)
            node.SetOrientation(orientation)
            node.SetLayoutColor(color)
        self.application_logic.SetSliceLogics(self.slice_logics)
        view = slicer.vtkMRMLViewNode()
        view.SetSingletonTag("1")
        view.SetName("View1")
        self.view_node = self.scene.AddNode(view)
        self._add_layout()

    def _add_layout(self):
        """Slicer's own logic of layouts, which makes the plot view's node when a layout first has one."""
        self.layout_logic = slicer.vtkMRMLLayoutLogic()
        self.layout_logic.SetMRMLApplicationLogic(self.application_logic)
        self.layout_logic.SetMRMLScene(self.scene)
        self.layout_logic.GetLayoutNode().SetViewArrangement(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)

    def add_slice_logic(self):
        """One more, as a slice view makes for itself; it wants a slice node."""
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(self.application_logic)
        logic.SetMRMLScene(self.scene)
        self.slice_logics.AddItem(logic)
        return logic

    def remove_slice_logic(self, logic):
        """Takes a slice view's nodes out of the scene, and the logic with them."""
        nodes = logic.GetSliceCompositeNode(), logic.GetSliceNode()
        self.slice_logics.RemoveItem(logic)
        logic.SetMRMLScene(None)
        for node in nodes:
            self.scene.RemoveNode(node)

    def slice_logic(self, name: str):
        logics = map(self.slice_logics.GetItemAsObject, range(self.slice_logics.GetNumberOfItems()))
        return next(logic for logic in logics if logic.GetSliceNode().GetLayoutName() == name)
