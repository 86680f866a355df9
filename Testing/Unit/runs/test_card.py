"""A model's card is read at once, in words or not at all, and shows what the model makes."""

import base64
import io
import json
import shutil
import subprocess
import sys

import pytest
from crfgan.errors import InputError
from crfgan.runs.card import LARGEST_THUMBNAIL, describe, facts, load_card, read_card, thumbnail, with_thumbnail
from crfgan.storage.safetensors_header import copy_with_card, read_header
from crfgan.storage.tensor_file import load_tensors
from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"


def save_card(path, card: dict | str):
    """Write a file of no tensors."""
    header = json.dumps({"__metadata__": {"card": card if isinstance(card, str) else json.dumps(card)}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


def test_reading_a_card_needs_nothing_but_the_standard_library(trained_run):
    code = f"""
import sys
from pathlib import Path
from crfgan.runs.card import describe, read_card, thumbnail
card = read_card(Path({str(trained_run)!r}))
assert thumbnail(card) and describe(card)
print([name for name in ("torch", "numpy", "safetensors", "PIL", "SimpleITK") if name in sys.modules])
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.stdout.strip() == "[]", child.stderr


def test_facts_are_texts_and_what_describe_prints(trained_run):
    card = read_card(trained_run)
    known = facts(card)
    assert known["Makes"].startswith("volumes of 32 x 32 x 32 voxels")
    assert known["Classes"] == "none"
    assert known["Licence"] == "not stated"
    assert all(isinstance(fact, str) and fact for fact in known.values())
    lines = describe(card).splitlines()
    assert [line.split(":")[0] for line in lines] == list(known)
    assert [line.split(":", 1)[1].strip() for line in lines] == list(known.values())


def test_a_checkpoint_shows_what_the_model_makes_in_its_card(trained_run):
    card = read_card(trained_run)
    picture = thumbnail(card)
    assert len(picture) < 25_000
    with Image.open(io.BytesIO(picture)) as shown:
        assert (shown.size, shown.mode, shown.format) == ((288, 96), "L", "PNG")
        low, high = shown.getextrema()
    assert high - low > 20
    assert card["thumbnail"] not in describe(card)


@pytest.mark.parametrize(
    "picture", [b"GIF89a", PNG + bytes(LARGEST_THUMBNAIL), b"", PNG[:4]], ids=["gif", "large", "empty", "cut off"]
)
def test_pictures_that_are_not_to_be_trusted_are_none(picture):
    assert thumbnail(with_thumbnail({}, picture)) is None


@pytest.mark.parametrize("text", ["not base64!", 7, None, ["x"], "é", base64.b64encode(bytes(10**6)).decode()])
def test_what_is_no_picture_is_none(text):
    assert thumbnail({"thumbnail": text}) is None


def test_the_largest_picture_put_up_with_is_shown():
    picture = PNG + bytes(LARGEST_THUMBNAIL - len(PNG))
    assert thumbnail(with_thumbnail({}, picture)) == picture


def test_a_card_without_picture_has_none():
    assert thumbnail({}) is None


@pytest.mark.parametrize("card", [{}, {"format": 1}, {"format": "one", "grid": {}}])
def test_a_file_without_format_is_no_model(tmp_path, card):
    path = save_card(tmp_path / "x.safetensors", card)
    with pytest.raises(InputError, match=r"^x\.safetensors is no CRF-GAN model: its card has no format number"):
        read_card(path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: card.pop("units"),
        lambda card: card["grid"].update(shape=7),
        lambda card: card.update(config=[]),
        lambda card: card["units"].update(low="dark"),
        lambda card: card.update(metrics=None),
    ],
)
def test_a_card_that_is_not_whole_is_told(trained_run, tmp_path, spoil):
    card = read_card(trained_run)
    spoil(card)
    path = save_card(tmp_path / "x.safetensors", card)
    with pytest.raises(InputError, match=r"^x\.safetensors is damaged: its card isn't whole\. Use another copy\.$"):
        read_card(path)


@pytest.mark.parametrize("card", ["no JSON", "[]", '"text"', "[" * 100_000])
def test_a_card_that_is_no_table_is_told(tmp_path, card):
    path = save_card(tmp_path / "x.safetensors", card)
    with pytest.raises(
        InputError, match=r"^x\.safetensors must be a file written by crfgan, but it isn't or is damaged"
    ):
        load_card(path)


@pytest.mark.parametrize(
    "entry", [None, [], {}, {"data_offsets": 5}, {"data_offsets": [0, "x"]}, {"data_offsets": [0, float("inf")]}]
)
def test_a_header_that_is_damaged_is_told(tmp_path, entry):
    header = json.dumps({"__metadata__": {"card": "{}"}, "weight": entry}).encode()
    (tmp_path / "x.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(InputError, match="must be a file written by crfgan"):
        load_card(tmp_path / "x.safetensors")


def test_a_missing_file_is_told_by_its_name(tmp_path):
    with pytest.raises(
        InputError, match=r"^gone\.safetensors must be a model file .*, but gone\.safetensors isn't there"
    ):
        read_card(tmp_path / "gone.safetensors")
    with pytest.raises(InputError, match=r"^gone\.safetensors can't be read: No such file"):
        load_card(tmp_path / "gone.safetensors")


# Copies with another card


def test_a_copy_has_another_card_and_the_same_tensors(trained_run, tmp_path):
    source, target = trained_run / "model.safetensors", tmp_path / "copy.safetensors"
    copy_with_card(source, target, {"name": "ß" * 33, "licence": "CC0"})
    assert read_card(target) == read_card(source) | {"name": "ß" * 33, "licence": "CC0"}
    old, new = load_tensors(source), load_tensors(target)
    assert old.keys() == new.keys()
    assert all(old[name].equal(new[name]) for name in old)
    assert target.stat().st_size == read_header(target).size


def test_a_copy_without_a_change_is_the_same_to_the_last_byte(trained_run, tmp_path):
    source = trained_run / "model.safetensors"
    copy_with_card(source, tmp_path / "copy.safetensors", {"name": read_card(source)["name"]})
    assert (tmp_path / "copy.safetensors").read_bytes() == source.read_bytes()


def test_a_card_is_changed_in_its_place(trained_run, tmp_path):
    path = tmp_path / "x.safetensors"
    shutil.copy(trained_run / "model.safetensors", path)
    copy_with_card(path, path, {"name": "other"})
    assert read_card(path)["name"] == "other"
    assert load_tensors(path).keys() == load_tensors(trained_run / "model.safetensors").keys()
    assert list(tmp_path.iterdir()) == [path]


def test_a_cut_off_file_is_not_copied(trained_run, tmp_path):
    whole = (trained_run / "model.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[:-1])
    sentence = rf"^cut\.safetensors must be {len(whole)} bytes long, but has {len(whole) - 1}: it was cut off"
    with pytest.raises(InputError, match=sentence):
        copy_with_card(tmp_path / "cut.safetensors", tmp_path / "copy.safetensors", {"name": "x"})
    assert [path.name for path in tmp_path.iterdir()] == ["cut.safetensors"]
