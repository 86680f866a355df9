"""Pop-ups that nobody is there to click: they are recorded, and answered as the test has set.

slicer.util is Slicer's own file, so errorDisplay, confirmOkCancelDisplay and the rest run as in Slicer up to the box.
"""

from dataclasses import dataclass

from PySide6.QtWidgets import QMessageBox

KINDS = {
    QMessageBox.Icon.Critical: "error",
    QMessageBox.Icon.Warning: "warning",
    QMessageBox.Icon.Information: "info",
    QMessageBox.Icon.Question: "question",
}
ACCEPTING = (QMessageBox.Ok, QMessageBox.Yes, QMessageBox.Retry, QMessageBox.Save, QMessageBox.Open)
REFUSING = (QMessageBox.Cancel, QMessageBox.No, QMessageBox.Close, QMessageBox.Abort, QMessageBox.Discard)


@dataclass(frozen=True)
class Message:
    """One pop-up as the user would have read it; kind is error, warning, info, question or plain."""

    kind: str
    text: str
    title: str
    details: str
    answer: int


class Dialogs:
    """What was shown, and the answer to the next questions: `accepts` is True for Ok and Yes."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.messages: list[Message] = []
        self.accepts = True

    def texts(self, kind: str) -> list[str]:
        return [each.text for each in self.messages if each.kind == kind]


dialogs = Dialogs()


def answer_to(box) -> int:
    """Records the box and returns the button that the test chose for it."""
    buttons = int(box.standardButtons)
    wanted = ACCEPTING if dialogs.accepts else REFUSING
    answer = next((each for each in (*wanted, *ACCEPTING, *REFUSING) if buttons & int(each)), QMessageBox.Ok)
    kind = KINDS.get(box.icon, "plain")
    message = Message(kind, box.text, box.windowTitle.strip(), box.detailedText, int(answer))
    dialogs.messages.append(message)
    return answer
