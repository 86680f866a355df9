"""The volumes that can be trained on: those of the scene, and those in a folder on the disk."""

from dataclasses import dataclass
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _

from ... import nodes
from ...jobs.timers import singleShotTimer
from ...scene import thumbnails
from ...scene.hardening import hardenedCopyOf
from ...scene.volume_problems import transformProblemOf, voxelProblemOf

NAME, CLASS = range(2)
THUMBNAILS_MS = 30
"""Pause between two thumbnails, so that a scene of many volumes doesn't block the panel."""


@dataclass
class Row:
    """One volume; its problems are sentences, empty where there is none."""

    name: str
    size: str
    node: Any = None
    files: tuple = ()
    voxelProblem: str = ""
    transformProblem: str = ""
    className: str = ""
    icon: Any = None

    @property
    def problem(self):
        """What keeps the volume from being trained on."""
        return self.transformProblem or self.voxelProblem


class VolumeTable(slicer.util.VTKObservationMixin):
    """The table, with the scene that it follows; `onChange` is called when something was checked or named."""

    def __init__(self, table, onChange):
        slicer.util.VTKObservationMixin.__init__(self)
        self.table, self.onChange = table, onChange
        self.parameters = None
        self.sceneRows, self.folderRows = [], []
        self._tags = {}
        table.setColumnCount(2)
        table.setHorizontalHeaderLabels([_("Volume"), _("Class (optional)")])
        table.horizontalHeader().setSectionResizeMode(NAME, qt.QHeaderView.Stretch)
        table.horizontalHeader().setSectionResizeMode(CLASS, qt.QHeaderView.ResizeToContents)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
        table.setIconSize(qt.QSize(thumbnails.SIDE, thumbnails.SIDE))
        table.connect("itemChanged(QTableWidgetItem*)", self._onItem)
        self._refresher = singleShotTimer(0, self.refresh)
        self._looker = singleShotTimer(THUMBNAILS_MS, self._lookAtNext)
        scene = slicer.mrmlScene
        for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndCloseEvent):
            self.addObserver(scene, event, self._onScene)

    def close(self):
        """Follow the scene no longer."""
        self._refresher.stop()
        self._looker.stop()
        self.removeObservers()
        self._follow([])

    # What is chosen.

    @property
    def rows(self):
        """All rows, in their order."""
        return self.sceneRows + self.folderRows

    @property
    def chosen(self):
        """Rows that are checked and can be trained on."""
        isChecked = self._checks()
        return [row for row in self.rows if isChecked(row)]

    @property
    def toHarden(self):
        """Volumes that can be used by hardened copies, which aren't there yet."""
        return [row.node for row in self.sceneRows if row.transformProblem and hardenedCopyOf(row.node) is None]

    def _checks(self):
        """A function that says of a row whether it is checked; the scene is asked once for all of them."""
        if self.parameters is None:
            return lambda row: False
        nodes, leftOut = set(self.parameters.inputVolumes), set(self.parameters.leftOut)

        def isChecked(row):
            return not row.problem and (row.node in nodes if row.node is not None else row.name not in leftOut)

        return isChecked

    def check(self, on):
        """Check all that can be used, or none."""
        usable = [row for row in self.rows if not row.problem]
        self.parameters.inputVolumes = [row.node for row in usable if row.node is not None and on]
        self.parameters.leftOut = [] if on else [row.name for row in usable if row.node is None]
        self._show()
        self.onChange()

    def checkAlso(self, added):
        """Check these volume nodes beside those that are checked."""
        checked = [node for node in self.parameters.inputVolumes if node is not None]
        self.parameters.inputVolumes = checked + [node for node in added if node not in checked]

    # What there is.

    def setParameterNode(self, parameters):
        """Show what a scene keeps."""
        self.parameters = parameters
        if parameters is not None:
            self.refresh()

    def setFolderRows(self, rows):
        """Show what was found in a folder on the disk."""
        self.folderRows = rows
        self._show()
        self.onChange()

    def _onScene(self, caller, event):
        if not slicer.mrmlScene.IsClosing():
            self._refresher.start()

    def refresh(self):
        """List the volumes of the scene; synthetic ones are no training data."""
        found = [
            node
            for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
            if node.GetClassName() == "vtkMRMLScalarVolumeNode"
            and not nodes.isSynthetic(node)
            and not node.GetHideFromEditors()
        ]
        known = {row.node: row for row in self.sceneRows}
        self.sceneRows = [known.get(node) or Row(node.GetName(), sizeOf(node), node) for node in found]
        self._follow(found)
        for row in self.sceneRows:
            row.name, row.className = row.node.GetName(), nodes.trainingClass(row.node)
            row.transformProblem = transformProblemOf(row.node)
        self._show()
        self.onChange()
        self._looker.start()

    def _follow(self, wanted):
        """Observe these nodes and no others: one that is observed is kept in memory, with all its voxels."""
        for node in set(self._tags) - set(wanted):
            for tag in self._tags.pop(node):
                node.RemoveObserver(tag)
        for node in wanted:
            if node not in self._tags:
                events = (
                    (vtk.vtkCommand.ModifiedEvent, self._onModified),
                    (node.TransformModifiedEvent, self._onModified),
                    (node.ImageDataModifiedEvent, self._onVoxels),
                )
                self._tags[node] = [node.AddObserver(event, method) for event, method in events]

    def _onModified(self, node, event):
        self._refresher.start()

    def _onVoxels(self, node, event):
        self.sceneRows = [row for row in self.sceneRows if row.node is not node]
        self._refresher.start()

    def _lookAtNext(self):
        """Look at the voxels of one volume: its picture, and whether it can be trained on."""
        row = next((row for row in self.sceneRows if row.icon is None), None)
        if row is None:
            return
        row.voxelProblem = voxelProblemOf(row.node)
        row.icon = qt.QIcon() if row.node.GetImageData() is None else thumbnails.icon(row.node)
        self._showRow(self.sceneRows.index(row), row, self._checks())
        if row.problem:
            self.onChange()
        self._looker.start()

    # The widget.

    def _show(self):
        isChecked = self._checks()
        self.table.setRowCount(len(self.rows))
        for index, row in enumerate(self.rows):
            self._showRow(index, row, isChecked)

    def _showRow(self, index, row, isChecked):
        wasBlocked = self.table.blockSignals(True)
        item = qt.QTableWidgetItem(f"{row.name}\n{row.problem or row.size}")
        item.setFlags(qt.Qt.ItemIsEnabled | (0 if row.problem else qt.Qt.ItemIsUserCheckable))
        item.setCheckState(qt.Qt.Checked if isChecked(row) else qt.Qt.Unchecked)
        item.setToolTip(row.problem or row.name)
        if row.icon is not None:
            item.setIcon(row.icon)
        self.table.setItem(index, NAME, item)
        name = qt.QTableWidgetItem(row.className)
        name.setToolTip(_("Optional: a class such as healthy; then every volume needs one"))
        if row.node is None:
            name.setFlags(qt.Qt.ItemIsEnabled)
        self.table.setItem(index, CLASS, name)
        self.table.blockSignals(wasBlocked)

    def _onItem(self, item):
        row = self.rows[item.row()]
        if item.column() == CLASS and row.node is not None:
            row.className = item.text().strip()
            nodes.setTrainingClass(row.node, row.className)
        elif item.column() == NAME:
            self._setChecked(row, item.checkState() == qt.Qt.Checked)
        self.onChange()

    def _setChecked(self, row, on):
        if row.node is not None:
            # A node that has left the scene stays in the list as None.
            others = [node for node in self.parameters.inputVolumes if node is not None and node is not row.node]
            self.parameters.inputVolumes = [*others, row.node] if on else others
        else:
            others = [name for name in self.parameters.leftOut if name != row.name]
            self.parameters.leftOut = others if on else [*others, row.name]


def sizeOf(node):
    """Voxels and their size, as a table shows them."""
    if node.GetImageData() is None:
        return ""
    return sizeText(node.GetImageData().GetDimensions(), node.GetSpacing())


def sizeText(voxels, spacing):
    """256 x 256 x 130, 1 x 1 x 1.2 mm; of cubic voxels one side."""
    lengths = [f"{side:.3g}" for side in spacing]
    sides, steps = " x ".join(map(str, voxels)), " x ".join(lengths if len(set(lengths)) > 1 else lengths[:1])
    return _("{sides}, {steps} mm").format(sides=sides, steps=steps)
