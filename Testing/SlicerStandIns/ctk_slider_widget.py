"""Stands in for CTK's slider with a spin box; part of `ctk`."""

from PySide6.QtCore import Property, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget


class ctkSliderWidget(QWidget):
    """A slider and a spin box that hold one float between minimum and maximum.

    As in CTK, `tracking` (the default) sends valueChanged at each value. Without it valueIsChanging is sent while the
    slider is held, value stays what it was, and valueChanged comes when it is let go.
    """

    valueChanged = Signal(float)
    valueIsChanging = Signal(float)
    decimalsChanged = Signal(int)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._tracking, self._before = True, None
        self._slider = QSlider(Qt.Horizontal, self)
        self._spin = QDoubleSpinBox(self)
        self._spin.setRange(0.0, 99.0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider)
        layout.addWidget(self._spin)
        self._spin.valueChanged.connect(self._value_changed)
        self._slider.valueChanged.connect(self._slider_moved)
        self._slider.sliderPressed.connect(self._start_changing)
        self._slider.sliderReleased.connect(self._stop_changing)
        self._fit_slider()

    def _steps(self) -> int:
        return max(1, round((self._spin.maximum - self._spin.minimum) / (self._spin.singleStep or 1.0)))

    def _fit_slider(self):
        self._slider.blockSignals(True)
        self._slider.setRange(0, self._steps())
        self._slider.setValue(round((self._spin.value - self._spin.minimum) / (self._spin.singleStep or 1.0)))
        self._slider.blockSignals(False)

    def _slider_moved(self, position):
        self._spin.setValue(self._spin.minimum + position * self._spin.singleStep)

    def _value_changed(self, value):
        self._fit_slider()
        if not self._tracking:
            self.valueIsChanging.emit(value)
        if self._before is None:
            self.valueChanged.emit(value)

    def _start_changing(self):
        if not self._tracking:
            self._before = self._spin.value

    def _stop_changing(self):
        before, self._before = self._before, None
        if before is not None and before != self._spin.value:
            self.valueChanged.emit(self._spin.value)

    def _value(self):
        return self._spin.value if self._before is None else self._before

    def _set_tracking(self, tracking):
        self._tracking = tracking

    def _set_minimum(self, minimum):
        self._spin.setMinimum(minimum)
        self._fit_slider()

    def _set_maximum(self, maximum):
        self._spin.setMaximum(maximum)
        self._fit_slider()

    def _set_step(self, step):
        self._spin.setSingleStep(step)
        self._fit_slider()

    def setValue(self, value):
        self._spin.setValue(value)

    def setDecimals(self, decimals):
        if decimals != self._spin.decimals:
            self._spin.setDecimals(decimals)
            self.decimalsChanged.emit(decimals)

    value = Property(float, _value, setValue)
    minimum = Property(float, lambda self: self._spin.minimum, _set_minimum)
    maximum = Property(float, lambda self: self._spin.maximum, _set_maximum)
    singleStep = Property(float, lambda self: self._spin.singleStep, _set_step)
    pageStep = Property(
        float, lambda self: self._slider.pageStep, lambda self, step: self._slider.setPageStep(int(step))
    )
    tracking = Property(bool, lambda self: self._tracking, _set_tracking)
    decimals = Property(int, lambda self: self._spin.decimals, setDecimals)
    suffix = Property(str, lambda self: self._spin.suffix, lambda self, text: self._spin.setSuffix(text))
    prefix = Property(str, lambda self: self._spin.prefix, lambda self, text: self._spin.setPrefix(text))
