"""What docs/testing-in-slicer.md tells a person to press is there to be pressed."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "CRFGANSynth"
PAGE = (ROOT / "docs/testing-in-slicer.md").read_text(encoding="utf-8")
OF_SLICER = {
    "View", "Extensions Manager", "Install from file", "Manage Extensions", "Uninstall",
    "Edit", "Application Settings", "Modules", "Additional module paths", "Developer", "Enable developer mode",
    "File", "Download Sample Data", "Close Scene", "Save Data", "Reload  Test", "Reload and Test",
}  # fmt: skip
"""Slicer's own menus, dialogs and buttons."""


def label_of(text: str) -> str:
    """Return a text as a reader quotes it: without mnemonics, and without the colon or dots at its end."""
    return text.replace("&", "").rstrip(":.")


def texts_of_the_panel() -> set[str]:
    """Return what the .ui file and the code show to a user."""
    form = ET.parse(MODULE / "Resources/UI/CRFGANSynth.ui")
    texts = {element.text or "" for element in form.iter("string")}
    for path in [MODULE / "CRFGANSynth.py", *(MODULE / "CRFGANSynthLib").rglob("*.py")]:
        texts |= set(re.findall(r'\b_\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    return {label_of(text) for text in texts}


def labels_of_the_page() -> list[str]:
    """Return what is bold on the page; a bold heading ends with a point or a colon, and is none of these."""
    bold = (" ".join(text.split()) for text in re.findall(r"\*\*(.+?)\*\*", PAGE, re.DOTALL))
    return [label_of(text) for text in bold if text.endswith("...") or not text.endswith((".", ":"))]


def test_every_label_on_the_page_exists():
    labels = labels_of_the_page()
    assert len(labels) > 30
    assert set(labels) - texts_of_the_panel() - OF_SLICER == set()


def test_list_of_slicers_own_names_has_nothing_idle():
    assert set(labels_of_the_page()) >= OF_SLICER


def test_result_table_has_a_row_for_each_step():
    steps = re.findall(r"(?m)^(\d+)\. \*\*", PAGE.partition("## Remove all")[0])
    rows = re.findall(r"(?m)^\| (\d+) ", PAGE)
    assert steps == rows == [str(number) for number in range(1, 11)]


def test_other_pages_lead_to_it():
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "docs/testing-in-slicer.md" in (ROOT / name).read_text(encoding="utf-8")
