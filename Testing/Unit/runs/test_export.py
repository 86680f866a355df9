"""Models in files of their own: whole or half as large, with another name or licence."""

import errno
import hashlib
import shutil

import numpy as np
import pytest
import torch
from crfgan.commands.main import main
from crfgan.errors import InputError
from crfgan.runs.card import read_card
from crfgan.runs.library import export_model
from crfgan.runs.model_file import load_model, save_half
from crfgan.storage.tensor_file import load_tensors, save_tensors
from crfgan.synthesis.synthesize import synthesize_array


def export(run, out, *options):
    return main(["export", str(run), str(out), *options])


def test_a_half_model_is_half_as_large_and_makes_the_same_volumes(trained_run, tmp_path):
    half = tmp_path / "half.safetensors"
    save_half(trained_run, half)
    assert {tensor.dtype for tensor in load_tensors(half).values()} == {torch.float16}
    assert half.stat().st_size < 0.55 * (trained_run / "model.safetensors").stat().st_size
    model = load_model(half)
    assert {weight.dtype for weight in model.generator.parameters()} == {torch.float32}
    full, small = (synthesize_array(each, 3, 0)[0] for each in (load_model(trained_run), model))
    assert 0 < np.abs(full - small).max() < 1e-2


def test_changes_of_the_card_are_kept(trained_run, tmp_path):
    save_half(trained_run, tmp_path / "half.safetensors", name="Heads", licence="CC0")
    expected = read_card(trained_run) | {"name": "Heads", "licence": "CC0"}
    assert read_card(tmp_path / "half.safetensors") == expected
    export_model(trained_run, tmp_path / "whole.safetensors", name="Heads", licence="CC0")
    assert read_card(tmp_path / "whole.safetensors") == expected


def test_an_unchanged_copy_has_the_hash_of_the_model(trained_run, tmp_path):
    assert export(trained_run, tmp_path / "copy.safetensors") == 0
    files = (trained_run / "model.safetensors", tmp_path / "copy.safetensors")
    assert len({hashlib.sha256(file.read_bytes()).hexdigest() for file in files}) == 1


@pytest.mark.parametrize("options", [(), ("--half",)])
def test_the_model_of_a_renamed_run_has_its_new_name(trained_run, tmp_path, options):
    shutil.copytree(trained_run, tmp_path / "heads of june")
    for number, model in enumerate((tmp_path / "heads of june", tmp_path / "heads of june" / "model.safetensors")):
        assert export(model, tmp_path / f"{number}.safetensors", *options) == 0
        assert read_card(tmp_path / f"{number}.safetensors")["name"] == "heads of june"


def test_the_command_line_says_where_the_model_is(trained_run, tmp_path, capsys):
    out = tmp_path / "heads.safetensors"
    assert export(trained_run, out, "--half", "--name", "Heads", "--licence", "CC BY 4.0") == 0
    assert capsys.readouterr().out.strip() == str(out)
    card = read_card(out)
    assert (card["name"], card["licence"]) == ("Heads", "CC BY 4.0")


@pytest.mark.parametrize("options", [(), ("--half",)])
def test_a_file_that_is_there_is_never_overwritten(trained_run, tmp_path, capsys, options):
    (tmp_path / "heads.safetensors").write_text("mine")
    assert export(trained_run, tmp_path / "heads.safetensors", *options) == 1
    told = capsys.readouterr().err.strip()
    assert told == "heads.safetensors must be a new file, but it is there already. Choose another name."
    assert (tmp_path / "heads.safetensors").read_text() == "mine"


@pytest.mark.parametrize("options", [(), ("--half",)])
def test_a_file_that_would_not_be_found_again_is_refused(trained_run, tmp_path, capsys, options):
    assert export(trained_run, tmp_path / "heads", *options) == 1
    assert "heads must end in .safetensors, got no ending. Change the name." in capsys.readouterr().err


@pytest.mark.parametrize("options", [(), ("--half",)])
def test_what_is_no_model_is_refused(tmp_path, capsys, options):
    assert export(tmp_path, tmp_path / "heads.safetensors", *options) == 1
    assert f"{tmp_path.name} must be a model file or the folder of a run" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(trained_run, tmp_path, monkeypatch):
    def full(source, target, length):
        target.write(b"begun")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("crfgan.storage.safetensors_header.shutil.copyfileobj", full)
    with pytest.raises(InputError, match="No space is left"):
        export_model(trained_run, tmp_path / "heads.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_weights_that_half_precision_cannot_hold_are_told(trained_run, tmp_path):
    tensors = load_tensors(trained_run / "model.safetensors")
    tensors["expand.bias"][0] = 1e6
    save_tensors(tmp_path / "large.safetensors", tensors, read_card(trained_run))
    with pytest.raises(InputError, match=r"large\.safetensors must have finite weights below 65504 to be halved"):
        save_half(tmp_path / "large.safetensors", tmp_path / "half.safetensors")
    assert not (tmp_path / "half.safetensors").exists()
