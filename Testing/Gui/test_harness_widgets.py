"""The stand-ins themselves: widgets speak PythonQt's grammar, are as strict, and follow the scene."""

import enum
import sys
from typing import Annotated

import pytest

FORM = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0"><class>Form</class>
 <widget class="qMRMLWidget" name="Form"><layout class="QVBoxLayout" name="rows">
  <item><widget class="ctkCollapsibleButton" name="advanced">
   <property name="collapsed"><bool>true</bool></property>
   <layout class="QFormLayout" name="form">
    <item row="0" column="1"><widget class="QCheckBox" name="fast">
     <property name="SlicerParameterName" stdset="0"><string>fast</string></property></widget></item>
   </layout></widget></item>
  <item><widget class="qMRMLNodeComboBox" name="input">
   <property name="nodeTypes"><stringlist notr="true"><string>vtkMRMLScalarVolumeNode</string></stringlist></property>
   <property name="noneEnabled"><bool>true</bool></property>
   <property name="SlicerParameterName" stdset="0"><string>volume</string></property></widget></item>
  <item><widget class="ctkPathLineEdit" name="folder">
   <property name="filters"><set>ctkPathLineEdit::Dirs</set></property></widget></item>
  <item><widget class="QSpinBox" name="steps">
   <property name="SlicerParameterName" stdset="0"><string>steps</string></property></widget></item>
  <item><widget class="ctkSliderWidget" name="weight">
   <property name="singleStep"><double>0.01</double></property>
   <property name="SlicerParameterName" stdset="0"><string>weight</string></property></widget></item>
  <item><widget class="QComboBox" name="mode">
   <property name="SlicerParameterName" stdset="0"><string>mode</string></property></widget></item>
 </layout></widget>
 <connections><connection>
  <sender>Form</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
  <receiver>input</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot>
 </connection></connections>
