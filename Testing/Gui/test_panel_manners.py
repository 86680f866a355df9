"""What reviewers look for in any panel: words, keys, widths, colours, translation."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([ROOT / "CRFGANSynth" / "CRFGANSynth.py", *(ROOT / "CRFGANSynth" / "CRFGANSynthLib").rglob("*.py")])
UI = (ROOT / "CRFGANSynth" / "Resources" / "UI" / "CRFGANSynth.ui").read_text(encoding="utf-8")
SHOWN = {"text", "toolTip", "placeholderText", "title", "windowTitle"}
"""Properties whose value a user reads."""
SHOWING = {"tryWithErrorDisplay", "confirmOkCancelDisplay", "setText", "setToolTip", "setWindowTitle", "addButton"}
"""Methods that show what they are given."""
JARGON = re.compile(r"\b([Pp]ython|[Tt]raceback|[Ee]xception|None|null|pip|argument|kwargs|stderr|errno|\w+Error)\b")


def inputs(panel):
    """Widgets of the panel that a user acts on."""
    import qt

    kinds = (qt.QAbstractButton, qt.QComboBox, qt.QAbstractSpinBox, qt.QLineEdit, qt.QTableWidget, qt.QListWidget)
    named = set(re.findall(r'<widget class="\w+" name="(\w+)"', UI))
    found = [getattr(panel.ui, name) for name in sorted(named) if hasattr(panel.ui, name)]
    return [widget for widget in found if isinstance(widget, kinds) and not hasattr(widget, "contentsCollapsed")]


def test_every_widget_that_can_be_used_explains_itself(panel):
    found = inputs(panel)
    assert len(found) > 30
    assert [widget.objectName for widget in found if not widget.toolTip] == []


def test_no_key_means_two_things(panel):
    panel.turn()
    texts = [text for text in re.findall(r"<string>([^<]*&amp;[^<]*)</string>", UI)]
    keys = Counter(text.partition("&amp;")[2][0].lower() for text in texts)
    assert len(keys) > 12
    # Install goes away before anything else can be done.
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_panel_fits_into_400_pixels_with_everything_open(panel, heads, slicer_app, theme):
    slicer_app.themes.set_theme(theme)
    for section in (panel.ui.synthesizeSection, panel.ui.trainSection, panel.ui.manageSection):
        section.collapsed = False
    for section in (panel.ui.synthesizeAdvancedSection, panel.ui.trainAdvancedSection):
        section.collapsed = False
    panel.turn(0.2)
    assert panel.widget.parent.minimumSizeHint.width() <= 400


def test_colours_and_fonts_are_those_of_the_application():
    # A layout names the colours that Slicer has for its slice views.
    sources = (path for path in SOURCES if path.name != "comparison_layout.py")
    code = UI + "".join(path.read_text(encoding="utf-8") for path in sources)
    assert re.findall(r"styleSheet|setStyleSheet|QColor|<color|#[0-9a-fA-F]{6}\b|<font>", code) == []


def shown_strings(tree):
    """Text that is put into a widget as it stands: assigned to what a user reads, or given to a pop-up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            names = {target.attr for target in node.targets if isinstance(target, ast.Attribute)}
            values = [node.value] if names & SHOWN else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            values = node.args if node.func.attr in SHOWING else []
        else:
            continue
        yield from (value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_text_goes_through_translation(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [f"{value.lineno}: {value.value}" for value in shown_strings(tree) if value.value] == []


def translated(path):
    """What a source file gives to translation."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            yield node


def test_what_is_translated_is_whole_text_without_values_in_it():
    calls = [(path.name, call) for path in SOURCES for call in translated(path)]
    assert len(calls) > 100
    assert [(name, call.lineno) for name, call in calls if not isinstance(call.args[0], ast.Constant)] == []


def test_no_text_has_a_word_of_a_programmer():
    texts = [call.args[0].value for path in SOURCES for call in translated(path)]
    texts += re.findall(r"<string>([^<]+)</string>", UI)
    # Of a list's buttons All and None, the second is a plain word.
    assert [text for text in texts if JARGON.search(text) and text != "None"] == []
