"""The entrance: starts the application, loads scripted modules, makes their panels, runs their tests."""

import functools
import importlib
import sys
from dataclasses import dataclass

from . import environment

STAND_INS = {"ctk": "ctk", "PythonQt": "qt.bool_result", "SampleData": "SampleData"}
QMRML = ("qMRMLWidget", "qSlicerWidget", "qMRMLNodeComboBox", "qMRMLCheckableNodeComboBox")


@dataclass(frozen=True)
class Application:
    """What a test steers: the application, the pop-ups, the installer, light and dark, the registered sample data."""

    app: object
    dialogs: object
    installer: object
    themes: object
    sample_data: dict

    def reset(self):
        """Forgets pop-ups, installs and settings, and closes the scene; layout and theme are those of the start."""
        import slicer

        self.dialogs.reset()
        self.installer.reset()
        self.themes.set_theme("light")
        self.app._layout._reset()
        self.app._testing, self.app._restarts = False, 0
        self.app.coreIOManager()._reading_s = 0.0
        self.app.extensionsManagerModel()._reset()
        self.app.userSettings().clear()
        slicer.mrmlScene.Clear(0)
        self.app.processEvents()


@functools.cache
def start() -> Application:
    """Makes `qt`, `ctk`, `slicer.app`, `slicer.modules`, `slicer.mrmlScene` ... importable and alive, once."""
    environment.prepare()
    import slicer

    sys.modules["qt"] = importlib.import_module(f"{__package__}.qt.names")
    qmrml = importlib.import_module(f"{__package__}.qmrml")
    for name in QMRML:
        setattr(slicer, name, getattr(qmrml, name))
    application = importlib.import_module(f"{__package__}.app").make_application()
    importlib.import_module(f"{__package__}.modules").make_registry(application._parts.logics)
    for name, file in STAND_INS.items():
        sys.modules[name] = importlib.import_module(f"{__package__}.{file}")
    for file in ("packages.hidden_packages", "application.submodules"):
        importlib.import_module(f"{__package__}.{file}").install()
    dialogs = importlib.import_module(f"{__package__}.qt.dialogs").dialogs
    installer = importlib.import_module(f"{__package__}.packages.installer").installer
    themes = importlib.import_module(f"{__package__}.qt.themes")
    themes.set_theme("light")
    return Application(application, dialogs, installer, themes, slicer.modules.sampleDataSources)


def load_module(path, *, startup_completed: bool = True):
    """Loads a scripted module's file as Slicer does at its start, and tells it that the start is over."""
    application = start().app
    from .application.module_handle import ModuleHandle
    from .modules import qSlicerScriptedLoadableModule

    module = qSlicerScriptedLoadableModule()
    module._load(path)
    if startup_completed:
        application.startupCompleted.emit()
    return ModuleHandle(module)


def create_widget(module, *, enter: bool = True):
    """Opens the module as a user would: its panel is made once, set up and entered. Returns the Python widget."""
    if enter:
        module.enter()
    return module.widgetRepresentation().self()


def reload_module(module):
    """Slicer's own slicer.util.reloadScriptedModule; returns the new Python widget."""
    import slicer

    slicer.util.reloadScriptedModule(module.name)
    return module.widgetRepresentation().self()


def run_module_test(module, **kwargs) -> None:
    """The module's own test, as "Reload and Test" runs it; raises where it fails."""
    import slicer

    slicer.selfTests[module.name](msec=0, **kwargs)
