"""The stand-ins offer nothing that Slicer 5.12.3 lacks; and what they did, planted, is found."""

import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "slicer_facts"
STARTED = """
import sys
sys.path.insert(0, {testing!r})
import slicer
import SlicerStandIns
SlicerStandIns.environment.prepare()
before = set(vars(slicer))
SlicerStandIns.start().reset()
print(*(name for name in set(vars(slicer)) - before if not name.startswith("_")))
print(*(name for name in vars(slicer.modules) if not name.startswith("_")))
import slicer.packaging
print(slicer.packaging.__name__, hasattr(slicer, "packaging"), hasattr(slicer, "testing"))
from slicer.i18n import tr
print(tr("text"), hasattr(slicer, "i18n"))
"""


@pytest.fixture(scope="module")
def facts(_application):
    from SlicerFacts import Facts

    return Facts()


@pytest.fixture(scope="module")
def started(_application):
    """What another process tells of the package slicer when the application has started, and after imports."""
    code = STARTED.format(testing=str(ROOT / "Testing"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def test_stand_ins_offer_nothing_that_slicer_lacks(facts):
    from SlicerFacts import offers

    assert offers.problems(facts) == []


def test_every_stand_in_is_looked_at(facts):
    from SlicerFacts import offers

    names = {each.__name__ for each in offers.stand_ins()}
    assert {"ctkSliderWidget", "qMRMLNodeComboBox", "SlicerApplication", "CoreIOManager", "SliceWidget"} <= names


def test_the_package_has_no_name_that_slicer_lacks_at_its_start(facts, started):
    from SlicerFacts import offers_package

    assert list(offers_package.problems(facts, started[0], started[1])) == []
    assert {"app", "modules", "qMRMLNodeComboBox"} <= set(started[0])


def test_submodules_are_attributes_once_they_are_imported(started):
    assert started[2] == ["SlicerStandIns.packaging", "True", "False"]
    assert started[3] == ["text", "True"]


@pytest.mark.parametrize(
    ("names", "modules", "sentence"),
    [
        (["app", "packaging"], [], "slicer.packaging is there without an import"),
        (["app", "i18n"], [], "slicer.i18n is there without an import"),
        (["app", "application"], [], "there is no slicer.application"),
        (["app"], ["volumes", "brainmaker"], "there is no slicer.modules.brainmaker"),
    ],
)
def test_a_name_too_many_is_told(facts, names, modules, sentence):
    from SlicerFacts import offers_package

    assert list(offers_package.problems(facts, names, modules)) == [sentence]


@pytest.fixture
def planted(facts, monkeypatch):
    """What is found in a stand-in for ctkSliderWidget that has one thing more."""

    def find(name, value):
        from SlicerFacts import offers_qt
        from SlicerStandIns.ctk import ctkSliderWidget

        body = {"__module__": "SlicerStandIns.planted", name: value}
        return list(offers_qt.problems(facts, type(ctkSliderWidget)("ctkSliderWidget", (ctkSliderWidget,), body)))

    return find


def add_minimum(self, minimum):
    """A method of two arguments, self and one more."""


def set_decimals_twice(self, decimals, twice=False):
    """A parameter too many."""


def give_a_value(self):
    return 1


def test_an_attribute_too_many_is_told(planted):
    assert planted("colour", 3) == ["ctkSliderWidget.colour: ctkSliderWidget has it not"]


def test_a_method_too_many_is_told(planted):
    assert planted("setMinimum", add_minimum) == [
        "ctkSliderWidget.setMinimum: ctkSliderWidget has it not (ctkSliderWidget has it in C++, out of Python's reach)"
    ]


def test_a_method_in_the_place_of_a_property_is_told(planted):
    assert planted("minimum", give_a_value) == [
        "ctkSliderWidget.minimum: a method here, a property in ctkSliderWidget: calling it fails there"
    ]


def test_a_parameter_too_many_is_told(planted):
    assert planted("setDecimals", set_decimals_twice) == [
        "ctkSliderWidget.setDecimals: takes 2 arguments here; ctkSliderWidget has void (int decimals)"
    ]


def test_a_result_where_there_is_none_is_told(planted):
    assert planted("reset", give_a_value) == [
        "ctkSliderWidget.reset: returns something here, nothing in ctkSliderWidget"
    ]


def test_a_signal_too_many_or_of_other_types_is_told(planted):
    from PySide6.QtCore import Signal

    assert planted("rangeChanged", Signal(float, float)) == ["ctkSliderWidget.rangeChanged: ctkSliderWidget has it not"]
    assert planted("valueChanged", Signal(str)) == [
        "ctkSliderWidget.valueChanged: is valueChanged(QString) here; ctkSliderWidget has valueChanged(double)"
    ]


@pytest.fixture
def found(facts):
    """What is found in a class, under the name of one of Slicer's."""

    def find(name, bases, body):
        from SlicerFacts import offers_qt

        cls = type(bases[0])(name, bases, {"__module__": "SlicerStandIns.planted", **body})
        return list(offers_qt.problems(facts, cls))

    return find


def test_what_a_base_offers_that_slicer_s_class_has_not_is_told(found, _application):
    import slicer

    name = "qSlicerScriptedLoadableModuleWidget"
    assert found(name, (slicer.qMRMLWidget,), {})[-1] == f"{name}.mrmlScene: {name} has it not"


def test_a_class_too_many_is_told(found, _application):
    import qt

    assert found("ctkSpinBox", (qt.QSpinBox,), {}) == ["ctkSpinBox: Slicer has no class ctkSpinBox"]


def test_a_constructor_too_many_is_told(found, _application):
    import qt

    def make(self, title="", parent=None):
        """Two arguments, as C++ has it."""

    assert found("ctkCollapsibleButton", (qt.QAbstractButton,), {"__init__": make}) == [
        "ctkCollapsibleButton() takes 2 arguments here; in Slicer (QWidget* parent = 0)"
    ]


def test_a_property_that_can_be_set_and_a_list_are_told(found, _application):
    import qt
    from PySide6.QtCore import Property

    def read(self):
        return []

    def write(self, value):
        """Slicer's can't be set."""

    body = {"installedExtensions": Property("QStringList", read, write)}
    assert [each.partition(": ")[2] for each in found("qSlicerExtensionsManagerModel", (qt.QObject,), body)] == [
        "can be set here, is read-only in qSlicerExtensionsManagerModel",
        "is not surely a tuple here; a QStringList is one in PythonQt",
    ]


def test_another_default_and_a_list_of_a_method_are_told(found, _application):
    import qt

    def install(self, extensionName, restart=True, update=True):
        return True

    def check(self):
        return [1]

    body = {"installExtensionFromServer": install, "checkInstallPrerequisites": check}
    assert found("qSlicerExtensionsManagerModel", (qt.QObject,), body) == [
        "qSlicerExtensionsManagerModel.installExtensionFromServer: default update=True here, False in "
        "qSlicerExtensionsManagerModel",
        "qSlicerExtensionsManagerModel.checkInstallPrerequisites: is not surely a tuple here; a QStringList is one in "
        "PythonQt",
    ]


def test_another_value_of_an_enumeration_is_told(found, _application):
    import qt

    assert found("ctkPathLineEdit", (qt.QWidget,), {"Dirs": 2}) == [
        "ctkPathLineEdit.Dirs: is 2 here, 1 in ctkPathLineEdit"
    ]


def test_a_pop_up_of_other_arguments_is_told(facts, _application):
    from SlicerFacts import offers_qt

    def get_text(parent, title):
        """Too few."""

    get_text.__module__ = "SlicerStandIns.planted"
    box = type("QInputDialog", (), {"getText": staticmethod(get_text)})
    assert list(offers_qt.pop_ups(facts, [box])) == ["QInputDialog.getText takes 2 arguments here, not in PythonQt"]


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Runs a text as a Python file."""

    def make(source):
        path, module = tmp_path / "planted.py", types.ModuleType("planted")
        path.write_text(source + "\n")
        module.__file__ = str(path)
        monkeypatch.setitem(sys.modules, "planted", module)
        exec(compile(source + "\n", path, "exec"), vars(module))
        return module

    return make


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "def pip_check(req, quick): ...",
            "slicer.packaging.pip_check: has a parameter quick; Slicer's is (req, _seen=None)",
        ),
        ("def pip_check(req=None): ...", "slicer.packaging.pip_check: req may be left out here, not in Slicer"),
        ("def pip_check(*req): ...", "slicer.packaging.pip_check: takes any req here; Slicer's is (req, _seen=None)"),
        (
            "def pip_ensure(requirements, constraints=None, skip_packages=None, prompt_install=False): ...",
            "slicer.packaging.pip_ensure: default prompt_install=False here, True in Slicer",
        ),
        (
            "def pip_ensure(requirements, skip_packages=None): ...",
            "slicer.packaging.pip_ensure: skip_packages is argument 2 here, 3 in Slicer",
        ),
        ("def pip_list(): ...", "slicer.packaging.pip_list: there is none"),
    ],
)
def test_a_fault_in_a_python_file_is_told(facts, made, change, sentence):
    from SlicerFacts import offers_python

    assert list(offers_python.problems(facts, made(change), "slicer.packaging")) == [sentence]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("def downloadAll(self): ...", "SampleData.SampleDataLogic.downloadAll(): there is none"),
        (
            "def downloadSample(self, name): ...",
            "SampleData.SampleDataLogic.downloadSample: has a parameter name; Slicer's",
        ),
        (
            "@staticmethod\n    def downloadSample(sampleName): ...",
            "SampleData.SampleDataLogic.downloadSample: static here, needs an object in Slicer",
        ),
        ("def downloadMRHead(self): self.head = 1", "SampleData.SampleDataLogic.head: there is no such attribute"),
    ],
)
def test_a_fault_in_a_python_class_is_told(facts, made, body, sentence):
    from SlicerFacts import offers_python

    module = made(f"class SampleDataLogic:\n    {body}")
    assert [each[: len(sentence)] for each in offers_python.problems(facts, module, "SampleData")] == [sentence]


def test_a_parameter_that_a_base_brings_is_told(facts, made):
    from SlicerFacts import offers_python

    source = "class Base:\n    def __init__(self, parent=None): ...\nclass PyTorchUtilsLogic(Base): ..."
    found = [each for each in offers_python.problems(facts, made(source), "PyTorchUtils") if "Logic" in each]
    assert found == ["PyTorchUtils.PyTorchUtilsLogic.__init__: has a parameter parent; Slicer's is ()"]


def test_a_fault_in_the_parameter_node_wrapper_is_told(facts):
    from SlicerFacts import offers_python

    class Methods:
        def dataType(self, name): ...

        def parameters(self): ...

    assert list(offers_python.wrapper_problems(facts, Methods)) == [
        "a parameterNodeWrapper class, dataType: has a parameter name; Slicer's is (membername)",
        "a parameterNodeWrapper class has no parameters()",
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the other comparison is not here (../shared/slicer_facts)")
def test_the_other_comparison_finds_nothing_either(_application):
    done = subprocess.run([sys.executable, SHARED / "compare.py", ROOT], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
