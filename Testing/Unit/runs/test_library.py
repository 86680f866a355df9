"""Runs and models on the disk: found, and renamed, copied or deleted whole or not at all."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from crfgan.commands.main import main
from crfgan.errors import InputError
from crfgan.runs.card import read_card
from crfgan.runs.configuration import save_configuration
from crfgan.runs.library import delete, export_model, free_name, import_model, list_models, list_runs, read_run, rename
from crfgan.storage.file_names import check_name
from crfgan.storage.lock import only_one
from crfgan.storage.tensor_file import load_tensors
from crfgan.training.run import open_run, train_run

UNUSUAL = ("a/b", "..", ".", "", "  ", ".hidden", "end.", " begin", "end ", "a:b", "a\\b", "a*b", "a?", '"a"', "<a>",
           "a|b", "tab\t", "CON", "nul.txt", "Com1", "LPT9.safetensors", "x" * 201, "ä" * 101)  # fmt: skip


@pytest.fixture
def shelf(trained_run, tmp_path):
    """A folder with a run and a model file that a test may change."""
    shutil.copytree(trained_run, tmp_path / "shelf" / "heads")
    export_model(trained_run, tmp_path / "shelf" / "given.safetensors", name="Given model")
    return tmp_path / "shelf"


@pytest.fixture
def heads(shelf):
    return shelf / "heads"


@pytest.fixture
def given(shelf):
    return shelf / "given.safetensors"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse(*arguments, **options):
    raise PermissionError(errno.EACCES, "Permission denied")


def test_listing_needs_nothing_but_the_standard_library(shelf):
    code = f"""
import sys
from pathlib import Path
from crfgan.runs.library import list_models, list_runs
shelf = Path({str(shelf)!r})
assert list_runs(shelf) and list_models(shelf)
print([name for name in ("torch", "numpy", "safetensors", "PIL", "SimpleITK") if name in sys.modules])
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.stdout.strip() == "[]", child.stderr


# Runs


def test_a_run_says_how_far_it_is_and_what_of(heads):
    run = read_run(heads)
    assert (run.name, run.folder, run.model) == ("heads", heads, heads / "model.safetensors")
    assert (run.step, run.total, run.shape, run.volumes) == (3, 3, (32, 32, 32), 5)
    assert run.finished
    assert run.resumable
    assert not run.running


def test_a_longer_run_is_not_finished_and_can_go_on(heads):
    save_configuration(heads, open_run(heads).override(iterations=10))
    run = read_run(heads)
    assert (run.step, run.total, run.finished, run.resumable) == (3, 10, False, True)


def test_a_run_killed_before_its_first_state_can_begin_again(heads):
    shutil.rmtree(heads / "state")
    (heads / "model.safetensors").unlink()
    run = read_run(heads)
    assert (run.step, run.model, run.finished, run.resumable) == (0, None, False, True)


def test_a_run_whose_states_were_removed_is_as_far_as_its_model_and_cannot_go_on(heads):
    shutil.rmtree(heads / "state")
    run = read_run(heads)
    assert (run.step, run.finished, run.resumable) == (3, True, False)


def test_a_run_without_its_volumes_cannot_go_on(heads):
    (heads / "data.json").write_text("{")
    run = read_run(heads)
    assert (run.volumes, run.resumable) == (0, False)


def test_a_run_at_work_is_told_from_one_that_is_not(heads):
    with only_one(heads):
        run = read_run(heads)
        assert run.running
        assert not run.resumable
    assert not read_run(heads).running


def test_the_size_is_what_deleting_frees(heads, tmp_path):
    for volume in (heads / "volumes").iterdir():
        os.link(volume, tmp_path / volume.name)
    (heads / "link").symlink_to(tmp_path)
    kept = [path for path in heads.rglob("*") if path.is_file() and path.parent.name != "volumes"]
    assert read_run(heads).size == sum(path.stat().st_size for path in kept)
    before = read_run(heads).size
    (heads / "more").write_bytes(bytes(1000))
    assert read_run(heads).size == before + 1000
    shared = next((heads / "volumes").iterdir())
    (tmp_path / shared.name).unlink()
    assert read_run(heads).size == before + 1000 + shared.stat().st_size


