"""What was mistyped is told in one sentence: with status 2 where it is wrong by itself, with 1 where the data tell."""

import json
import shutil

import pytest
from crfgan.commands.main import main
from crfgan.runs.card import read_card

LONG = "1" * 31
NONE = "none.safetensors"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["synthesize", NONE, "--out", "new", "--seed", "-1"], "argument --seed: must be a whole number from 0 to"),
        (["synthesize", NONE, "--out", "new", "--seed", LONG], "argument --seed: must be a whole number from 0 to"),
        (["synthesize", NONE, "--out", "new", "--count", "²"], "argument --count: must be a whole number"),
        (["synthesize", NONE, "--out", "new", "--count", "9" * 5000], "argument --count: must be a whole number"),
        (["synthesize", NONE, "--out", "new", "--truncation", "1e-320"], "argument --truncation: must be a number"),
        (["synthesize", NONE, "--out", "new", "--truncation", "nan"], "argument --truncation: must be a number"),
        (["synthesize", NONE, "--out", ""], "argument --out: must be a path, got ''"),
        (["synthesize", "", "--out", "new"], "argument MODEL: must be a path, got ''"),
        (["phantoms", "out", "--seed", "-1"], "argument --seed: must be a whole number from 0 to"),
        (["phantoms", "out", "--shape", "8"], "argument --shape: must be one number or three such as"),
        (["phantoms", " "], "argument OUT: must be a path, got ' '"),
        (["check", ""], "argument DATA: must be a path, got ''"),
        (["train", "x", "--out", ""], "argument --out: must be a path, got ''"),
        (["train", "x", "--out", "y", "--seed", "-1"], "argument --seed: must be a whole number from 0 to"),
        (["train", "x", "--out", "y", "--cache", ""], "argument --cache: must be a path, got ''"),
        (["evaluate", "x", "--real", "", "--out", "z"], "argument --real: must be a path, got ''"),
        (["evaluate", "x", "--real", "y", "--out", "z", "--seed", "-1"], "argument --seed: must be a whole number"),
        (["export", "m", "o.safetensors", "--name", ""], "argument --name: must be a text on one line, got ''"),
        (["export", "m", "o.safetensors", "--name", "a\x1b"], "argument --name: must be a text on one line"),
    ],
)
def test_what_is_wrong_by_itself_is_told_with_status_2(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(words)
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"crfgan {words[0]}: error: {sentence}") and len(last) < 200
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def told(capsys):
    """Runs a command that fails; returns its last sentence."""

    def run(*words):
        assert main([str(word) for word in words]) == 1
        return capsys.readouterr().err.strip().splitlines()[-1]

    return run


def test_a_reference_is_one_volume(told, trained_run, head_folder, tmp_path):
    (tmp_path / "empty").mkdir()
    arguments = ["synthesize", trained_run, "--out", tmp_path / "new", "--like"]
    start = "A reference must be one volume, but in "
    assert told(*arguments, tmp_path / "empty") == f"{start}empty none was found. Give one file or series."
    several = "head_0, head_1, head_2, head_3, head_4"
    assert told(*arguments, head_folder) == (
        f"{start}{head_folder.name} 5 were found: {several}. Give one file or series."
    )
    assert not (tmp_path / "new").exists()
    one = tmp_path / "one"
    one.mkdir()
    shutil.copy(head_folder / "head_0.nrrd", one)
    assert main(["synthesize", str(trained_run), "--out", str(tmp_path / "new"), "--like", str(one)]) == 0


def test_volumes_of_another_model_or_work_are_not_written_over(told, trained_run, head_folder, tmp_path):
    new = tmp_path / "new"
    again = ["synthesize", trained_run, "--out", new, "--seed", 1]
    assert main([str(word) for word in again]) == 0
    assert main([str(word) for word in again]) == 0, "the same work may be done again"
    other = tmp_path / "other.safetensors"
    assert main(["export", str(trained_run), str(other), "--name", "Another"]) == 0
    volume, story = new / "synthetic_seed1_000.nrrd", new / "synthetic_seed1_000.json"
    before = volume.read_bytes(), story.read_bytes()
    sentence = "is there already, and isn't what this command would make. Choose another folder."
    for work in (
        ["synthesize", other, "--out", new, "--seed", 1],
        [*again, "--truncation", 0.5],
        [*again, "--like", head_folder / "head_0.nrrd"],
        [*again, "--count", 2, "--truncation", 0.5],
    ):
        assert told(*work) == f"new/synthetic_seed1_000.nrrd {sentence}"
    assert (volume.read_bytes(), story.read_bytes()) == before
    volume.write_text("edited by hand")
    assert told(*again) == f"new/synthetic_seed1_000.nrrd {sentence}"
    assert volume.read_text() == "edited by hand"
    (new / "synthetic_seed2_000.json").write_text("mine")
    assert told(*again[:-1], 2) == f"new/synthetic_seed2_000.json {sentence}"


def test_what_a_killed_process_has_begun_is_made_again(trained_run, tmp_path):
    again = ["synthesize", str(trained_run), "--out", str(tmp_path)]
    assert main(again) == 0
    made = tmp_path / ".crfgan-made.jsonl"
    begun = [line for line in map(json.loads, made.read_text().splitlines()) if line["sha256"] is None]
    made.write_text("".join(json.dumps(line) + "\n" for line in begun) + '{"name": "cut o')
    (tmp_path / "synthetic_seed0_000.nrrd").write_text("half of it")
    assert main(again) == 0


def test_phantoms_do_not_take_the_place_of_other_files(told, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "head_0001.nrrd").write_text("mine")
    arguments = ["phantoms", tmp_path, "--count", 2, "--shape", 24]
    assert told(*arguments).startswith("images/head_0001.nrrd is there already, ")
    assert sorted(path.name for path in tmp_path.rglob("*.nrrd")) == ["head_0001.nrrd"]
    (tmp_path / "images" / "head_0001.nrrd").unlink()
    for _ in range(2):
        assert main([str(word) for word in arguments]) == 0


def test_a_name_is_written_as_it_was_given(trained_run, tmp_path):
    assert main(["export", str(trained_run), str(tmp_path / "x.safetensors"), "--name", "Köpfe <b>2</b>"]) == 0
    assert read_card(tmp_path / "x.safetensors")["name"] == "Köpfe <b>2</b>"
