"""Nodes that the module makes of volumes: found again instead of made twice, and put where they belong."""

import slicer
import vtk

from ..nodes import ATTRIBUTE, isSynthetic

ROLE = ATTRIBUTE + "Role"


def nodeOfRole(className, role, name):
    """The scene's node of a role, made where there is none."""
    for node in slicer.util.getNodesByClass(className):
        if node.GetAttribute(ROLE) == role:
            return node
    node = slicer.mrmlScene.AddNewNodeByClass(className, name)
    node.SetAttribute(ROLE, role)
    return node


def hiddenNodeOfRole(className, role, name):
    """The same for a node that would only clutter the Data tree and the selectors."""
    node = nodeOfRole(className, role, name)
    node.SetHideFromEditors(True)
    return node


def putBeside(node, volumeNode):
    """Put a node below the parent of the volume that it was made of, and mark it if that is synthetic."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    volumeItem = hierarchy.GetItemByDataNode(volumeNode)
    parent = hierarchy.GetItemParent(volumeItem) if volumeItem else hierarchy.GetSceneItemID()
    # Slicer makes the item by itself once its plug-ins have seen the node.
    item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(parent, node)
    hierarchy.SetItemParent(item, parent)
    if isSynthetic(volumeNode):
        node.SetAttribute(ATTRIBUTE + "Synthetic", "YES")
        hierarchy.SetItemAttribute(item, "Synthetic", "YES")


def fillTable(table, names, rows):
    """Fill a table node anew; a column holds numbers if its first row does, text otherwise."""
    table.RemoveAllColumns()
    for index, name in enumerate(names):
        cells = [row[index] for row in rows]
        column = vtk.vtkStringArray() if not cells or isinstance(cells[0], str) else vtk.vtkDoubleArray()
        column.SetName(name)
        for cell in cells:
            column.InsertNextValue(cell)
        table.AddColumn(column)