</ui>"""


class Mode(enum.Enum):
    FAST = 0
    GOOD = 1


@pytest.fixture
def load_form(slicer_app, tmp_path):
    import slicer

    def load(text=FORM):
        path = tmp_path / "Form.ui"
        path.write_text(text)
        widget = slicer.util.loadUI(str(path))
        widget.setMRMLScene(slicer.mrmlScene)
        return widget, slicer.util.childWidgetVariables(widget)

    return load


@pytest.fixture
def button(slicer_app):
    import qt

    return qt.QPushButton("Apply")


def add_volume(name):
    import slicer

    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)


def test_properties_are_attributes(button):
    button.text, button.enabled, button.name = "Stop", False, "stop"
    assert (button.text, button.enabled, button.objectName) == ("Stop", False, "stop")
    button.setText("Go")
    assert button.text == "Go"


def test_properties_are_not_called(button):
    with pytest.raises(TypeError, match="not callable"):
        button.text()


def test_new_attributes_are_refused_on_cpp_objects(button):
    import ctk
    import slicer

    for each in (button, ctk.ctkCollapsibleButton(), slicer.qMRMLNodeComboBox()):
        with pytest.raises(AttributeError, match="no property 'logic'"):
            each.logic = 1


def test_new_attributes_are_taken_by_python_subclasses(slicer_app):
    import qt

    class Panel(qt.QWidget):
        pass

    panel = Panel()
    panel.logic = 1
    assert panel.logic == 1


def test_unknown_signals_are_refused(button):
    with pytest.raises(ValueError, match=r"pressedTwice\(\)"):
        button.connect("pressedTwice()", print)


def test_both_ways_to_connect_and_disconnect(button):
    seen = []

    def remember():
        seen.append("plain")

    button.connect("clicked()", remember)
    button.clicked.connect(lambda checked: seen.append(checked))
    button.click()
    button.disconnect("clicked()", remember)
    button.click()
    assert seen == ["plain", False, False]


def test_an_exception_in_a_slot_is_seen(button, raises_in_slots):
    button.connect("clicked(bool)", lambda: [][0])
    button.click()
    assert [kind for kind, _, _ in raises_in_slots] == [IndexError]
    raises_in_slots.clear()


def test_enumerations_are_ints(slicer_app):
    import qt

    assert qt.Qt.Checked == 2
    assert qt.QProcess.NotRunning == 0
    assert qt.Qt.UserRole + 1 == 257
    frame = qt.QFrame()
    frame.frameShape = 1
    assert frame.frameShape == qt.QFrame.Box


def test_collapsed_section_hides_its_children(load_form):
    widget, ui = load_form()
    widget.show()
    assert not ui.fast.visible
    ui.advanced.collapsed = False
    assert ui.fast.visible


def test_form_keeps_custom_properties(load_form):
    import ctk

    _, ui = load_form()
    assert ui.folder.filters == ctk.ctkPathLineEdit.Dirs
    assert ui.input.nodeTypes == ("vtkMRMLScalarVolumeNode",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mrmlSceneChanged(vtkMRMLScene*)", "sceneChanged(vtkMRMLScene*)"),
        ("<receiver>input</receiver>", "<receiver>inputs</receiver>"),
        ('name="noneEnabled"', 'name="nonEnabled"'),
        ('class="ctkPathLineEdit"', 'class="ctkPathEdit"'),
    ],
)
def test_mistakes_in_a_form_are_refused(load_form, old, new):
    with pytest.raises((RuntimeError, ValueError)):
        load_form(FORM.replace(old, new))


def test_node_list_follows_the_scene(load_form, scene):
    _, ui = load_form()
    changes = []
    ui.input.connect("currentNodeChanged(vtkMRMLNode*)", changes.append)
    first, second = add_volume("First"), add_volume("Second")
    assert [ui.input.nodeFromIndex(index) for index in range(ui.input.nodeCount())] == [first, second]
    assert ui.input.currentNode() is None
    ui.input.setCurrentNode(second)
    scene.RemoveNode(second)
    assert (ui.input.nodeCount(), ui.input.nodeFromIndex(0), changes) == (1, first, [second, None])
    scene.Clear(0)
    assert ui.input.nodeCount() == 0


def test_checkable_node_list_follows_the_scene(slicer_app, scene):
    import qt
    import slicer

    combo = slicer.qMRMLCheckableNodeComboBox()
    combo.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    combo.setMRMLScene(scene)
    first, second = add_volume("First"), add_volume("Second")
    changes = []
    combo.connect("checkedNodesChanged()", lambda: changes.append(combo.checkedNodes()))
    combo.setCheckState(second, qt.Qt.Checked)
    combo.setCheckState(first, qt.Qt.Checked)
    second.SetName("Renamed")
    assert combo.checkedNodes() == (first, second)
    scene.RemoveNode(first)
    scene.Clear(0)
    assert changes == [(second,), (first, second), (second,), ()]


def test_parameters_and_widgets_follow_each_other(load_form, scene):
    import slicer
    from slicer.parameterNodeWrapper import Minimum, WithinRange, parameterNodeWrapper

    @parameterNodeWrapper
    class Parameters:
        fast: bool = True
        volume: slicer.vtkMRMLScalarVolumeNode
        steps: Annotated[int, Minimum(1)] = 3
        weight: Annotated[float, WithinRange(0, 1)] = 0.25
        mode: Mode = Mode.GOOD

    _, ui = load_form()
    given = Parameters(scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))
    tag = given.connectGui(ui)
    assert (ui.fast.checked, ui.steps.value, ui.weight.value, ui.mode.currentText) == (True, 3, 0.25, "GOOD")
    ui.steps.value, ui.mode.currentIndex = 12, 0
    ui.input.setCurrentNode(add_volume("Input"))
    assert (given.steps, given.mode, given.volume.GetName()) == (12, Mode.FAST, "Input")
    given.weight = 0.75
    assert ui.weight.value == 0.75
    given.disconnectGui(tag)
    ui.steps.value = 20
    assert given.steps == 12


def test_pop_ups_are_recorded_and_answered(slicer_app):
    import slicer

    assert slicer.util.confirmOkCancelDisplay("Delete?")
    slicer_app.dialogs.accepts = False
    assert not slicer.util.confirmYesNoDisplay("Really?")
    with pytest.raises(OSError), slicer.util.tryWithErrorDisplay("Failed to save.", waitCursor=True):
        raise OSError("disk full")
    assert slicer_app.dialogs.texts("question") == ["Delete?", "Really?"]
    assert slicer_app.dialogs.texts("error") == ["Failed to save.\n\ndisk full"]


def test_process_delivers_its_lines_and_its_end(slicer_app, tmp_path):
    import qt

    received, ends = [], []
    process = qt.QProcess()
    process.setWorkingDirectory(str(tmp_path))
    process.connect(
        "readyReadStandardOutput()",
        lambda: received.append(process.readAllStandardOutput().data().decode()),
    )
    process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: ends.append((code, status)))
    process.start(sys.executable, ["-c", "import os; print('one'); print(os.getcwd()); raise SystemExit(3)"])
    assert process.waitForStarted(10000)
    assert process.waitForFinished(10000)
    assert "".join(received).splitlines() == ["one", str(tmp_path)]
    assert ends == [(3, qt.QProcess.NormalExit)]
    assert process.state() == qt.QProcess.NotRunning


def test_panel_opens_reloads_and_cleans_up(load, open_panel, tmp_path):
    import SlicerStandIns

    path = tmp_path / "Panel.py"
    path.write_text(
        "import slicer\n"
        "from slicer.ScriptedLoadableModule import *\n"
        "class Panel(ScriptedLoadableModule):\n"
        "    pass\n"
        "class PanelWidget(ScriptedLoadableModuleWidget):\n"
        "    calls = []\n"
        "    def setup(self):\n"
        "        ScriptedLoadableModuleWidget.setup(self)\n"
        "        self.calls.append('setup')\n"
        "    def enter(self):\n"
        "        self.calls.append('enter')\n"
        "    def cleanup(self):\n"
        "        self.calls.append('cleanup')\n"
    )
    first = open_panel(path)
    second = SlicerStandIns.reload_module(load(path))
    assert first.calls == ["setup", "enter", "cleanup"]
    assert second.calls == ["setup", "enter"]
    load(path).unload()
    assert second.calls == ["setup", "enter", "cleanup"]
