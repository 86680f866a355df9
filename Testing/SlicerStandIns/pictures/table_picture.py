"""Draws what Slicer's table view, a Qt class that the wheel lacks, would show of a table node: with Qt's own table."""

import numpy as np
import qt


def table_pixels(table_node, size, scale: int = 1):
    """The table from its first cell on, as an array of (height, width, 3); a view without a table is empty."""
    picture = qt.QImage(size[0] * scale, size[1] * scale, qt.QImage.Format_RGB888)
    picture.setDevicePixelRatio(scale)
    picture.fill(qt.QColor("#ffffff"))
    widget = _widget(table_node, size)
    widget.render(picture)
    stride = picture.bytesPerLine()
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(size[1] * scale, stride)
    return rows[:, : 3 * size[0] * scale].reshape(size[1] * scale, -1, 3).copy()


def _widget(table_node, size):
    rows, columns = (table_node.GetNumberOfRows(), table_node.GetNumberOfColumns()) if table_node else (0, 0)
    widget = qt.QTableWidget(rows, columns)
    widget.setHorizontalHeaderLabels([table_node.GetColumnName(column) for column in range(columns)])
    for row in range(rows):
        for column in range(columns):
            widget.setItem(row, column, qt.QTableWidgetItem(table_node.GetCellText(row, column)))
    widget.resizeColumnsToContents()
    widget.resize(*size)
    return widget
