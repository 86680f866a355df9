"""Follows the nodes of a scene for the qMRML widgets, as Slicer's scene models do."""

import weakref

import slicer
import vtk


class SceneWatch:
    """Calls the widget's `_refresh` when the scene's nodes change; during a batch (close, load) once, at its end."""

    def __init__(self, widget):
        self._widget = weakref.ref(widget)
        self._scene = None
        self._observed = []
        self._listed = {}
        widget.destroyed.connect(self._stop)

    def follow(self, scene):
        self._stop()
        self._scene = scene
        if scene is None:
            return self._refresh()
        events = (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndBatchProcessEvent)
        self._observed = [(scene, scene.AddObserver(event, self._scene_changed)) for event in events]
        self._refresh()

    def nodes(self):
        """The scene's nodes in the scene's order; each is watched for its name and attributes."""
        count = self._scene.GetNumberOfNodes() if self._scene else 0
        nodes = [self._scene.GetNthNode(index) for index in range(count)]
        for node in nodes:
            if node not in self._listed:
                self._listed[node] = (_label(node), node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._node_changed))
        for node in [each for each in self._listed if each not in nodes]:
            node.RemoveObserver(self._listed.pop(node)[1])
        return nodes

    def _scene_changed(self, caller, event):
        if not caller.IsBatchProcessing():
            self._refresh()

    def _node_changed(self, node, event):
        if node in self._listed and not self._scene.IsBatchProcessing():
            label, tag = self._listed[node]
            if _label(node) != label:
                self._listed[node] = (_label(node), tag)
                self._refresh()

    def _refresh(self):
        widget = self._widget()
        if widget is not None:
            widget._refresh()

    def _stop(self):
        for scene, tag in self._observed:
            scene.RemoveObserver(tag)
        for node, (_, tag) in self._listed.items():
            node.RemoveObserver(tag)
        self._observed, self._listed = [], {}


def _label(node) -> tuple:
    """What of a node the widgets show or filter by."""
    names = slicer.vtkMRMLNode.GetAttributeNames(node) or ()
    return node.GetName(), node.GetHideFromEditors(), tuple((name, node.GetAttribute(name)) for name in names)
