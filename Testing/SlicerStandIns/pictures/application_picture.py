"""Puts panel and views together as Slicer's window shows them, with Qt's painter."""

from pathlib import Path

import qt

from ..qt.themes import palette
from .views_picture import TEXT, blank, painter_on

DARK = "#2d2d30"
TITLE_BAR, STATUS_BAR, SPLITTER = 30, 24, 6


def compose_application(
    path,
    panel_png,
    views_png,
    *,
    title="3D Slicer",
    module="",
    status="",
    theme="light",
    scale: int = 1,
) -> Path:
    """The panel on the left of the views, in a window: what a user would see. Scale and theme are the pictures' own."""
    panel, views = (_load(each, scale) for each in (panel_png, views_png))
    panel_size, views_size = (each.deviceIndependentSize().toSize() for each in (panel, views))
    height = max(panel_size.height(), views_size.height())
    width = panel_size.width() + SPLITTER + views_size.width()
    colors = palette(theme)
    canvas = blank((width, height + TITLE_BAR + STATUS_BAR), scale, colors.color(qt.QPalette.Window))
    painter = painter_on(canvas)
    _draw_title(painter, width, f"{title}   {module}".strip())
    painter.drawPixmap(0, TITLE_BAR, panel)
    area = qt.QRect(panel_size.width() + SPLITTER, TITLE_BAR, views_size.width(), height)
    painter.fillRect(area, qt.QColor("#000000"))
    painter.drawPixmap(area.left(), area.top(), views)
    painter.setPen(colors.color(qt.QPalette.WindowText))
    painter.drawText(qt.QRect(10, TITLE_BAR + height, width - 20, STATUS_BAR), qt.Qt.AlignVCenter, status)
    painter.end()
    canvas.save(str(path))
    return Path(path)


def _load(path, scale: int):
    picture = qt.QPixmap(str(path))
    picture.setDevicePixelRatio(scale)
    return picture


def _draw_title(painter, width: int, title: str):
    bar = qt.QRect(0, 0, width, TITLE_BAR)
    painter.fillRect(bar, qt.QColor(DARK))
    painter.setPen(qt.QColor(TEXT))
    painter.drawText(bar, qt.Qt.AlignCenter, title)
