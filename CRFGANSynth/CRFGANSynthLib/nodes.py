"""Volume nodes to files for the worker, and its files to volume nodes that say what they are."""

import json
from pathlib import Path

import slicer
import vtk
from slicer.i18n import tr as _

ATTRIBUTE = "CRFGANSynth."
FOLDER_NAME = "Synthetic volumes"
MOST_NAMES = 10
"""Volumes that a sentence names."""


def volumeFromNode(node):
    """The node's voxels (K, J, I) with their place in the world, linear parent transforms included."""
    from crfgan.errors import InputError
    from crfgan.volumes.volume import Volume

    if node.GetImageData() is None or node.GetImageData().GetNumberOfPoints() == 0:
        raise InputError(_("{name} has no voxels. Choose a volume that is loaded.").format(name=node.GetName()))
    if node.GetImageData().GetNumberOfScalarComponents() != 1:
        raise InputError(_("{name} must have one value a voxel. Choose a scalar volume.").format(name=node.GetName()))
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    refuseNonLinear([node])
    parent = node.GetParentTransformNode()
    if parent is not None:
        toWorld = vtk.vtkMatrix4x4()
        parent.GetMatrixTransformToWorld(toWorld)
        vtk.vtkMatrix4x4.Multiply4x4(toWorld, matrix, matrix)
    return Volume(slicer.util.arrayFromVolume(node), slicer.util.arrayFromVTKMatrix(matrix), node.GetName())


def isUnderNonLinear(node):
    """Whether a volume is under a transform that its geometry can't take in."""
    parent = node.GetParentTransformNode()
    return parent is not None and not parent.IsTransformToWorldLinear()


def refuseNonLinear(nodes):
    """Say in one sentence which of the volumes are under a transform that isn't linear, and what to do.

    Raises:
        crfgan.errors.InputError: there are such.
    """
    from crfgan.errors import InputError

    found = [node.GetName() for node in nodes if isUnderNonLinear(node)]
    if not found:
        return
    shown = ", ".join(found[:MOST_NAMES]) + (" ..." if len(found) > MOST_NAMES else "")
    if len(nodes) == 1:
        text = _("{names} is under a transform that isn't linear.")
    else:
        text = _("{count} of {total} volumes are under a transform that isn't linear: {names}.")
    remedy = _("Use hardened copies: logic.hardenedCopies(nodes) or, in the panel, Harden copies.")
    raise InputError(text.format(names=shown, count=len(found), total=len(nodes)) + " " + remedy)


def exportNodes(nodes, folder):
    """Write volume nodes for the worker, one at a time.

    A generator: yields (done, total) before each, and returns the paths, named by the nodes, in their order.
    """
    from crfgan.volumes.writing import write_volume

    paths = []
    for index, node in enumerate(nodes):
        yield index, len(nodes)
        name = "".join(c if c.isalnum() or c in "-_. " else "_" for c in node.GetName()).strip(" .") or "volume"
        if any(path.name.lower() == f"{name}.nii".lower() for path in paths):
            name = f"{name}_{index + 1}"
        path = Path(folder) / f"{name}.nii"  # uncompressed: read once, by the worker, and removed
        write_volume(volumeFromNode(node), path, {})
        path.with_suffix(".json").unlink()
        paths.append(path)
    return paths


def loadSynthetic(path):
    """Load a volume that the worker wrote: geometry, display, provenance as attributes, and its place in the tree."""
    path = Path(path)
    facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    node = slicer.util.loadVolume(str(path), {"name": path.stem, "show": False})
    _tellProvenance(node, facts)
    _fitDisplay(node, facts)
    putIntoFolder(node, FOLDER_NAME)
    return node


def _tellProvenance(node, facts):
    for key, value in facts.items():
        node.SetAttribute(ATTRIBUTE + key, value)
    node.SetDescription(facts["Description"])


def loadPreview(path, node, name):
    """Show what a model in training makes now: in `node` if there is one, else in a new node; returns it."""
    facts = json.loads(Path(path).with_suffix(".json").read_text(encoding="utf-8"))
    if node is None:
        node = slicer.util.loadVolume(str(path), {"name": name, "show": False})
        putIntoFolder(node, FOLDER_NAME)
    else:
        node.GetStorageNode().SetFileName(str(path))
        node.GetStorageNode().ReadData(node)
        node.SetName(name)
    _tellProvenance(node, facts)
    _fitDisplay(node, facts)
    return node


def isSynthetic(node):
    """Whether a node says that it was synthesized."""
    return node.GetAttribute(ATTRIBUTE + "Synthetic") == "YES"


def trainingClass(node):
    """The class that a user gave to a volume; empty for none."""
    return node.GetAttribute(ATTRIBUTE + "Class") or ""


def setTrainingClass(node, name):
    """Keep the class of a volume with it."""
    node.SetAttribute(ATTRIBUTE + "Class", name.strip() or None)


def _fitDisplay(node, facts):
    """Window and level of the modality: soft tissue and lung together for HU, all intensities otherwise."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
    display.AutoWindowLevelOff()
    if facts["Units"] == "HU":
        display.SetWindowLevel(1400, -300)
    else:
        low, high = node.GetImageData().GetScalarRange()
        display.SetWindowLevelMinMax(low, high)


def putIntoFolder(node, folderName):
    """Move a node into a folder of the subject hierarchy, which is made where it isn't there."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    scene = hierarchy.GetSceneItemID()
    folder = hierarchy.GetItemChildWithName(scene, folderName)
    if folder == 0:
        folder = hierarchy.CreateFolderItem(scene, folderName)
    # Slicer makes the item by itself once its plug-ins have seen the node.
    item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(folder, node)
    hierarchy.SetItemParent(item, folder)
    if isSynthetic(node):
        hierarchy.SetItemAttribute(item, "Synthetic", "YES")
