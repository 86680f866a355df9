"""docs/robustness.md says what happens: it is what `make robustness` writes."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def test_the_page_on_other_people_s_files_is_up_to_date(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("field_cases", ROOT / "tools" / "field_cases.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    tool.main()
    written, kept = (folder / "docs" / "robustness.md" for folder in (tmp_path, ROOT))
    assert written.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
