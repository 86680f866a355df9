"""The stand-ins themselves: timers, settings, closing the window, pictures, shortcuts, themes, sections."""

import time

import pytest


@pytest.fixture
def qt(slicer_app):
    import qt

    return qt


def wait_for(condition, seconds=5):
    import slicer

    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        slicer.app.processEvents()
    return condition()


def test_timers(qt):
    ticks = []
    timer = qt.QTimer()
    timer.connect("timeout()", lambda: ticks.append("timer"))
    timer.start(1)
    qt.QTimer.singleShot(1, lambda: ticks.append("once"))
    assert wait_for(lambda: ticks.count("timer") > 2 and "once" in ticks)
    timer.stop()
    assert ticks.count("once") == 1
    assert not timer.active


def test_settings_last_until_the_test_ends(slicer_app):
    import slicer

    settings = slicer.app.userSettings()
    settings.setValue("CRFGANSynth/DataFolder", "/data")
    assert slicer.app.userSettings().value("CRFGANSynth/DataFolder", "") == "/data"
    assert settings.value("CRFGANSynth/Other", "default") == "default"
    settings.remove("CRFGANSynth/DataFolder")
    assert not settings.contains("CRFGANSynth/DataFolder")
    settings.setValue("CRFGANSynth/DataFolder", "/data")
    slicer_app.reset()
    assert not slicer.app.userSettings().contains("CRFGANSynth/DataFolder")


def test_an_event_filter_keeps_the_main_window_open(qt):
    import slicer

    class CloseFilter(qt.QWidget):
        asked = 0

        def eventFilter(self, watched, event):
            if event.type() != qt.QEvent.Close:
                return False
            self.asked += 1
            event.ignore()
            return True

    window = slicer.util.mainWindow()
    keeper = CloseFilter()
    window.installEventFilter(keeper)
    assert not window.close()
    window.removeEventFilter(keeper)
    assert window.close()
    assert keeper.asked == 1
    assert slicer.util.mainWindow() == window


def test_a_picture_comes_from_bytes(qt, tmp_path):
    path = tmp_path / "red.png"
    source = qt.QPixmap(5, 4)
    source.fill(qt.QColor("red"))
    source.save(str(path))
    for data in (path.read_bytes(), qt.QByteArray(path.read_bytes())):
        picture = qt.QPixmap()
        assert picture.loadFromData(data)
        assert (picture.width(), picture.height()) == (5, 4)


def test_shortcuts_of_buttons(qt):
    button = qt.QPushButton("&Start")
    assert (button.text, button.shortcut.toString()) == ("&Start", "Alt+S")
    button.setShortcut(qt.QKeySequence("Ctrl+Return"))
    assert button.shortcut.toString() == "Ctrl+Return"


def test_light_and_dark(slicer_app, qt):
    import slicer

    def lightness():
        return slicer.app.palette().color(qt.QPalette.Window).lightness()

    changes = []

    class Label(qt.QLabel):
        def changeEvent(self, event):
            changes.append(event.type())

    label = Label("text")
    assert lightness() > 200
    slicer_app.themes.set_theme("dark")
    assert lightness() < 80
    assert label.palette.color(qt.QPalette.WindowText).lightness() > 200
    assert qt.QEvent.PaletteChange in changes
    slicer_app.reset()
    assert lightness() > 200


def test_group_box_hides_its_children(qt):
    import ctk

    box = ctk.ctkCollapsibleGroupBox()
    box.title = "Advanced"
    form = qt.QFormLayout(box)
    line, hidden = qt.QLineEdit(), qt.QLineEdit()
    form.addRow("Seed:", line)
    form.addRow("Hidden:", hidden)
    hidden.hide()
    box.show()
    box.adjustSize()
    height = box.height
    box.collapsed = True
    assert (box.checked, line.visible) == (False, False)
    box.adjustSize()
    assert box.height < height
    box.collapsed = False
    assert (line.visible, hidden.visible) == (True, False)


def test_without_a_main_window_there_are_no_views(no_main_window):
    import slicer

    assert slicer.util.mainWindow() is None
    assert slicer.app.layoutManager() is None


def test_the_main_window_comes_back(slicer_app):
    import slicer

    slicer_app.app._remove_main_window()
    slicer_app.app._add_main_window()
    assert slicer.util.mainWindow().objectName == "qSlicerMainWindow"
    assert slicer.app.layoutManager().threeDViewCount == 1
