"""What the module uses is in Slicer 5.12.3; and what isn't, is found: each fault planted in a small module."""

import subprocess
import sys
from pathlib import Path

import pytest
from SlicerFacts import Facts, uses

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "slicer_facts"
MODULE = """import qt
import slicer
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleWidget

class PanelWidget(ScriptedLoadableModuleWidget):
    def setup(self):
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/Panel.ui"))
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        self.part = Part(self.ui, self.ui.steps)
        self.timer = qt.QTimer()
        self.ui.table.connect("itemChanged(QTableWidgetItem*)", self.onItem)

    def onItem(self, item):
        return item.text()

    def planted(self):
        {code}

class Part(slicer.util.VTKObservationMixin):
    def __init__(self, ui, spinBox):
        self.ui, self.spinBox = ui, spinBox

    def planted(self):
        {part}
"""
FORM = """<ui version="4.0"><widget class="qMRMLWidget" name="Panel">
 <widget class="QSpinBox" name="steps"><property name="value"><number>3</number></property></widget>
 <widget class="QTableWidget" name="table"/>
 <widget class="qMRMLNodeComboBox" name="input"/>
</widget><connections><connection>
 <sender>Panel</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
 <receiver>input</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot>
</connection></connections></ui>"""


@pytest.fixture(scope="module")
def facts():
    return Facts()


@pytest.fixture
def problems(facts, tmp_path):
    """What is found in a module with this code planted in its widget, in a class of its own, or with another form."""

    def find(code="pass", part="pass", form=FORM):
        folder = tmp_path / "Panel"
        (folder / "Resources" / "UI").mkdir(parents=True)
        (folder / "Panel.py").write_text(MODULE.format(code=code, part=part))
        (folder / "Resources" / "UI" / "Panel.ui").write_text(form)
        return [each.partition(" ")[2] for each in uses.problems(facts, folder)]

    return find


def test_the_module_uses_nothing_that_slicer_lacks(facts):
    assert uses.problems(facts, ROOT / "CRFGANSynth") == []


