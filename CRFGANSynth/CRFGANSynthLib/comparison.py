"""A real and a synthetic volume side by side, with what tells them apart in plots, a table and a third volume."""

from functools import partial

import numpy as np
import slicer
from slicer.i18n import tr as _

from . import comparison_layout as layout
from .measures import display as measures
from .measures.curves import common_window
from .nodes import volumeFromNode
from .scene.derived_nodes import nodeOfRole, putBeside

SAME_PLACE = 1e-3
"""mm by which the voxels of two volumes may lie apart and still be the same."""
TILES = 6
"""Fields of the checkerboard along each axis."""


class Comparison:
    """Of two volume nodes; `restore()` leaves layout, links and windows as they were."""

    def __init__(self, realNode, syntheticNode):
        self.realNode, self.syntheticNode = realNode, syntheticNode
        self._undo = []

    def show(self):
        """Linked slice views with one window for both, histogram, power spectrum, and a table of measures.

        Raises:
            RuntimeError: Slicer has no views, as it was started without its main window.
        """
        if not layout.canBeShown():
            raise RuntimeError(layout.noViews())
        real, synthetic = volumeFromNode(self.realNode), volumeFromNode(self.syntheticNode)
        if not self._undo:
            self._undo.append(layout.leave)
            self._shareWindow(real, synthetic)
        self._arrange([self.realNode, self.syntheticNode])
        measures.show(real, synthetic)

    def restore(self):
        """Go back to what was shown before."""
        while self._undo:
            self._undo.pop()()

    def showDifference(self, resample=False):
        """The real volume less the synthetic one in a third column; returns its node.

        Args:
            resample: put the synthetic volume onto the voxels of the real one first, if it lies on others.

        Raises:
            RuntimeError: they lie on different voxels.
        """
        real, synthetic = self._onOneGrid(resample)
        difference = real.array.astype(np.float32) - synthetic.array.astype(np.float32)
        name = _("{real} - {synthetic}").format(real=self.realNode.GetName(), synthetic=self.syntheticNode.GetName())
        node = self._result("difference", name, difference, real.ijk_to_ras)
        largest = max(float(np.percentile(np.abs(difference), 99)), 1e-6)
        _setWindow(node, -largest, largest)
        return self._showThird(node)

    def showCheckerboard(self, resample=False):
        """Fields of the real and of the synthetic volume by turns in a third column; returns its node.

        Arguments and errors as of `showDifference`.
        """
        real, synthetic = self._onOneGrid(resample)
        name = _("{real} | {synthetic}").format(real=self.realNode.GetName(), synthetic=self.syntheticNode.GetName())
        node = self._result("checkerboard", name, _checkerboard(real.array, synthetic.array), real.ijk_to_ras)
        display = self.realNode.GetDisplayNode()
        _setWindow(node, display.GetWindowLevelMin(), display.GetWindowLevelMax())
        return self._showThird(node)

    def showSegmentations(self, realSegmentation, syntheticSegmentation):
        """Each in the column of its volume alone, and their segments' sizes in place of the measures."""
        from .segmentations import volumesTable

        self._showIfHidden()
        columns = zip(*layout.rows(2).values(), strict=True)
        for segmentation, widgets in zip((realSegmentation, syntheticSegmentation), columns, strict=True):
            display = segmentation.GetDisplayNode()
            self._undo.append(partial(display.SetViewNodeIDs, display.GetViewNodeIDs()))
            display.SetViewNodeIDs([widget.mrmlSliceNode().GetID() for widget in widgets])
        self.showTable(volumesTable([realSegmentation, syntheticSegmentation]))

    def showTable(self, tableNode):
        """Show another table in place of the measures."""
        self._showIfHidden()
        layout.tableViewNode().SetTableNodeID(tableNode.GetID())

    def _showIfHidden(self):
        if not self._undo:
            self.show()

    def _showThird(self, node):
        self._showIfHidden()
        self._arrange([self.realNode, self.syntheticNode, node])
        return node

    def _arrange(self, nodes):
        """A column for each node, all at one place and scale."""
        layout.show(columns=len(nodes))
        together = _isNear(self.realNode, self.syntheticNode)
        for orientation, widgets in layout.rows(len(nodes)).items():
            for widget, node in zip(widgets, nodes, strict=True):
                _showIn(widget, node, orientation)
                self._link(widget.mrmlSliceCompositeNode(), together)
            if together:
                _align([widget.mrmlSliceNode() for widget in widgets])

    def _link(self, composite, linked):
        if bool(composite.GetLinkedControl()) != linked:
            self._undo.append(partial(composite.SetLinkedControl, composite.GetLinkedControl()))
            self._undo.append(partial(composite.SetHotLinkedControl, composite.GetHotLinkedControl()))
        composite.SetLinkedControl(linked)
        composite.SetHotLinkedControl(linked)

    def _shareWindow(self, real, synthetic):
        """One window, where one suits both: the real volume's for Hounsfield units, else what both need."""
        from crfgan.data.vetting.evidence import looks_like_ct, sample_of

        for node in (self.realNode, self.syntheticNode):
            if node.GetDisplayNode() is None:
                node.CreateDefaultDisplayNodes()
        display = self.realNode.GetDisplayNode()
        if all(looks_like_ct(sample_of(volume.array)) for volume in (real, synthetic)):
            limits = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        else:
            limits = common_window(real.array, synthetic.array)
        if limits is not None:
            for node in (self.realNode, self.syntheticNode):
                display = node.GetDisplayNode()
                self._undo.append(partial(display.SetAutoWindowLevel, display.GetAutoWindowLevel()))
                self._undo.append(partial(display.SetWindowLevel, display.GetWindow(), display.GetLevel()))
                _setWindow(node, *limits)

    def _onOneGrid(self, resample):
        """Both volumes, the synthetic one on the voxels of the real one."""
        from dataclasses import replace

        from crfgan.volumes.resampling import resample as resampled

        real, synthetic = volumeFromNode(self.realNode), volumeFromNode(self.syntheticNode)
        if real.shape == synthetic.shape and np.allclose(real.ijk_to_ras, synthetic.ijk_to_ras, atol=SAME_PLACE):
            return real, synthetic
        if not resample:
            raise RuntimeError(
                _(
                    "{real} and {synthetic} lie on different voxels. Resample the synthetic volume to the real one."
                ).format(real=self.realNode.GetName(), synthetic=self.syntheticNode.GetName())
            )
        syntheticFromReal = np.linalg.inv(synthetic.ijk_to_ras) @ real.ijk_to_ras
        array = resampled(synthetic.array, syntheticFromReal, real.shape, float(synthetic.array.min()))
        return real, replace(synthetic, array=array, ijk_to_ras=real.ijk_to_ras)

    def _result(self, role, name, array, ijkToRAS):
        """The volume node of a role, filled anew."""
        node = nodeOfRole("vtkMRMLScalarVolumeNode", role, name)
        node.SetName(name)
        node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(ijkToRAS))
        slicer.util.updateVolumeFromArray(node, array)
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
        putBeside(node, self.syntheticNode)
        return node