def test_what_is_no_run_is_told_by_its_name(tmp_path):
    with pytest.raises(InputError, match=rf"^{tmp_path.name} must be the folder of a run, but it has no config\.json"):
        read_run(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(InputError, match="must be made of preprocessing, network, training"):
        read_run(tmp_path)


def test_runs_are_listed_newest_first_without_damaged_and_hidden_ones(heads, shelf):
    for number, name in enumerate(("old", "new", "broken", ".hidden")):
        shutil.copytree(heads, shelf / name)
        for path in (shelf / name).iterdir():
            os.utime(path, (number, number))
    (shelf / "broken" / "config.json").write_text("{")
    (shelf / "nothing").mkdir()
    assert [run.name for run in list_runs(shelf)] == ["heads", "new", "old"]
    assert list_runs(shelf / "gone") == []
    os.utime(shelf / "old" / "log.jsonl")
    assert list_runs(shelf)[0].name == "old"


# Models


def test_models_are_listed_with_name_and_card(shelf, heads, given):
    (shelf / "cut.safetensors").write_bytes(given.read_bytes()[:-1])
    (shelf / "text.safetensors").write_text("hello")
    (shelf / ".hidden.safetensors").write_bytes(given.read_bytes())
    (shelf / "folder.safetensors").mkdir()
    (shelf / "readme.txt").write_text("hello")
    models = list_models(shelf)
    assert [(model.name, model.path) for model in models] == [
        ("Given model", given),
        ("heads", heads / "model.safetensors"),
    ]
    assert [model.size for model in models] == [model.path.stat().st_size for model in models]
    assert models[0].card == read_card(given)


def test_a_model_is_listed_once(shelf, given, tmp_path):
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "link.safetensors").symlink_to(given)
    assert len(list_models(shelf, tmp_path / "second", shelf, tmp_path / "gone")) == 2
    assert len(list_models(tmp_path / "second")) == 1


def test_a_file_of_another_format_is_no_model(shelf, heads):
    state = next((heads / "state").glob("*.safetensors"))
    shutil.copy(state, shelf / "state.safetensors")
    assert "state.safetensors" not in [model.path.name for model in list_models(shelf)]


# Names


@pytest.mark.parametrize("name", UNUSUAL)
def test_names_that_some_system_cannot_have_are_refused(name, shelf, heads, given):
    before = contents(shelf)
    for path in (heads, given):
        with pytest.raises(InputError, match=r"^The name must be one that a file can have, got .*\. Choose another\.$"):
            rename(path, name)
    with pytest.raises(InputError):
        free_name(shelf, name)
    assert contents(shelf) == before


@pytest.mark.parametrize("name", ["heads of june", "Köpfe", "頭", "v1.2", "console", "a" * 200, "it's (2)"])
def test_names_that_every_system_can_have_are_taken(name):
    check_name(name)


def test_the_first_free_name_is_found(shelf):
    assert free_name(shelf, "new") == shelf / "new"
    assert free_name(shelf, "heads") == shelf / "heads_2"
    assert free_name(shelf, "given.safetensors") == shelf / "given_2.safetensors"
    (shelf / "heads_2").symlink_to("nowhere")
    (shelf / "v1.2").mkdir()
    assert free_name(shelf, "heads") == shelf / "heads_3"
    assert free_name(shelf, "v1.2") == shelf / "v1.2_2"


def test_a_run_is_renamed_and_goes_on(shelf, heads):
    assert rename(heads, "Köpfe") == shelf / "Köpfe"
    assert names(shelf) == ["Köpfe", "given.safetensors"]
    assert read_run(shelf / "Köpfe").name == "Köpfe"
    config = open_run(shelf / "Köpfe").override(iterations=4)
    assert train_run(shelf / "Köpfe", config, lambda kind, **facts: None, lambda: False)


def test_a_model_file_is_renamed_with_its_card(shelf, given):
    tensors = load_tensors(given)
    assert rename(given, "Better") == shelf / "Better.safetensors"
    assert names(shelf) == ["Better.safetensors", "heads"]
    assert read_card(shelf / "Better.safetensors")["name"] == "Better"
    renamed = load_tensors(shelf / "Better.safetensors")
    assert all(tensors[name].equal(renamed[name]) for name in tensors)


def test_the_ending_may_be_given_and_the_name_may_stay(shelf, given):
    assert rename(given, "given.safetensors") == given
    assert read_card(given)["name"] == "given"
    assert names(shelf) == ["given.safetensors", "heads"]


def test_a_name_that_is_taken_is_refused(shelf, heads, given):
    shutil.copytree(heads, shelf / "other")
    shutil.copy(given, shelf / "other.safetensors")
    before = contents(shelf)
    with pytest.raises(InputError, match=r"^The name must be free, but other is there already\. Choose another\.$"):
        rename(heads, "other")
    with pytest.raises(InputError, match=r"must be free, but other\.safetensors is there already"):
        rename(given, "other")
    assert contents(shelf) == before


def test_a_link_is_no_reason_to_overwrite_what_it_leads_to(shelf, given):
    (shelf / "link.safetensors").symlink_to(given)
    with pytest.raises(InputError, match=r"must be free, but given\.safetensors is there already"):
        rename(shelf / "link.safetensors", "given")
    assert read_card(given)["name"] == "Given model"


@pytest.mark.parametrize("act", [delete, lambda path: rename(path, "other")], ids=["delete", "rename"])
def test_a_run_at_work_is_left_alone(act, shelf, heads):
    with only_one(heads), pytest.raises(InputError, match=r"^heads is being trained\. Stop it or wait for its end"):
        act(heads)
    assert names(shelf) == ["given.safetensors", "heads"]


@pytest.mark.parametrize("act", [delete, lambda path: rename(path, "other")], ids=["delete", "rename"])
def test_a_run_keeps_its_model(act, heads):
    before = contents(heads)
    with pytest.raises(InputError, match=r"^model\.safetensors belongs to the run heads and stays with it"):
        act(heads / "model.safetensors")
    assert contents(heads) == before


