"""The stand-ins themselves: tables, lists, trees and combo boxes as PythonQt has them."""

import pytest


@pytest.fixture
def qt(slicer_app):
    import qt

    return qt


@pytest.fixture
def table(qt):
    """Two rows with a check mark, a value behind the text, and a button."""
    table = qt.QTableWidget(2, 2)
    table.setHorizontalHeaderLabels(["Volume", "Actions"])
    for row in range(2):
        item = qt.QTableWidgetItem(f"Volume {row}")
        item.setFlags(item.flags() | qt.Qt.ItemIsUserCheckable)
        item.setCheckState(qt.Qt.Checked)
        item.setData(qt.Qt.UserRole, {"seed": row})
        table.setItem(row, 0, item)
    return table


def test_table_tells_which_item_was_checked(table, qt):
    changes = []
    table.connect(
        "itemChanged(QTableWidgetItem*)", lambda item: changes.append((item.row(), item.column(), item.checkState()))
    )
    table.item(1, 0).setCheckState(qt.Qt.Unchecked)
    assert changes == [(1, 0, qt.Qt.Unchecked)]
    assert table.item(0, 0).checkState() == qt.Qt.Checked


def test_table_keeps_values_of_python(table, qt):
    assert table.item(1, 0).data(qt.Qt.UserRole) == {"seed": 1}
    assert (table.rowCount, table.columnCount) == (2, 2)
    with pytest.raises(TypeError, match="not callable"):
        table.rowCount()


def test_table_shows_pictures_and_buttons(table, qt, tmp_path):
    path = str(tmp_path / "preview.png")
    picture = qt.QPixmap(40, 30)
    picture.fill(qt.QColor("red"))
    assert picture.save(path)
    table.iconSize = qt.QSize(40, 30)
    table.setRowHeight(0, 34)
    table.item(0, 0).setIcon(qt.QIcon(qt.QPixmap(path)))
    button = qt.QToolButton()
    button.text = "..."
    table.setCellWidget(0, 1, button)
    assert table.cellWidget(0, 1) == button
    assert not table.item(0, 0).icon().isNull()
    assert (table.iconSize.width(), table.rowHeight(0)) == (40, 34)


def test_table_headers_stretch(table, qt):
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, qt.QHeaderView.Stretch)
    header.setStretchLastSection(True)
    table.verticalHeader().visible = False
    assert header.stretchLastSection
    assert header.sectionResizeMode(0) == qt.QHeaderView.Stretch


def test_list_and_tree(qt):
    names = qt.QListWidget()
    rows = []
    names.connect("currentRowChanged(int)", rows.append)
    names.addItem("first")
    names.addItem(qt.QListWidgetItem("second"))
    names.currentRow = 1
    assert (names.count, names.currentItem().text(), rows[-1]) == (2, "second", 1)
    tree = qt.QTreeWidget()
    tree.setHeaderLabels(["Run", "Steps"])
    run = qt.QTreeWidgetItem(["run-1", "200"])
    tree.addTopLevelItem(run)
    child = qt.QTreeWidgetItem(run, ["model", ""])
    run.setData(0, qt.Qt.UserRole, "/runs/1")
    assert (tree.columnCount, tree.topLevelItemCount, run.childCount()) == (2, 1, 1)
    assert (child.parent(), run.data(0, qt.Qt.UserRole)) == (run, "/runs/1")


def test_combo_box_finds_what_is_behind_its_entries(qt):
    combo = qt.QComboBox()
    seen = []
    combo.connect("currentIndexChanged(int)", seen.append)
    combo.addItem("Heads", "/models/heads")
    combo.addItem("Chests", "/models/chests")
    combo.setItemData(1, "/models/new")
    combo.setCurrentIndex(combo.findData("/models/new"))
    assert (combo.currentText, combo.currentData, combo.itemData(0)) == ("Chests", "/models/new", "/models/heads")
    assert (combo.count, combo.findData("/models/chests"), seen) == (2, -1, [0, 1])
