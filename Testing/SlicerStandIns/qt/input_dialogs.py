"""Stands in for QInputDialog.getText: in PythonQt it returns a plain str, and a BoolResult tells of Cancel."""

from PySide6.QtWidgets import QInputDialog, QLineEdit

from .dialogs import Message, dialogs


def get_text(parent, title, label, echo=QLineEdit.Normal, text="", ok=None, flags=0, /) -> str:
    """What the test has typed, else the text that was offered; empty where it cancels."""
    dialogs.messages.append(Message("input", label, title, answer=int(dialogs.accepts)))
    if ok is not None:
        ok._value = dialogs.accepts
    if not dialogs.accepts:
        return ""
    return text if dialogs.typed is None else dialogs.typed


def install() -> None:
    """Puts it in the place of Qt's own."""
    QInputDialog.getText = staticmethod(get_text)
