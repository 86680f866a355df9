"""A scripted module in the hands of a test: what the user and the application do with it, out of the module's reach."""

from dataclasses import dataclass

import slicer


@dataclass(frozen=True)
class ModuleHandle:
    """The user opens, leaves and comes back; the application ends. `module` is Slicer's own object of it."""

    module: object

    @property
    def name(self) -> str:
        return self.module.name

    def widgetRepresentation(self):
        """The panel with its parent, made and set up when it is first asked for."""
        return self.module.widgetRepresentation()

    def enter(self) -> None:
        """The user selects the module."""
        self.widgetRepresentation().enter()

    def exit(self) -> None:
        """The user selects another module."""
        if self.widgetRepresentation().isEntered:
            self.widgetRepresentation().exit()

    def unload(self) -> None:
        """The application ends: exit(), then cleanup() through the module manager's signal; the panel is deleted."""
        panel = self.module._widget
        if panel is None:
            return
        try:
            self.exit()
            slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(self.name)
        finally:  # one panel that is broken must not break those after it
            self.module._widget = None
            panel.delete()
