"""Draws views in their places, each under its coloured bar, with Qt's painter."""

import qt

from .view_layout import SLICE, node_of

BAR, GAP = 22, 2
AXES = {"Axial": "S", "Coronal": "A", "Sagittal": "R"}
OPPOSITE = {"S": "I", "A": "P", "R": "L", "": ""}
LETTERS = {"Axial": ("R", "L", "A", "P"), "Coronal": ("R", "L", "S", "I"), "Sagittal": ("A", "P", "S", "I")}
TEXT = "#e6e6e6"


def picture_size(pane) -> tuple[int, int]:
    """What is left for the picture of a view under its bar."""
    return pane.rect.width() - GAP, pane.rect.height() - GAP - BAR


def blank(size, scale: int, color):
    """A picture whose coordinates stay those of the screen at every scale."""
    canvas = qt.QPixmap(size[0] * scale, size[1] * scale)
    canvas.setDevicePixelRatio(scale)
    canvas.fill(qt.QColor(color))
    return canvas


def painter_on(canvas):
    painter = qt.QPainter(canvas)
    painter.setRenderHint(qt.QPainter.Antialiasing)
    font = painter.font()
    font.setPixelSize(13)
    painter.setFont(font)
    return painter


def image_of(pixels, scale: int):
    """An array of (height, width, 3) as an image that is drawn at the scale."""
    height, width, _ = pixels.shape
    image = qt.QImage(pixels.tobytes(), width, height, 3 * width, qt.QImage.Format_RGB888).copy()
    image.setDevicePixelRatio(scale)
    return image


def compose_views(panes, images, slices: dict, size, scale: int):
    """The views in their places; `slices` has where each slice stands and what it shows, by its tag."""
    canvas = blank(size, scale, "#000000")
    painter = painter_on(canvas)
    for pane, image in zip(panes, images, strict=True):
        painter.drawImage(pane.rect.left(), pane.rect.top() + BAR, image)
        rect = pane.rect.adjusted(0, 0, -GAP, -GAP)
        offset, title = slices.get(pane.tag, (None, ""))
        _draw_bar(painter, pane, rect, offset)
        if pane.kind == SLICE:
            _draw_letters(painter, node_of(pane).GetOrientation(), rect)
            _draw_name(painter, rect, title)
    painter.end()
    return canvas


def _draw_bar(painter, pane, rect, offset):
    """The controller of a view: its colour, its letter, and for a slice the slider and where it stands."""
    node = node_of(pane)
    bar = qt.QRect(rect.left(), rect.top(), rect.width(), BAR)
    painter.fillRect(bar, qt.QColor.fromRgbF(*node.GetLayoutColor()))
    painter.setPen(qt.QColor("#000000"))
    label = qt.QRect(bar.left(), bar.top(), 28, BAR)
    painter.drawText(label, qt.Qt.AlignCenter, node.GetLayoutLabel() or pane.tag[0])
    if offset is None:
        return
    groove = qt.QRect(bar.left() + 36, bar.center().y() - 1, bar.width() - 160, 3)
    painter.fillRect(groove, qt.QColor(0, 0, 0, 90))
    painter.fillRect(qt.QRect(groove.center().x() - 5, bar.top() + 4, 10, BAR - 8), qt.QColor("#f5f5f5"))
    axis = AXES.get(node.GetOrientation(), "")
    axis = axis if offset >= 0 else OPPOSITE[axis]
    place = qt.Qt.AlignVCenter | qt.Qt.AlignRight
    painter.drawText(bar.adjusted(0, 0, -8, 0), place, f"{axis}: {abs(offset):.3f}mm")


def _draw_letters(painter, orientation: str, rect):
    """The patient's directions at the edges: left, right, top, bottom of the picture; none of an oblique one."""
    left, right, top, bottom = LETTERS.get(orientation, ("",) * 4)
    inner = rect.adjusted(8, BAR + 4, -8, -6)
    painter.setPen(qt.QColor("#f2d94e"))
    painter.drawText(inner, qt.Qt.AlignVCenter | qt.Qt.AlignLeft, left)
    painter.drawText(inner, qt.Qt.AlignVCenter | qt.Qt.AlignRight, right)
    painter.drawText(inner, qt.Qt.AlignTop | qt.Qt.AlignHCenter, top)
    painter.drawText(inner, qt.Qt.AlignBottom | qt.Qt.AlignHCenter, bottom)


def _draw_name(painter, rect, title: str):
    painter.setPen(qt.QColor(TEXT))
    painter.drawText(rect.adjusted(8, 0, -8, -6), qt.Qt.AlignBottom | qt.Qt.AlignLeft, f"B: {title}")
