"""Where to compute: one preference, shown wherever it matters."""

from slicer.i18n import tr as _

from .. import preferences


class DeviceChooser:
    """A list of devices that shows and changes the preference."""

    def __init__(self, box, onChange=lambda: None):
        self.box, self.onChange = box, onChange
        for name, label in (
            ("auto", _("Automatic: a GPU if there is one")),
            ("cpu", _("CPU")),
            ("cuda", _("GPU (CUDA)")),
            ("mps", _("GPU (Apple)")),
        ):
            box.addItem(label, name)
        self.show()
        box.connect("currentIndexChanged(int)", self._onChosen)

    def show(self):
        """Show the preference as it is now."""
        wasBlocked = self.box.blockSignals(True)
        self.box.currentIndex = max(0, self.box.findData(preferences.device()))
        self.box.blockSignals(wasBlocked)

    def _onChosen(self, index):
        preferences.setDevice(self.box.itemData(index))
        self.onChange()