@pytest.mark.parametrize("act", [delete, lambda path: rename(path, "other")], ids=["delete", "rename"])
def test_what_is_neither_run_nor_model_is_left_alone(act, tmp_path, heads):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("mine")
    shutil.copy(next((heads / "state").iterdir()), tmp_path / "state.safetensors")
    before = contents(tmp_path)
    for name in ("folder", "file.txt", "state.safetensors", "gone"):
        with pytest.raises(InputError, match=f"^{name} "):
            act(tmp_path / name)
    assert contents(tmp_path) == before
    assert (tmp_path / "folder").is_dir()


def test_a_renamed_file_that_cannot_be_removed_stays_as_it_was(shelf, given, monkeypatch):
    before, unlink = contents(shelf), Path.unlink

    def unlink_others(path, missing_ok=False):
        refuse() if path == given else unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink_others)
    with pytest.raises(InputError, match=r"^given\.safetensors can't be renamed: Permission denied\. Close"):
        rename(given, "other")
    assert contents(shelf) == before


# Copies


def test_a_model_is_imported_under_a_free_name(shelf, given, tmp_path):
    first, second = import_model(given, tmp_path / "models"), import_model(given, tmp_path / "models")
    assert names(tmp_path / "models") == ["given.safetensors", "given_2.safetensors"]
    assert first.read_bytes() == second.read_bytes() == given.read_bytes()
    listed = [model.name for model in list_models(tmp_path / "models")]
    assert listed == ["Given model", f"Given model, {second.stem}"], "each can be chosen by its name"


def test_the_model_of_a_run_is_imported_under_its_name(heads, tmp_path):
    for source in (heads, heads / "model.safetensors"):
        path = import_model(source, tmp_path / source.name)
        assert path.name == "heads.safetensors"
        assert read_card(path)["name"] == "heads"


def test_an_imported_file_gets_the_ending_of_models(given, tmp_path):
    shutil.copy(given, tmp_path / "given.bin")
    assert import_model(tmp_path / "given.bin", tmp_path / "models").name == "given.safetensors"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda content: content[:-1], "must be .* bytes long, but has .*: it was cut off or changed"),
        (lambda content: content + b"x", "must be .*: it was cut off or changed"),
        (lambda content: b"hello", "must be a file written by crfgan"),
        (lambda content: content[:100], "must be a file written by crfgan"),
    ],
    ids=["cut off", "too long", "text", "no header"],
)
def test_a_damaged_model_is_not_imported(given, tmp_path, spoil, sentence):
    given.write_bytes(spoil(given.read_bytes()))
    with pytest.raises(InputError, match=rf"^given\.safetensors {sentence}"):
        import_model(given, tmp_path / "models")
    assert not (tmp_path / "models").exists() or names(tmp_path / "models") == []


def test_a_model_is_exported_to_a_new_file_only(given, tmp_path):
    assert export_model(given, tmp_path / "out.safetensors") == tmp_path / "out.safetensors"
    assert (tmp_path / "out.safetensors").read_bytes() == given.read_bytes()
    with pytest.raises(InputError, match=r"^out\.safetensors must be a new file"):
        export_model(given, tmp_path / "out.safetensors")


# Deleting


def test_a_run_is_deleted_and_the_cache_keeps_its_volumes(head_folder, tmp_path):
    arguments = ["train", str(head_folder), "--out", str(tmp_path / "run"), "--cache", str(tmp_path / "cache")]
    assert main([*arguments, "--preset", "tiny-32", "--iterations", "1", "--batch-size", "2"]) == 0
    cached = contents(tmp_path / "cache")
    delete(tmp_path / "run")
    assert names(tmp_path) == ["cache"]
    assert contents(tmp_path / "cache") == cached


def test_a_model_file_is_deleted(shelf, given):
    delete(given)
    assert names(shelf) == ["heads"]


def test_links_are_removed_and_not_followed(shelf, heads, given, tmp_path):
    (tmp_path / "run").symlink_to(heads)
    (tmp_path / "model.safetensors").symlink_to(given)
    (heads / "elsewhere").symlink_to(shelf / "given.safetensors")
    before = contents(shelf)
    delete(tmp_path / "run")
    delete(tmp_path / "model.safetensors")
    assert names(tmp_path) == ["shelf"]
    assert contents(shelf) == before
    delete(heads)
    assert names(shelf) == ["given.safetensors"]


def test_a_folder_with_a_configuration_alone_is_not_deleted(heads, tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    shutil.copy(heads / "config.json", documents)
    with pytest.raises(InputError, match=r"^documents must be the folder of a run, but nothing was trained there"):
        delete(documents)
    assert names(documents) == ["config.json"]


def test_a_run_that_cannot_be_deleted_stays_whole(shelf, heads, monkeypatch):
    before = contents(shelf)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(InputError, match=r"^heads can't be deleted: Permission denied\. Close what uses it"):
        delete(heads)
    assert contents(shelf) == before
    assert names(shelf) == ["given.safetensors", "heads"]
