"""The files of a run have one name each, and one rule says what a run is."""

import re
from pathlib import Path

from crfgan.storage.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[3]
NAMES = re.compile(r'"(config\.json|data\.json|model\.safetensors|log\.jsonl|quality\.jsonl|evaluation\.jsonl)"')


def test_a_folder_is_a_run_once_its_configuration_is_there(tmp_path):
    run = RunFolder(tmp_path)
    run.data.touch()
    assert not run.is_run and not run.has_volumes
    run.config.touch()
    assert run.is_run and run.has_volumes


def test_saved_steps_are_told_the_newest_first(tmp_path):
    run = RunFolder(tmp_path)
    assert run.saved_steps == []
    run.states.mkdir()
    for name in ("step-00000010.safetensors", "step-00000200.safetensors", "step-last.safetensors", "other.txt"):
        (run.states / name).touch()
    assert run.saved_steps == [200, 10]


def test_no_other_file_of_the_product_spells_these_names():
    sources = (ROOT / "CRFGANSynth").rglob("*.py")
    found = {path.name: NAMES.findall(path.read_text(encoding="utf-8")) for path in sources}
    assert [name for name, names in found.items() if names and name not in ("run_folder.py", "module_test.py")] == []
