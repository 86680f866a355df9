"""Stands in for Slicer's qMRML widgets: real Qt widgets that follow the real scene.

Faithful in names, properties, signals and in following nodes added, removed and renamed, and the scene closed or
loaded. Imitated: when exactly the signals come, and the first node being chosen where there is no "None" entry.
"""

from PySide6.QtCore import Property, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from .mrml.scene_watch import SceneWatch
from .qt.string_lists import string_list


class qSlicerWidget(QWidget):
    """The base of module panels in Slicer: told of the scene, it tells its children, but can't be asked for it."""

    mrmlSceneChanged = Signal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = None

    def setMRMLScene(self, scene):
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


class qMRMLWidget(QWidget):
    """A widget that knows the scene and tells its children when it changes."""

    mrmlSceneChanged = Signal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = None

    def mrmlScene(self):
        return self._scene

    def setMRMLScene(self, scene):
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


def _option(kind, name, default):
    """A property that is only remembered, and that the list of nodes is made again after."""

    def read(self):
        return self._options.get(name, default)

    def write(self, value):
        self._options[name] = value
        self._refresh()

    return Property(kind, read, write)


class _NodeTypes:
    """The classes of nodes that a list shows."""

    nodeTypes = string_list("_node_types", lambda self: self._refresh())


class qMRMLNodeComboBox(QWidget, _NodeTypes):
    """A list of the scene's nodes of some classes, one of which is current."""

    currentNodeChanged = Signal((object,), (bool,))
    currentNodeIDChanged = Signal(str)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)
    nodeAboutToBeRemoved = Signal(object)
    nodeActivated = Signal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._options, self._node_types = {}, []
        self._attributes = {}
        self._scene = None
        self._current = None
        self._nodes = []
        self._box = self._make_box()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._watch = SceneWatch(self)
        self._fill_box()

    def _make_box(self):
        box = QComboBox(self)
        box.activated.connect(self._user_chose)
        return box

    showChildNodeTypes = _option(bool, "showChildNodeTypes", True)
    showHidden = _option(bool, "showHidden", False)
    noneEnabled = _option(bool, "noneEnabled", False)
    noneDisplay = _option(str, "noneDisplay", "")
    addEnabled = _option(bool, "addEnabled", True)
    removeEnabled = _option(bool, "removeEnabled", True)
    editEnabled = _option(bool, "editEnabled", False)
    renameEnabled = _option(bool, "renameEnabled", False)
    baseName = _option(str, "baseName", "")
    selectNodeUponCreation = _option(bool, "selectNodeUponCreation", True)
    interactionNodeSingletonTag = _option(str, "interactionNodeSingletonTag", "")

    def addAttribute(self, nodeType, name, value=None):
        self._attributes[(nodeType, name)] = value
        self._refresh()

    def removeAttribute(self, nodeType, name):
        self._attributes.pop((nodeType, name), None)
        self._refresh()

    def mrmlScene(self):
        return self._scene

    def setMRMLScene(self, scene):
        if scene is self._scene:
            return
        self._scene = scene
        self._watch.follow(scene)

    def currentNode(self):
        return self._current

    def setCurrentNode(self, node):
        if isinstance(node, str):
            return self.setCurrentNodeID(node)
        self._make_current(node if node in self._nodes else None)

    def setCurrentNodeID(self, identifier):
        self.setCurrentNode(next((node for node in self._nodes if node.GetID() == identifier), None))

    def setCurrentNodeIndex(self, index):
        self._make_current(self._nodes[index] if 0 <= index < len(self._nodes) else None)

    currentNodeID = Property(
        str,
        lambda self: self._current.GetID() if self._current else "",
        lambda self, value: self.setCurrentNodeID(value),
    )

    def nodeCount(self):
        return len(self._nodes)

    def nodeFromIndex(self, index):
        return self._nodes[index] if 0 <= index < len(self._nodes) else None

    def addNode(self, nodeType=None):
        """What "Create new" in the list does."""
        kind = nodeType or self.nodeTypes[0]
        name = self.baseName or self._scene.GetTagByClassName(kind)
        node = self._scene.AddNewNodeByClass(kind, self._scene.GenerateUniqueName(name))
        self.nodeAddedByUser.emit(node)
        if self.selectNodeUponCreation:
            self.setCurrentNode(node)
        return node

    def _accepts(self, node) -> bool:
        if node.GetHideFromEditors() and not self.showHidden:
            return False
        return any(self._is_of_type(node, kind) for kind in self.nodeTypes) and self._has_attributes(node)

    def _is_of_type(self, node, kind) -> bool:
        return node.IsA(kind) if self.showChildNodeTypes else node.GetClassName() == kind

    def _has_attributes(self, node) -> bool:
        wanted = {name: value for (kind, name), value in self._attributes.items() if node.IsA(kind)}
        values = {name: node.GetAttribute(name) for name in wanted}
        return all(values[name] is not None and wanted[name] in (None, values[name]) for name in wanted)

    def _refresh(self):
        """Makes the list of nodes again; a current node that is gone is replaced as Slicer does."""
        known = self._nodes
        self._nodes = [node for node in self._watch.nodes() if self._accepts(node)]
        self._fill_box()
        for node in self._nodes:
            if node not in known:
                self.nodeAdded.emit(node)
        keeps = self._current in self._nodes
        fallback = None if self.noneEnabled or not self._nodes else self._nodes[0]
        self._make_current(self._current if keeps else fallback)

    def _fill_box(self):
        entries = [(self.noneDisplay or "None", None)] if self.noneEnabled else []
        entries += [(node.GetName(), node.GetID()) for node in self._nodes]
        self._box.blockSignals(True)
        self._box.clear()
        for label, identifier in entries:
            self._box.addItem(label or "", identifier)
        self._box.setPlaceholderText(f"Select a {self._kind_of_node()}")
        self._box.blockSignals(False)
        self._show_current()

    def _kind_of_node(self) -> str:
        kind = self.nodeTypes[0] if self.nodeTypes else "Node"
        return kind.removeprefix("vtkMRML").removesuffix("Node").removeprefix("Scalar")

    def _show_current(self):
        self._box.blockSignals(True)
        self._box.setCurrentIndex(self._box.findData(self._current.GetID() if self._current else None))
        self._box.blockSignals(False)

    def _user_chose(self, index):
        self.setCurrentNodeID(self._box.itemData(index) or "")
        self.nodeActivated.emit(self._current)

    def _make_current(self, node):
        if node is self._current:
            return
        self._current = node
        self._show_current()
        self.currentNodeChanged[object].emit(node)
        self.currentNodeChanged[bool].emit(node is not None)
        self.currentNodeIDChanged.emit(self.currentNodeID)


