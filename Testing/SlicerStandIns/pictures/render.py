"""One slice view and one 3D view: render windows with Slicer's displayable managers on them."""

import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from .. import start

SLICE_MANAGERS = ("vtkMRMLSegmentationsDisplayableManager2D",)
THREE_D_MANAGERS = (
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLCameraDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
    "vtkMRMLVolumeRenderingDisplayableManager",
)


class View:
    """An offscreen window with one renderer, and the displayable managers that follow one view node."""

    def __init__(self, node, size, factory, managers, backdrop=None):
        self.renderer = vtk.vtkRenderer()
        if backdrop is not None:
            self.renderer.AddViewProp(backdrop)
        self.window = vtk.vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(*size)
        self.window.AddRenderer(self.renderer)
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)
        self.managers = _managers(factory, managers, self.renderer)
        self.managers.SetMRMLDisplayableNode(node)

    def picture(self):
        """What the window shows: an array of (height, width, 3), the first row on top."""
        self.window.Render()
        grabber = vtk.vtkWindowToImageFilter()
        grabber.SetInput(self.window)
        grabber.ShouldRerenderOff()
        grabber.Update()
        width, height = self.window.GetSize()
        pixels = vtk_to_numpy(grabber.GetOutput().GetPointData().GetScalars())
        picture = pixels.reshape(height, width, 3)[::-1].copy()
        self._close()
        return picture

    def _close(self):
        """Before the window goes, what the managers drew with it must."""
        self.managers.SetMRMLDisplayableNode(None)
        self.managers = None
        self.interactor.SetRenderWindow(None)
        self.window.Finalize()


class SliceView(View):
    """The image that a vtkMRMLSliceLogic makes (in Slicer a Qt widget puts it on the screen), and overlays on it."""

    def __init__(self, logic, size):
        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        super().__init__(logic.GetSliceNode(), size, factory, SLICE_MANAGERS, _image_of(logic))


def _image_of(logic):
    """The picture that the logic blends from its layers, to be drawn before the overlays."""
    mapper = vtk.vtkImageMapper()
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    mapper.SetInputConnection(logic.GetImageDataConnection())
    image = vtk.vtkActor2D()
    image.SetMapper(mapper)
    image.GetProperty().SetDisplayLocationToBackground()
    return image


class ThreeDView(View):
    """The 3D view: box, labels, volume rendering, surfaces, seen from the patient's front as Slicer starts."""

    def __init__(self, node, size):
        super().__init__(node, size, slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance(), THREE_D_MANAGERS)
        self.renderer.GradientBackgroundOn()
        self.renderer.SetBackground(*node.GetBackgroundColor())
        self.renderer.SetBackground2(*node.GetBackgroundColor2())

    def picture(self, volume_node):
        self._look_from_front(volume_node)
        return super().picture()

    def _look_from_front(self, volume_node):
        bounds = [0.0] * 6
        volume_node.GetRASBounds(bounds)
        camera = self.renderer.GetActiveCamera()
        center = [(bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3)]
        camera.SetFocalPoint(*center)
        camera.SetPosition(center[0] - 0.55, center[1] + 1.0, center[2] + 0.35)
        camera.SetViewUp(0.0, 0.0, 1.0)
        self.renderer.ResetCamera(bounds)
        camera.Zoom(1.1)


def _managers(factory, names, renderer):
    factory.SetMRMLApplicationLogic(start().app.applicationLogic())
    for name in names:
        if not factory.IsDisplayableManagerRegistered(name):
            factory.RegisterDisplayableManager(name)
    return factory.InstantiateDisplayableManagers(renderer)
