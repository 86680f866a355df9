"""Before training: what of each volume can be used, why not, and what is known of it."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from commands import run_here
from crfgan.commands.main import main
from crfgan.config import Preprocessing
from crfgan.data.cache import Cache
from crfgan.data.inspection import Checked, Summary, check_volumes
from crfgan.data.labels import find_labels
from crfgan.phantoms import make_chest
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume
from PIL import Image

SETTINGS = Preprocessing((32, 32, 32))


@pytest.fixture
def chest(tmp_path):
    path = tmp_path / "chests" / "chest_0.nrrd"
    write_volume(make_chest(0, (32, 32, 32)).image, path, {})
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CRFGAN_CACHE", str(tmp_path / "cache"))


def check(*arguments):
    """Exit status, and events by their kind, the last of each volume."""
    result = run_here("check", *arguments, "--events")
    assert "Traceback" not in result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    checked = {event["name"]: event for event in events if event["event"] == "checked"}
    return result.returncode, checked, events


def test_every_volume_is_told_as_it_is_stored(heads, tmp_path):
    array = np.random.default_rng(0).integers(0, 900, (12, 14, 16), np.int16)
    geometry = np.array([[0, -1.5, 0, 10], [0.5, 0, 0, -20], [0, 0, 3, 30], [0, 0, 0, 1]])
    write_volume(Volume(array, geometry), heads / "turned.nrrd", {})
    status, checked, events = check(heads)
    assert status == 0
    assert list(checked) == ["head_0", "head_1", "head_2", "turned"]
    turned = checked["turned"]
    assert (turned["index"], turned["total"]) == (3, 4)
    assert (turned["shape"], turned["spacing_mm"]) == ([12, 14, 16], [3.0, 1.5, 0.5])
    assert (turned["units"], turned["problem"], turned["thumbnail"]) == ("arbitrary", "", "")
    assert "class" not in turned
    assert (events[0]["event"], events[0]["task"]) == ("started", "check")
    last = events[-1]
    assert (last["event"], last["path"], last["usable"], last["total"]) == ("finished", "", 4, 4)
    progress = [(event["done"], event["total"]) for event in events if event["event"] == "preparing"]
    assert progress == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_cannot_be_used_is_told_in_a_sentence(heads):
    shutil.copy(heads / "head_0.nrrd", heads / "cut.nrrd")
    (heads / "cut.nrrd").write_bytes((heads / "cut.nrrd").read_bytes()[:2000])
    write_volume(Volume(np.full((8, 8, 8), 5, np.int16), np.eye(4)), heads / "flat.nii.gz", {})
    status, checked, events = check(heads)
    assert status == 0
    assert [name for name, event in checked.items() if event["problem"]] == ["cut", "flat"]
    assert checked["cut"]["problem"].startswith("cut.nrrd must be whole")
    assert (checked["cut"]["shape"], checked["cut"]["spacing_mm"], checked["cut"]["units"]) == ([], [], "")
    assert checked["flat"]["problem"].startswith("flat.nii.gz must show something")
    assert events[-1]["usable"] == 3


def test_a_readable_volume_with_a_problem_has_its_size(heads):
    status, checked, _ = check(heads, "--modality", "ct", "--window", 5000, 6000)
    assert status == 1
    assert checked["head_0"]["shape"] == [32, 32, 32]
    assert "has nothing to learn from between intensities 5000 and 6000" in checked["head_0"]["problem"]


@pytest.mark.parametrize(
    ("number_of_heads", "odd", "sentence"),
    [
        (
            3,
            "chest_0",
            r"^chest_0 looks like CT, while 3 of 4 volumes don't\. Leave it out: a training learns one kind\.$",
        ),
        (1, "head_0", r"^head_0 doesn't look like CT, while 2 of 3 volumes do\."),
    ],
)
def test_the_minority_of_a_mixed_set_cannot_be_used(heads, chest, number_of_heads, odd, sentence):
    if number_of_heads == 1:
        write_volume(make_chest(1, (32, 32, 32)).image, chest.with_name("chest_1.nrrd"), {})
    files = [heads / f"head_{number}.nrrd" for number in range(number_of_heads)]
    status, checked, events = check(*files, chest.parent)
    assert status == 0
    problems = {name: event["problem"] for name, event in checked.items() if event["problem"]}
    assert list(problems) == [odd]
    assert re.search(sentence, problems[odd])
    # Told as it was found first, and once again when the others are known.
    told = [event for event in events if event["event"] == "checked" and event["name"] == odd]
    assert [bool(event["problem"]) for event in told] == [False, True]
    assert len({event["index"] for event in told}) == 1


def test_a_named_modality_is_no_mixture(heads, chest):
    _, checked, _ = check(heads, chest, "--modality", "brain-mri")
    assert [event["problem"] for event in checked.values()] == [""] * 4


def test_pictures_are_of_the_middle_axial_plane(heads, tmp_path):
    array = np.zeros((12, 20, 40), np.int16)
    array[6, 15:, 20:] = 900  # anterior, right
    array[6, :5, :] = 400
    array[0] = 77
    write_volume(Volume(array, np.diag([1.0, 1.0, 5.0, 1.0])), heads / "plane.nrrd", {})
    (heads / "damaged.nrrd").write_text("NRRD0004\n")
    _, checked, events = check(heads, "--out", tmp_path / "pictures" / "small")
    assert events[-1]["path"] == str(tmp_path / "pictures" / "small")
    paths = {name: event["thumbnail"] for name, event in checked.items()}
    assert paths.pop("damaged") == ""
    assert {Path(path).parent for path in paths.values()} == {tmp_path / "pictures" / "small"}
    assert len(set(paths.values())) == 4
    with Image.open(paths["plane"]) as picture:
        assert (picture.size, picture.mode, picture.format) == ((64, 64), "L", "PNG")
        pixels = np.array(picture)
    # 40 x 20 mm: as wide as the picture and half as high, the patient's right on the left, the front at the top.
    assert np.all(pixels[:14] == 0)
    assert pixels[18, 10] == 255
    assert pixels[18, 50] < 20
    assert 80 < pixels[45, 10] < 160


def test_classes_are_told_where_the_folder_has_a_table(heads, tmp_path):
    (heads / "labels.csv").write_text("name,class\nhead_0,young\nhead_1,old\n")
    _, checked, _ = check(heads)
    assert {name: event["class"] for name, event in checked.items()} == {
        "head_0": "young",
        "head_1": "old",
        "head_2": "",
    }
    _, checked, _ = check(heads / "head_0.nrrd", heads / "head_1.nrrd")
    assert all("class" not in event for event in checked.values())
    assert find_labels([heads, tmp_path]) is None


def test_a_table_of_classes_that_is_none_is_told(heads):
    (heads / "labels.csv").write_text("file,kind\nhead_0,young\n")
    status, _, events = check(heads)
    assert status == 1
    assert "must have the columns `name` and `class`" in events[-1]["reason"]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_volumes_are_told_after_each_was_checked(heads, count):
    for path in list(heads.iterdir())[count:]:
        path.unlink()
    status, checked, events = check(heads)
    assert status == 1
    assert len(checked) == count
    assert events[-1]["event"] == "failed"
    assert f"Training needs at least 2 volumes, got {count} found, {count} usable" in events[-1]["reason"]


def test_training_finds_what_was_found_out(heads, tmp_path, monkeypatch):
    sources, cache = find_volumes([heads]), Cache(tmp_path / "cache")
    assert all(not each.problem for each in check_volumes(sources, SETTINGS, cache))
    surveys = sorted((tmp_path / "cache").glob("*.json"))
    assert len(surveys) == 3
    assert check(heads, "--cache", tmp_path / "cache")[0] == 0
    arguments = ["train", str(heads), "--out", str(tmp_path / "run"), "--cache", str(tmp_path / "cache")]
    assert main([*arguments, "--preset", "tiny-32", "--iterations", "1", "--batch-size", "2"]) == 0
    assert sorted((tmp_path / "cache").glob("*.json")) == surveys


def test_each_volume_is_read_once(heads, tmp_path, monkeypatch):
    from crfgan.data import inspection as module

    read, original = [], module.read_new
    monkeypatch.setattr(module, "read_new", lambda source, _: read.append(source.name) or original(source, _))
    list(check_volumes(find_volumes([heads]), SETTINGS, Cache(tmp_path / "cache"), tmp_path))
    assert read == ["head_0", "head_1", "head_2"]


def test_a_cache_that_cannot_be_written_is_no_fault_of_a_volume(heads, tmp_path):
    (tmp_path / "file").touch()
    status, checked, events = check(heads, "--cache", tmp_path / "file")
    assert (status, checked, events[-1]["event"]) == (1, {}, "failed")


def test_a_request_to_stop_is_heard_while_volumes_are_looked_for(heads, tmp_path):
    (tmp_path / "stop").touch()
    status, checked, events = check(heads, "--stop-file", tmp_path / "stop")
    assert (status, list(checked)) == (130, [])
    assert events[-1]["event"] == "interrupted"
    assert events[-1]["reason"] == "Stopped while volumes were looked for (files so far: 1). Nothing was changed."


def test_a_terminal_shows_a_table_and_how_many_can_be_used(heads, capsys):
    (heads / "broken.nrrd").write_text("NRRD0004\n")
    (heads / "labels.csv").write_text("name,class\nhead_0,young\n")
    assert main(["check", str(heads)]) == 0
    *lines, summary = capsys.readouterr().out.splitlines()
    assert summary == "3 of 4 can be used"
    assert lines[0].split() == ["volume", "voxels", "mm", "units", "class", "problem"]
    assert lines[2].startswith("head_0")
    assert lines[2].rstrip().endswith("arbitrary  young")
    assert "32 x 32 x 32" in lines[2]
    assert lines[1].startswith("broken")
    assert lines[1].endswith(".")


def test_a_terminal_shows_the_table_though_too_few_can_be_used(heads, capsys):
    assert main(["check", str(heads / "head_0.nrrd")]) == 1
    shown = capsys.readouterr()
    assert shown.out.endswith("1 of 1 can be used\n")
    assert shown.err.rstrip().endswith("Add volumes; a few dozen give good results.")


def test_a_table_without_classes_has_no_column_for_them():
    assert Summary([Checked("a")]).table().splitlines()[0].split() == ["volume", "voxels", "mm", "units", "problem"]


def test_a_user_s_own_pictures_are_never_replaced_and_those_made_before_are(heads, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "00001.png").write_bytes(b"mine")
    status, _, events = check(heads, "--out", pictures)
    assert status == 1 and (pictures / "00001.png").read_bytes() == b"mine"
    assert events[-1]["reason"] == (
        "pictures/00001.png is there already, and isn't what this command would make. Choose another folder."
    )
    (pictures / "00001.png").unlink()
    assert [check(heads, "--out", pictures)[0] for _ in range(2)] == [0, 0]