def _showIn(widget, node, orientation):
    composite = widget.mrmlSliceCompositeNode()
    composite.SetBackgroundVolumeID(node.GetID())
    composite.SetForegroundVolumeID(None)
    composite.SetLabelVolumeID(None)
    widget.mrmlSliceNode().SetOrientation(orientation)
    widget.sliceLogic().FitSliceToBackground()


def _align(sliceNodes):
    """The place of the first and the scale of the widest, as linked views have."""
    first, *others = sliceNodes
    widest = max(sliceNodes, key=lambda node: node.GetFieldOfView()[0])
    field = widest.GetFieldOfView()[:2]
    for node in sliceNodes:
        node.SetFieldOfView(*field, node.GetFieldOfView()[2])
    for node in others:
        node.GetSliceToRAS().DeepCopy(first.GetSliceToRAS())
        node.UpdateMatrices()


def _isNear(realNode, otherNode):
    """Whether linked views, which share their place, show both volumes at once."""
    real, other = np.empty(6), np.empty(6)
    realNode.GetRASBounds(real)
    otherNode.GetRASBounds(other)
    lows, highs = np.maximum(real[::2], other[::2]), np.minimum(real[1::2], other[1::2])
    return bool((highs - lows > (real[1::2] - real[::2]) / 2).all())


def _setWindow(node, low, high):
    node.GetDisplayNode().AutoWindowLevelOff()
    node.GetDisplayNode().SetWindowLevelMinMax(low, high)


def _checkerboard(a, b):
    import SimpleITK as sitk

    images = [sitk.GetImageFromArray(array.astype(np.float32)) for array in (a, b)]
    return sitk.GetArrayFromImage(sitk.CheckerBoard(*images, [TILES] * 3))
