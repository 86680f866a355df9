"""A run's own files are checked like those of strangers: what was changed or damaged is told in one sentence."""

import json
import os
import shutil

import pytest
from crfgan.commands.main import main
from crfgan.errors import InputError
from crfgan.runs.card import read_card
from crfgan.runs.configuration import load_config, read_configuration, save_configuration
from crfgan.runs.library import list_runs, read_run
from crfgan.storage.run_folder import RunFolder, state_of
from crfgan.storage.sealed import read_sealed, write_sealed
from crfgan.storage.step_log import read_losses
from crfgan.storage.tensor_file import load_tensors, save_tensors
from crfgan.training.run import open_run, train_run


@pytest.fixture
def run(trained_run, tmp_path):
    """A run of three steps that a test may change."""
    return shutil.copytree(trained_run, tmp_path / "run")


@pytest.fixture
def refusal(capsys):
    """Resumes a run, which is refused; returns the sentence in which that is told."""

    def resume(run):
        assert main(["train", "--resume", str(run), "--iterations", "4"]) == 1
        return capsys.readouterr().err.strip().splitlines()[-1]

    return resume


@pytest.fixture
def resume(capsys):
    """Resumes a run to its fourth step; returns what is said meanwhile."""

    def resume(run):
        assert main(["train", "--resume", str(run), "--iterations", "4"]) == 0
        return capsys.readouterr().err

    return resume


