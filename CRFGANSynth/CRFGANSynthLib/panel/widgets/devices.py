"""Where to compute: one preference, shown wherever it matters."""

from slicer.i18n import tr as _

from ... import preferences


class DeviceChooser:
    """Lists of devices that all show and change the one preference."""

    def __init__(self, boxes, onChange=lambda: None):
        self.boxes, self.onChange = boxes, onChange
        devices = (
            ("auto", _("Automatic: a GPU if there is one")),
            ("cpu", _("CPU")),
            ("cuda", _("GPU (CUDA)")),
            ("mps", _("GPU (Apple)")),
        )
        for box in boxes:
            for name, label in devices:
                box.addItem(label, name)
        self._show()
        for box in boxes:
            box.connect("currentIndexChanged(int)", self._onChosen)

    def _show(self):
        for box in self.boxes:
            wasBlocked = box.blockSignals(True)
            box.currentIndex = max(0, box.findData(preferences.device()))
            box.blockSignals(wasBlocked)

    def _onChosen(self, index):
        preferences.setDevice(self.boxes[0].itemData(index))
        self._show()
        self.onChange()
