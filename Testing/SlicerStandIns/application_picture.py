"""Puts views and panel together as Slicer's window shows them, with Qt's painter."""

from pathlib import Path

import qt

BAR, GAP = 22, 2
COLORS = {"Red": "#f34a33", "Green": "#6eb04b", "Yellow": "#edd54c", "3D": "#7f7fb2"}
PLACES = {"Red": (0, 0), "3D": (1, 0), "Green": (0, 1), "Yellow": (1, 1)}
AXES = {"Red": "S", "Green": "A", "Yellow": "R"}
OPPOSITE = {"S": "I", "A": "P", "R": "L"}
LETTERS = {"Red": ("R", "L", "A", "P"), "Green": ("R", "L", "S", "I"), "Yellow": ("A", "P", "S", "I")}
DARK, TEXT = "#2d2d30", "#e6e6e6"
TITLE_BAR, STATUS_BAR = 30, 24


def pane_size(size) -> tuple[int, int]:
    """What is left for each of the four views under its bar."""
    return size[0] // 2 - GAP, size[1] // 2 - GAP - BAR


def compose_four_up(pictures: dict, offsets: dict, size, title: str):
    """The four views in their places, each under its coloured bar."""
    canvas = qt.QPixmap(*size)
    canvas.fill(qt.QColor("#000000"))
    painter = _painter(canvas)
    width, height = pane_size(size)
    for name, (column, row) in PLACES.items():
        pane = qt.QRect(column * size[0] // 2, row * size[1] // 2, width, height + BAR)
        painter.drawImage(pane.left(), pane.top() + BAR, _image(pictures[name]))
        _draw_bar(painter, name, pane, offsets.get(name))
        if name in LETTERS:
            _draw_letters(painter, name, pane)
            _draw_name(painter, pane, title)
    painter.end()
    return canvas


def grab_panel(widget, path, *, width: int = 480, height: int | None = None) -> Path:
    """A picture of a panel at the width it has in Slicer; the height is what its contents want, unless given."""
    widget.setMinimumWidth(width)
    widget.adjustSize()
    widget.resize(width, height or widget.sizeHint.height())
    widget.show()
    qt.QApplication.processEvents()
    widget.grab().save(str(path))
    return Path(path)


def compose_application(path, panel_png, four_up_png, *, title="3D Slicer", module="", status="") -> Path:
    """The panel on the left of the views, in a window: what a user would see."""
    panel, views = qt.QPixmap(str(panel_png)), qt.QPixmap(str(four_up_png))
    height = max(panel.height(), views.height())
    canvas = qt.QPixmap(panel.width() + views.width() + 6, height + TITLE_BAR + STATUS_BAR)
    canvas.fill(panel.toImage().pixelColor(1, panel.height() - 2))
    painter = _painter(canvas)
    _draw_title(painter, canvas.width(), f"{title}   {module}".strip())
    painter.drawPixmap(0, TITLE_BAR, panel)
    area = qt.QRect(panel.width() + 6, TITLE_BAR, views.width(), height)
    painter.fillRect(area, qt.QColor("#000000"))
    painter.drawPixmap(area.left(), area.top(), views)
    painter.setPen(qt.QColor("#404040"))
    painter.drawText(qt.QRect(10, TITLE_BAR + height, canvas.width() - 20, STATUS_BAR), qt.Qt.AlignVCenter, status)
    painter.end()
    canvas.save(str(path))
    return Path(path)


def _painter(canvas):
    painter = qt.QPainter(canvas)
    painter.setRenderHint(qt.QPainter.Antialiasing)
    font = painter.font()
    font.setPixelSize(13)
    painter.setFont(font)
    return painter


def _image(pixels):
    height, width, _ = pixels.shape
    return qt.QImage(pixels.tobytes(), width, height, 3 * width, qt.QImage.Format_RGB888).copy()


def _draw_title(painter, width: int, title: str):
    bar = qt.QRect(0, 0, width, TITLE_BAR)
    painter.fillRect(bar, qt.QColor(DARK))
    painter.setPen(qt.QColor(TEXT))
    painter.drawText(bar, qt.Qt.AlignCenter, title)


def _draw_bar(painter, name: str, pane, offset):
    """The controller of a view: its colour, its letter, and for a slice the slider and where it stands."""
    bar = qt.QRect(pane.left(), pane.top(), pane.width(), BAR)
    painter.fillRect(bar, qt.QColor(COLORS[name]))
    label = qt.QRect(bar.left(), bar.top(), 28, BAR)
    painter.setPen(qt.QColor("#000000"))
    painter.drawText(label, qt.Qt.AlignCenter, "1" if name == "3D" else name[0])
    if offset is None:
        return
    groove = qt.QRect(bar.left() + 36, bar.center().y() - 1, bar.width() - 160, 3)
    painter.fillRect(groove, qt.QColor(0, 0, 0, 90))
    painter.fillRect(qt.QRect(groove.center().x() - 5, bar.top() + 4, 10, BAR - 8), qt.QColor("#f5f5f5"))
    painter.setPen(qt.QColor("#000000"))
    axis = AXES[name] if offset >= 0 else OPPOSITE[AXES[name]]
    painter.drawText(bar.adjusted(0, 0, -8, 0), qt.Qt.AlignVCenter | qt.Qt.AlignRight, f"{axis}: {abs(offset):.3f}mm")


def _draw_letters(painter, name: str, pane):
    """The patient's directions at the edges: left, right, top, bottom of the picture."""
    left, right, top, bottom = LETTERS[name]
    inner = pane.adjusted(8, BAR + 4, -8, -6)
    painter.setPen(qt.QColor("#f2d94e"))
    painter.drawText(inner, qt.Qt.AlignVCenter | qt.Qt.AlignLeft, left)
    painter.drawText(inner, qt.Qt.AlignVCenter | qt.Qt.AlignRight, right)
    painter.drawText(inner, qt.Qt.AlignTop | qt.Qt.AlignHCenter, top)
    painter.drawText(inner, qt.Qt.AlignBottom | qt.Qt.AlignHCenter, bottom)


def _draw_name(painter, pane, title: str):
    painter.setPen(qt.QColor(TEXT))
    painter.drawText(pane.adjusted(8, 0, -8, -6), qt.Qt.AlignBottom | qt.Qt.AlignLeft, f"B: {title}")
