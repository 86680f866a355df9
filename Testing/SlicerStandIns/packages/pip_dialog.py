"""Stands in for the dialog that slicer.packaging shows while pip works: modal, with pip's lines in it, no Cancel."""

import ctk
import qt
import slicer


class PipDialog:
    """Up for as long as the `with` lasts; nothing else of the application can be reached meanwhile."""

    def __init__(self, requester, parent):
        self._dialog = qt.QDialog(parent or slicer.util.mainWindow())
        self._dialog.setModal(True)
        self._dialog.windowTitle = _title(requester, "Installing Python Packages")
        layout = qt.QVBoxLayout(self._dialog)
        layout.addWidget(qt.QLabel("Installing packages..."))
        details = ctk.ctkCollapsibleButton()
        details.text, details.collapsed = "Details", True
        layout.addWidget(details)
        self._log = qt.QPlainTextEdit()
        self._log.readOnly = True
        qt.QVBoxLayout(details).addWidget(self._log)

    def __enter__(self):
        self._dialog.show()
        slicer.app.processEvents()
        return self

    def __exit__(self, *error):
        self._dialog.close()
        self._dialog.deleteLater()

    def append(self, line: str) -> None:
        self._log.appendPlainText(line)

    @property
    def text(self) -> str:
        return self._log.toPlainText()


def show_failure(requester, log: str) -> None:
    """What Slicer shows after a failure, where it showed the dialog before."""
    title = _title(requester, "Installation Failed")
    slicer.util.errorDisplay("Package installation failed.", windowTitle=title, detailedText=log)


def _title(requester, title: str) -> str:
    return f"{requester} - {title}" if requester else title
