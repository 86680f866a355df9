"""A picture of a module's panel as it stands in Slicer's window: whole, in light or dark, at screen scale 1 or 2."""

from pathlib import Path

import qt

from ..qt.themes import theme as shown_in
from .views_picture import blank


def grab_panel(widget, path, *, width: int = 480, height: int | None = None, theme=None, scale: int = 1) -> Path:
    """The panel at a width, as high as its contents want unless told; wider where they don't fit, as in Slicer.

    theme: light or dark; None: the application's
    scale: 2 draws it as a screen of high density does, with twice the pixels
    """
    with shown_in(theme), _shown(widget, width, height):
        canvas = blank((widget.width, widget.height), scale, widget.palette.color(qt.QPalette.Window))
        widget.render(canvas, qt.QPoint(0, 0))
    canvas.save(str(path))
    return Path(path)


class _shown:
    """The widget on the (invisible) screen at a size; afterwards as it was."""

    def __init__(self, widget, width, height):
        self.widget, self.width, self.height = widget, width, height

    def __enter__(self):
        self.before = self.widget.size, self.widget.visible
        self.widget.show()
        self._settle()
        width = max(self.width, self.widget.minimumSizeHint.width())
        self.widget.resize(width, self.height or _height_for(self.widget, width))
        self._settle()

    def __exit__(self, *error):
        size, visible = self.before
        self.widget.setVisible(visible)
        self.widget.resize(size)

    @staticmethod
    def _settle():
        """Layouts take the sizes of what was shown or hidden; twice, since a label's height follows its width."""
        for _ in range(2):
            qt.QApplication.processEvents()


def _height_for(widget, width: int) -> int:
    """What the contents need at this width; labels that wrap need more where it is narrow."""
    layout = widget.layout()
    wrapped = layout.totalHeightForWidth(width) if layout is not None and layout.hasHeightForWidth() else 0
    return max(widget.sizeHint.height(), widget.minimumSizeHint.height(), wrapped)