def test_a_module_without_faults_has_none(problems):
    code = "self.ui.steps.value = 4; self.timer.start(10); self.ui.steps.connect('valueChanged(int)', print)"
    assert problems(code, "self.addObserver(self.ui.input.currentNode(), 1, print)") == []


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "slicer.packaging.pip_check('torch')",
            "slicer.packaging is used without `import slicer.packaging` in this file",
        ),
        ("slicer.i18n.tr('x')", "slicer.i18n is used without `import slicer.i18n` in this file"),
        ("import slicer.packages", "there is no slicer.packages"),
        ("from slicer.util import loadNothing", "there is no slicer.util.loadNothing"),
        ("slicer.ctkSliderWidget", "there is no slicer.ctkSliderWidget"),
        ("slicer.modules.brainmaker", "there is no slicer.modules.brainmaker"),
        ("slicer.util.loadEverything('x')", "there is no slicer.util.loadEverything"),
        ("qt.QPushBotton()", "there is no qt.QPushBotton"),
        ("import ctk; ctk.ctkSpinBox()", "there is no ctk.ctkSpinBox"),
        ("import ctk; ctk.ctkRangeWidget()", "facts.json has nothing on ctk.ctkRangeWidget"),
        ("self.timer.begin()", "QTimer has no begin"),
        ("slicer.app.mainWindow()", "qSlicerApplication has no mainWindow (qSlicerApplication has it in C++, out of "),
        ("self.ui.input.nodes()", "qMRMLNodeComboBox has no nodes (qMRMLNodeComboBox has it in C++, out of Python's"),
        ("self.ui.stepz.value", "the .ui file has no widget stepz"),
        ("self.ui.steps.value()", "QSpinBox.value is a property, it can't be called"),
        ("self.timer.active = True", "QTimer.active is read-only"),
        ("self.timer.start = 3", "QTimer.start is a method, it can't be set"),
        ("self.ui.steps.colour = 3", "QSpinBox has no colour to set"),
        ("self.ui.steps.connect('changed(int)', print)", "QSpinBox has no signal changed(int)"),
        (
            "self.ui.steps.connect('valueChanged(double)', print)",
            "QSpinBox has no signal valueChanged(double); it has valueChanged(int), valueChanged(QString)",
        ),
        ("self.ui.steps.valueChanged.bind(print)", "the signal QSpinBox.valueChanged has no bind"),
        ("qt.QLabel(text='x')", "QLabel is called with the keywords text; C++ takes none"),
        ("self.timer.start(msec=3)", "QTimer.start is called with the keywords msec; C++ takes none"),
        ("self.timer.start(1, 2)", "QTimer.start is called with 2 arguments; it takes void (int msec) or void ()"),
        ("qt.QTimer(1, 2)", "QTimer is made with 2 arguments; it takes (QObject* parent = nullptr)"),
        (
            "import ctk; ctk.ctkCollapsibleButton('Advanced')",
            "ctkCollapsibleButton is made with a text; it takes (QWid",
        ),
        (
            "isinstance(self.timer, qt.QObject)",
            "isinstance(..., QObject) is false for what derives from it, in PythonQt",
        ),
        ("slicer.util.loadUI()", "slicer.util.loadUI: missing a required argument: 'path'"),
        ("slicer.util.loadUI('x', colour=1)", "slicer.util.loadUI: got an unexpected keyword argument 'colour'"),
        ("self.resourcePath()", "slicer.ScriptedLoadableModule.ScriptedLoadableModuleWidget.resourcePath: missing a "),
        (
            "import SampleData; SampleData.SampleDataLogic.registerCustomSampleDataSource(loadFilesType=1)",
            "SampleData.SampleDataLogic.registerCustomSampleDataSource: got an unexpected keyword argument",
        ),
        ("import SampleData; SampleData.SampleDataLogic().loadMe()", "SampleData.SampleDataLogic has no loadMe"),
    ],
)
def test_a_fault_in_the_code_is_told(problems, code, sentence):
    found = problems(code)
    assert [each[: len(sentence)] for each in found] == [sentence]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("self.spinBox.value()", "QSpinBox.value is a property, it can't be called"),
        ("[each.value() for each in [self.spinBox]]", "QSpinBox.value is a property, it can't be called"),
        ("button = qt.QLabel('x'); button.press()", "QLabel has no press"),
        ("self.ui.input.addAttributes('x')", "qMRMLNodeComboBox has no addAttributes"),
        ("self.addObserver(1)", "slicer.util.VTKObservationMixin.addObserver: missing a required argument: 'event'"),
    ],
)
def test_types_are_followed_through_arguments_attributes_and_loops(problems, part, sentence):
    assert problems(part=part) == [sentence]


def test_what_a_signal_brings_has_its_type(facts, tmp_path, problems):
    problems()
    file = tmp_path / "Panel" / "Panel.py"
    file.write_text(file.read_text().replace("item.text()", "item.caption()"))
    assert uses.problems(facts, tmp_path / "Panel") == ["Panel.py:14 QTableWidgetItem has no caption"]


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("self.start(self.ui.steps)", ["QSpinBox.value is a property, it can't be called"]),
        ("self.timer.start(self.ui.steps)", []),
    ],
)
def test_a_parameter_is_what_callers_of_the_same_function_pass(problems, call, found):
    assert problems(f"{call}\n    def start(self, spinBox):\n        spinBox.value()") == found


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('class="QSpinBox"', 'class="ctkSpinBox"', "steps: facts.json has no class ctkSpinBox"),
        ('name="value"', 'name="number"', "steps: QSpinBox has no property number"),
        ('name="value"', 'name="text"', "steps: QSpinBox.text is read-only"),
        ("mrmlSceneChanged(", "sceneChanged(", "qMRMLWidget has no signal sceneChanged(vtkMRMLScene*)"),
        ("setMRMLScene(", "setScene(", "qMRMLNodeComboBox has no slot setScene(vtkMRMLScene*)"),
    ],
)
def test_a_fault_in_the_form_is_told(problems, old, new, sentence):
    assert problems(form=FORM.replace(old, new, 1)) == [sentence]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the full facts are not here (../shared/slicer_facts)")
def test_facts_are_those_that_the_script_takes_today(tmp_path):
    taken = tmp_path / "facts.json"
    script = ROOT / "tools" / "take_slicer_facts.py"
    subprocess.run([sys.executable, script, SHARED / "facts.json", taken], check=True)
    ours = ROOT / "Testing" / "SlicerFacts" / "facts.json"
    assert taken.read_bytes() == ours.read_bytes(), f"make it anew: python tools/{script.name} ../shared/.../facts.json"
