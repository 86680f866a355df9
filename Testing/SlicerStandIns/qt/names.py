"""Stands in for Slicer's `qt` module: real Qt through PySide6, in PythonQt's grammar."""

from PySide6 import QtCore, QtGui, QtWidgets

from . import file_dialogs, input_dialogs, message_boxes, pythonqt

pythonqt.apply(QtCore, QtGui, QtWidgets)
for pop_ups in (file_dialogs, input_dialogs, message_boxes):
    pop_ups.install()

from PySide6.QtCore import *  # noqa: E402, F403
from PySide6.QtGui import *  # noqa: E402, F403
from PySide6.QtWidgets import *  # noqa: E402, F403

from .uiloader import QUiLoader  # noqa: E402, F401
