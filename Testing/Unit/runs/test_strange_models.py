"""Model files from strangers: what is wrong with one is told in a sentence, by every command, before it costs much."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from commands import command
from crfgan.commands.main import main
from crfgan.runs.card import read_card
from crfgan.runs.library import list_models
from crfgan.runs.model_file import load_model
from crfgan.storage.safetensors_header import CARD
from crfgan.storage.tensor_file import load_tensors
from safetensors.torch import save_file

DAMAGED = "odd.safetensors is damaged: "


@pytest.fixture
def write(trained_run, tmp_path):
    """Writes a model file with another card or other weights, as somebody else may have done."""

    def write(change_card=lambda card: None, change_weights=lambda weights: None):
        card, weights = read_card(trained_run), load_tensors(trained_run / "model.safetensors")
        change_card(card)
        change_weights(weights)
        path = tmp_path / "odd.safetensors"
        save_file(weights, path, {CARD: json.dumps(card)})
        return path

    return write


@pytest.fixture
def refusals(capsys, tmp_path):
    """The sentences in which a model is refused by each command that reads one."""

    def refuse(path, commands=("info", "synthesize", "export", "half")):
        out = str(tmp_path / "out.safetensors")
        words = {
            "info": ["info", str(path)],
            "synthesize": ["synthesize", str(path), "--out", str(tmp_path / "new")],
            "export": ["export", str(path), out],
            "half": ["export", str(path), out, "--half"],
        }
        told = set()
        for name in commands:
            assert main(words[name]) == 1, name
            told.add(capsys.readouterr().err.strip().splitlines()[-1])
        assert not Path(out).exists() and not (tmp_path / "new").exists()
        return told

    return refuse


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: card["grid"].update(shape=[32, 32, -32]),
        lambda card: card["grid"].update(shape=[0, 32, 32]),
        lambda card: card["grid"].update(shape=[32.5, 32, 32]),
        lambda card: card["grid"].update(shape=[64, 64, 64]),
        lambda card: card["grid"].update(spacing=[0, 1, 1]),
        lambda card: card["grid"].update(spacing=["1", 1, 1]),
        lambda card: card["grid"].update(spacing=[float("nan"), 1, 1]),
        lambda card: card["grid"].update(fit="loose"),
        lambda card: card.update(center_ras=["a", "b", "c"]),
        lambda card: card.pop("center_ras"),
        lambda card: card["units"].update(low=900.0, high=100.0),
        lambda card: card["units"].update(high=float("inf")),
        lambda card: card["units"].update(more=1),
        lambda card: card.update(classes=["a", "b"]),
        lambda card: card.update(classes=[[]]),
        lambda card: card.update(iterations=-1),
        lambda card: card.update(volumes="many"),
        lambda card: card.update(metrics={"sharpness": "good"}),
        lambda card: card.update(name=7),
        lambda card: card["config"]["network"].update(width="wide"),
    ],
    ids=range(20),
)
def test_a_card_that_makes_no_sense_is_refused_by_every_command(spoil, write, refusals):
    assert refusals(write(spoil)) == {DAMAGED + "its card isn't whole. Use another copy."}


def test_halves_of_letters_are_no_tracebacks(write, tmp_path):
    path = write(lambda card: card.update(name="lone \ud800", licence="\udfff"))
    assert main(["info", str(path)]) == 0
    assert main(["synthesize", str(path), "--out", str(tmp_path / "new")]) == 0


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda w: w.update(a=torch.zeros(3)), "its weights and its card don't agree. Use another copy."),
        (lambda w: w.pop(min(w)), "its weights and its card don't agree. Use another copy."),
        (lambda w: w.update({min(w): w[min(w)][:1].clone()}), "its weights and its card don't agree."),
        (lambda w: w.update({k: v.int() for k, v in w.items()}), "its weights and its card don't agree."),
        (lambda w: w[min(w)].view(-1)[0].fill_(float("nan")), "not all of its weights are finite numbers."),
        (lambda w: w[min(w)].view(-1)[0].fill_(float("inf")), "not all of its weights are finite numbers."),
    ],
    ids=["one more", "one less", "another shape", "whole numbers", "nan", "infinite"],
)
def test_weights_that_no_volume_can_be_made_with_are_refused(spoil, sentence, write, refusals):
    (told,) = refusals(write(change_weights=spoil), ("synthesize", "export", "half"))
    assert told.startswith(DAMAGED + sentence)


@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux does")
@pytest.mark.parametrize("claim", [{"latent": 200_000}, {"width": 256, "latent": 4096}])
def test_what_a_card_claims_is_compared_with_the_file_before_it_costs_memory(claim, write):
    path = write(lambda card: card["config"]["network"].update(claim))
    script = (
        "import sys\nfrom crfgan.commands.main import main\n"
        "from crfgan.hardware.memory import peak_memory\nstatus = main(sys.argv[1:])\n"
        "print(peak_memory() // 2**20)\nsys.exit(status)"
    )
    words = [sys.executable, "-c", script, "synthesize", str(path), "--out", str(path.parent / "new")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "its weights and its card don't agree" in done.stderr
    assert int(done.stdout) < 600


def test_a_bit_that_has_flipped_in_a_model_is_told(trained_run, tmp_path, refusals):
    content = bytearray((trained_run / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "odd.safetensors").write_bytes(content)
    (told,) = refusals(tmp_path / "odd.safetensors", ("synthesize", "export", "half"))
    assert told == "odd.safetensors isn't as it was written: it was changed or damaged. Use another copy."


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [4, 0]}},
        {"a": {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}},
        {
            "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
            "b": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
        },
        {"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}},
    ],
    ids=range(7),
)
def test_places_of_tensors_that_cannot_be_are_refused(header, tmp_path, refusals):
    content = json.dumps({"__metadata__": {CARD: "{}"}, **header}).encode()
    (tmp_path / "odd.safetensors").write_bytes(len(content).to_bytes(8, "little") + content + bytes(8))
    told = refusals(tmp_path / "odd.safetensors")
    assert told == {"odd.safetensors must be a file written by crfgan, but it isn't or is damaged. Choose another."}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")
def test_a_pipe_in_a_folder_of_models_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.safetensors")
    assert list_models(tmp_path) == []
    done = subprocess.run(command("info", tmp_path / "pipe.safetensors"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "Traceback" not in done.stderr


def test_models_that_are_shipped_are_taken():
    shipped = Path(__file__).parents[3] / "CRFGANSynth" / "Resources" / "Models"
    assert [load_model(path).card["format"] for path in sorted(shipped.glob("*.safetensors"))] == [1, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
@pytest.mark.parametrize("option", [[], ["--half"]])
@pytest.mark.parametrize("place", ["file/x.safetensors", "none/x.safetensors", "/proc/x.safetensors"])
def test_a_place_that_cannot_be_written_is_told(place, option, trained_run, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["export", str(trained_run), str(tmp_path / place), *option]) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert told.startswith(f"{'/'.join(place.split('/')[-2:])} can't be written: ".removeprefix("/"))