def edit(path, change):
    """Change a JSON file by hand."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def unseal(path):
    """Make of a file one of an earlier version."""
    edit(path, lambda content: [content.pop(name) for name in ("format", "sha256")])


NESTED = "[" * 100_000
EDITS = {
    "shape": lambda content: content["preprocessing"].update(shape=[64, 64, 64]),
    "modality": lambda content: content["preprocessing"].update(modality="lung-ct"),
    "seed": lambda content: content["training"].update(seed=5),
    "ema_decay": lambda content: content["training"].update(ema_decay=0.5),
}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', NESTED, "\0\0\0", "\ud800"], ids=range(8))
@pytest.mark.parametrize("name", ["config.json", "data.json"])
def test_a_damaged_file_is_named(name, text, run, refusal):
    (run / name).write_text(text, encoding="utf-8", errors="surrogatepass")
    told = refusal(run)
    assert told.startswith(f"run/{name} must ") and "it is damaged" in told and "rain into a new folder" in told


@pytest.mark.parametrize("what", EDITS)
def test_a_setting_that_only_a_new_run_may_change_is_refused(what, run, refusal):
    edit(run / "config.json", EDITS[what])
    assert refusal(run) == (
        "run/config.json isn't as it was written: it was changed or damaged. Put it back as it was, or train into a "
        "new folder; what a run may change is given to --resume."
    )


@pytest.mark.parametrize("what", EDITS)
def test_in_a_run_of_an_earlier_version_the_state_tells_of_it(what, run, refusal):
    unseal(run / "config.json")
    edit(run / "config.json", EDITS[what])
    told = refusal(run)
    assert told.startswith(f"`{what}` of a run must stay ")
    assert told.endswith("Put its configuration back, or train into a new folder.")


def test_a_file_of_a_later_version_is_told(run, refusal):
    edit(run / "config.json", lambda content: content.update(format=2))
    assert refusal(run) == "run/config.json is of format 2, but this version reads up to 1. Update the program."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")
@pytest.mark.parametrize("name", ["config.json", "data.json"])
def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(name, run, refusal):
    (run / name).unlink()
    os.mkfifo(run / name)
    assert name in refusal(run)


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts.update(names=[]),
        lambda facts: facts.update(names=[1, 2, 3, 4, 5]),
        lambda facts: facts.update(center=["a", "b", "c"]),
        lambda facts: facts.update(labels=[9]),
        lambda facts: facts["grid"].update(shape=[32, -32, 32]),
        lambda facts: facts["grid"].update(shape="32"),
        lambda facts: facts["units"].update(low=None),
        lambda facts: facts.pop("units"),
        lambda facts: facts.update(grid=None),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("version", ["today", "earlier"])
def test_facts_of_the_data_that_were_changed_are_refused(version, change, run):
    if version == "earlier":
        unseal(run / "data.json")
    edit(run / "data.json", lambda content: change(content["facts"]))
    with pytest.raises(InputError, match=r"(?s)^run.*data\.json.*(changed or damaged|is damaged)|Training needs"):
        train_run(run, open_run(run), lambda kind, **facts: None, lambda: False)


def test_a_bit_that_has_flipped_in_a_prepared_volume_is_told(run, refusal):
    path = run / "volumes" / "00003.npy"
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.unlink()  # the cache has the same file
    path.write_bytes(content)
    assert refusal(run) == (
        "00003.npy of run isn't as it was prepared: it was changed or damaged. "
        "Put back the file as it was, or train into a new folder."
    )


@pytest.mark.parametrize("step", ["3", -3, None, [3], 3.0, True, 2, 10**30])
def test_a_state_whose_step_is_none_gives_way_or_is_refused(step, run, refusal):
    path = state_of(run / "state", 3)
    save_tensors(path, load_tensors(path), {"step": step, "config": open_run(run).to_dict()})
    assert refusal(run).startswith("run has no training state to go on from: none is whole and of these networks.")


@pytest.mark.parametrize("config", [None, [], {"network": 7}, {"network": {"width": "wide"}}])
def test_a_state_whose_settings_are_none_is_refused(config, run, refusal):
    path = state_of(run / "state", 3)
    save_tensors(path, load_tensors(path), {"step": 3, "config": config})
    assert refusal(run).startswith("run has no training state to go on from")


def test_lines_of_a_log_that_were_changed_are_left_out_and_counted(run, resume):
    lines = (run / "log.jsonl").read_text().splitlines()
    changed = lines[1].replace('"step": 2, "', '"step": 2, "more": 1, "')
    odd = ["[]", '{"step": "two"}', '{"step": null}', '{"step": -1}', "7", NESTED, '{"step": 3, "generator": "x"}']
    (run / "log.jsonl").write_text("\n".join([lines[0], changed, *odd, lines[2]]) + '\n{"step": 4, "gen')
    assert read_losses(run)["step"].tolist() == [1, 3]
    assert (
        "8 lines of log.jsonl weren't as they were written; they are left out of the curves, and the training is whole."
    ) in resume(run)
    assert read_losses(run)["step"].tolist() == [1, 3, 4]


def test_a_run_of_an_earlier_version_goes_on(run, resume):
    for name in ("config.json", "data.json"):
        unseal(run / name)
    edit(run / "data.json", lambda content: content.pop("checksums"))
    path = state_of(run / "state", 3)
    from safetensors.torch import load_file, save_file

    card = json.dumps({"step": 3, "config": open_run(run).to_dict()})
    save_file(load_file(path), path, {"card": card})
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    bare = [{name: value for name, value in line.items() if name != "crc32"} for line in lines]
    (run / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in bare))
    told = resume(run)
    assert "lines of" not in told and "damaged" not in told
    assert read_card(run)["iterations"] == 4
    assert read_losses(run)["step"].tolist() == [1, 2, 3, 4]


def test_a_run_s_configuration_may_be_changed_for_another_run(run):
    edit(run / "config.json", EDITS["seed"])
    assert load_config(run / "config.json").training.seed == 5


def test_the_configuration_is_read_as_it_was_written(tmp_path, run):
    config = read_configuration(run)
    save_configuration(tmp_path, config)
    assert read_configuration(tmp_path) == config


def test_what_is_sealed_may_be_laid_out_anew_but_not_changed(tmp_path):
    path = tmp_path / "x.json"
    write_sealed(path, {"a": [1, 2.5, None], "b": {"c": "\u00e9"}})
    path.write_text(json.dumps(json.loads(path.read_text())))
    assert read_sealed(path, "") == {"a": [1, 2.5, None], "b": {"c": "\u00e9"}}
    edit(path, lambda content: content["a"].reverse())
    with pytest.raises(InputError, match=r"x\.json isn't as it was written: it was changed or damaged\. Do this\.$"):
        read_sealed(path, "Do this.")


def test_a_run_whose_files_are_damaged_is_listed_without_a_traceback(run):
    (run / "data.json").write_text(NESTED)
    assert read_run(run).volumes == 0
    (run / "config.json").write_text(NESTED)
    assert list_runs(run.parent) == []
    assert RunFolder(run).is_run
