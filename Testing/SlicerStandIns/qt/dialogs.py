"""Pop-ups that nobody is there to click: they are recorded here, and answered as the test has set.

slicer.util is Slicer's own file, so errorDisplay, confirmOkCancelDisplay and the rest run as in Slicer up to the box.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One pop-up as the user would have read it.

    kind: error, warning, info, question, plain; `input` for a line to type, `dialog` for a window of the module's own.
    answer: what exec_() returned; pressed: the text of the button, without its `&`.
    """

    kind: str
    text: str
    title: str
    details: str = ""
    answer: int = 0
    buttons: tuple = ()
    pressed: str = ""


@dataclass(frozen=True)
class FileRequest:
    """One file dialog; kind is open, save or folder."""

    kind: str
    title: str
    folder: str
    filter: str = ""


class Dialogs:
    """What was shown, and the answers to what comes next.

    accepts: True presses Ok or Yes and chooses files, False cancels
    file, typed: what file dialogs and QInputDialog.getText return when accepted
    """

    def __init__(self):
        self.reset()

    def reset(self):
        self.messages: list[Message] = []
        self.file_requests: list[FileRequest] = []
        self.opened_urls: list[str] = []
        self.accepts = True
        self.file = ""
        self.typed = None
        self.choices: list[str] = []

    def texts(self, kind: str) -> list[str]:
        return [each.text for each in self.messages if each.kind == kind]

    def choose(self, *texts: str):
        """The next pop-ups that have these buttons get them pressed, in this order; others are answered as ever."""
        self.choices.extend(texts)

    def take_choice(self, texts) -> str | None:
        """The text chosen for a pop-up with these buttons, or None."""
        return self.choices.pop(0) if self.choices and self.choices[0] in texts else None

    def refuse_unused_choices(self):
        """At a test's end: a pop-up that was to come has not, or without that button."""
        assert not self.choices, f"No pop-up came with the buttons that the test chose: {self.choices}"


dialogs = Dialogs()


def plain(text: str) -> str:
    """A button's text without the mark of its shortcut."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
