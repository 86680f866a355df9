"""Light and dark as in Slicer, which draws with Qt's Fusion style and takes one of two palettes."""

import contextlib
import functools

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QStyleFactory

DARK = {
    "Window": "#323232",
    "WindowText": "#ffffff",
    "Base": "#1e1e1e",
    "AlternateBase": "#323232",
    "ToolTipBase": "#ffffff",
    "ToolTipText": "#323232",
    "Text": "#ffffff",
    "PlaceholderText": "#80ffffff",
    "Button": "#323232",
    "ButtonText": "#ffffff",
    "BrightText": "#ff0000",
    "Light": "#828284",
    "Midlight": "#5a5a5b",
    "Dark": "#232323",
    "Mid": "#2b2b2b",
    "Shadow": "#141414",
    "Highlight": "#3ca4ff",
    "HighlightedText": "#ffffff",
    "Link": "#3ca4ff",
}
DARK_DISABLED = {
    "WindowText": "#6d6d6d",
    "Base": "#1e1e1e",
    "Text": "#6d6d6d",
    "ButtonText": "#b4b4b4",
    "Highlight": "#505050",
    "HighlightedText": "#6d6d6d",
}


def set_theme(name: str) -> None:
    """Gives the application the theme `light` or `dark`, as a user does in Slicer's settings."""
    if QApplication.style().objectName.lower() != "fusion":
        QApplication.setStyle(QStyleFactory.create("Fusion"))
    if QApplication.palette() != palette(name):
        _apply(palette(name))


@contextlib.contextmanager
def theme(name: str):
    """The theme for a while; None leaves it as it is."""
    before = QApplication.palette()
    try:
        if name is not None:
            set_theme(name)
        yield
    finally:
        _apply(before)


def _apply(colors) -> None:
    """A label keeps the colour that links had when its text was set, so that links are set again."""
    QApplication.setPalette(colors)
    QApplication.processEvents()
    for label in QApplication.allWidgets():
        if isinstance(label, QLabel) and "<a " in label.text:
            text, label.text = label.text, ""
            label.text = text


@functools.cache
def _fusion():
    """Made once and kept: PySide6 mistakes a style made anew for an object that was at its address before."""
    return QStyleFactory.create("Fusion")


@functools.cache
def palette(name: str):
    """The colours of a theme."""
    colors = QPalette(_fusion().standardPalette())
    if name == "light":
        return colors
    if name != "dark":
        raise ValueError(f"The theme must be light or dark, is {name!r}")
    for role, color in DARK.items():
        colors.setColor(QPalette.ColorRole[role], QColor(color))
    for role, color in DARK_DISABLED.items():
        colors.setColor(QPalette.Disabled, QPalette.ColorRole[role], QColor(color))
    return colors
