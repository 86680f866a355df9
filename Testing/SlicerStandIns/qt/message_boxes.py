"""Stands in for the event loops of QMessageBox and QDialog: a button is really pressed, as the test has chosen."""

from PySide6.QtWidgets import QAbstractButton, QDialog, QMessageBox

from .dialogs import Message, dialogs, plain

KINDS = {
    QMessageBox.Icon.Critical: "error",
    QMessageBox.Icon.Warning: "warning",
    QMessageBox.Icon.Information: "info",
    QMessageBox.Icon.Question: "question",
}
ROLES = QMessageBox.ButtonRole
ACCEPTING = (ROLES.AcceptRole, ROLES.YesRole, ROLES.ApplyRole)
REFUSING = (ROLES.RejectRole, ROLES.NoRole, ROLES.DestructiveRole)


def answer_box(box) -> int:
    """Records the box and presses the button that the test chose for it."""
    if not box.buttons():
        box.addButton(QMessageBox.Ok)
    button = _chosen(box.buttons()) or _by_role(box)
    button.click()
    kind = KINDS.get(box.icon, "plain")
    texts = tuple(plain(each.text) for each in box.buttons())
    title = box.windowTitle.strip()
    dialogs.messages.append(
        Message(kind, box.text, title, box.detailedText, int(box.result()), texts, plain(button.text))
    )
    return int(box.result())


def answer_dialog(dialog) -> int:
    """A window of the module's own: the chosen button is pressed, else it is accepted or rejected."""
    buttons = dialog.findChildren(QAbstractButton)
    button = _chosen(buttons)
    if button is not None:
        button.click()
    elif dialogs.accepts:
        dialog.accept()
    else:
        dialog.reject()
    texts = tuple(plain(each.text) for each in buttons)
    pressed = plain(button.text) if button else ""
    dialogs.messages.append(Message("dialog", "", dialog.windowTitle, "", int(dialog.result()), texts, pressed))
    return int(dialog.result())


def _chosen(buttons):
    text = dialogs.take_choice([plain(each.text) for each in buttons])
    return next((each for each in buttons if plain(each.text) == text), None)


def _by_role(box):
    """The button that Enter would press where the test accepts, Escape where it doesn't."""
    preferred = box.defaultButton() if dialogs.accepts else box.escapeButton()
    roles = ACCEPTING if dialogs.accepts else REFUSING
    if preferred is not None and box.buttonRole(preferred) in roles:
        return preferred
    by_role = (each for role in roles for each in box.buttons() if box.buttonRole(each) == role)
    return next(by_role, box.buttons()[0])


def _static(icon, standard=QMessageBox.Ok):
    """QMessageBox.information(parent, title, text, buttons, default) and its like."""

    def ask(parent, title, text, buttons=standard, default=QMessageBox.NoButton, /):
        box = QMessageBox(icon, title, text, buttons, parent)
        if default != QMessageBox.NoButton:
            box.setDefaultButton(default)
        return QMessageBox.StandardButton(answer_box(box))

    return staticmethod(ask)


def install() -> None:
    """Puts the answers in the place of Qt's event loops."""
    QDialog.exec = QDialog.exec_ = answer_dialog
    QMessageBox.exec = QMessageBox.exec_ = answer_box
    QMessageBox.information = _static(QMessageBox.Icon.Information)
    QMessageBox.warning = _static(QMessageBox.Icon.Warning)
    QMessageBox.critical = _static(QMessageBox.Icon.Critical)
    QMessageBox.question = _static(QMessageBox.Icon.Question, QMessageBox.Yes | QMessageBox.No)