class qMRMLCheckableNodeComboBox(qMRMLNodeComboBox):
    """A list of nodes with check marks."""

    checkedNodesChanged = Signal()

    def __init__(self, parent=None):
        self._checked = []
        super().__init__(parent)

    def _make_box(self):
        from .ctk import ctkCheckableComboBox

        box = ctkCheckableComboBox(self)
        box.checkedIndexesChanged.connect(self._user_checked)
        return box

    def checkedNodes(self):
        return tuple(node for node in self._nodes if node in self._checked)

    def allChecked(self):
        return bool(self._nodes) and len(self.checkedNodes()) == len(self._nodes)

    def noneChecked(self):
        return not self.checkedNodes()

    def checkState(self, node):
        return Qt.Checked if node in self._checked else Qt.Unchecked

    def setCheckState(self, node, state):
        if node in self._nodes and state != self.checkState(node):
            self._checked = [each for each in self._checked if each is not node] + [node] * (state == Qt.Checked)
            self._show_check(node, self._nodes.index(node) + self.noneEnabled)
            self.checkedNodesChanged.emit()

    def _check(self, nodes):
        if nodes != self._checked:
            self._checked = nodes
            self._show_checks()
            self.checkedNodesChanged.emit()

    def _refresh(self):
        super()._refresh()
        self._check([node for node in self._checked if node in self._nodes])

    def _fill_box(self):
        super()._fill_box()
        self._show_checks()

    def _rows(self):
        return [(node, row) for row, node in enumerate(self._nodes, start=int(self.noneEnabled))]

    def _show_checks(self):
        for node, row in self._rows():
            self._show_check(node, row)

    def _show_check(self, node, row):
        was_blocked = self._box.blockSignals(True)
        self._box.setCheckState(self._box.model().index(row, 0), self.checkState(node))
        self._box.blockSignals(was_blocked)

    def _user_checked(self):
        states = [(node, self._box.checkState(self._box.model().index(row, 0))) for node, row in self._rows()]
        self._check([node for node, state in states if state == Qt.Checked])
