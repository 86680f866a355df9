"""Grid transforms in the scene, as Slicer's DICOM module puts a tilted or irregular series under them."""

import numpy as np


def half_bent_scans():
    """Four CTs in the scene, of which the second and the fourth are under a grid transform."""
    from CRFGANSynthLib import sample_data

    nodes = sample_data.load("chest", 4, 32)
    for number, node in enumerate(nodes):
        node.SetName(f"CT {number}")
    for node in nodes[1::2]:
        put_under_grid_transform(node)
    return nodes


def put_under_grid_transform(node, largest_mm=8.0):
    """Put a volume node under a transform that bends it; returns the transform's node."""
    import slicer
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    grid = vtk.vtkImageData()
    grid.SetDimensions(5, 5, 5)
    grid.SetOrigin(-120, -120, -120)
    grid.SetSpacing(60, 60, 60)
    grid.AllocateScalars(vtk.VTK_DOUBLE, 3)
    displacements = vtk_to_numpy(grid.GetPointData().GetScalars())
    displacements[:] = 0
    displacements[:, 1] = np.linspace(0, largest_mm, len(displacements))
    bend = slicer.vtkOrientedGridTransform()
    bend.SetDisplacementGridData(grid)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLGridTransformNode", f"{node.GetName()} acquisition")
    transform.SetAndObserveTransformFromParent(bend)
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform
