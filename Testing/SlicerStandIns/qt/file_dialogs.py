"""Stands in for the file dialogs, which in PythonQt return a plain str, and for opening an address in a browser."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from .dialogs import FileRequest, dialogs


def _ask(kind: str, title: str, folder: str, name_filter: str = "") -> str:
    dialogs.file_requests.append(FileRequest(kind, title, folder, name_filter))
    return str(dialogs.file) if dialogs.accepts else ""


def get_open_file_name(parent=None, title="", folder="", name_filter="", selected=None, options=0, /) -> str:
    return _ask("open", title, folder, name_filter)


def get_open_file_names(parent=None, title="", folder="", name_filter="", selected=None, options=0, /) -> tuple:
    """Several files, of which the test chooses one or none."""
    chosen = _ask("open", title, folder, name_filter)
    return (chosen,) if chosen else ()


def get_save_file_name(parent=None, title="", folder="", name_filter="", selected=None, options=0, /) -> str:
    return _ask("save", title, folder, name_filter)


def get_existing_directory(parent=None, title="", folder="", options=0, /) -> str:
    return _ask("folder", title, folder)


def open_url(url, /) -> bool:
    """Remembers the address; PythonQt wants a QUrl, not a str."""
    if not isinstance(url, QUrl):
        raise ValueError(f"Called QDesktopServices.openUrl() with wrong arguments: ({url!r},)")
    dialogs.opened_urls.append(url.toString())
    return True


def install() -> None:
    """Puts these in the place of Qt's own."""
    QFileDialog.getOpenFileName = staticmethod(get_open_file_name)
    QFileDialog.getOpenFileNames = staticmethod(get_open_file_names)
    QFileDialog.getSaveFileName = staticmethod(get_save_file_name)
    QFileDialog.getExistingDirectory = staticmethod(get_existing_directory)
    QDesktopServices.openUrl = staticmethod(open_url)
