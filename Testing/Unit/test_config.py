"""Settings: presets, JSON and sentences for what is illegal."""

import json

import pytest
from crfgan.config import PRESETS, Config, Preprocessing, Training
from crfgan.errors import InputError
from crfgan.runs.configuration import load_config


def test_every_preset_survives_json():
    for preset in PRESETS.values():
        assert Config.from_dict(json.loads(json.dumps(preset.to_dict()))) == preset


def test_window_survives_json():
    config = Config().override(modality="ct", window=(-160.0, 240.0))
    assert Config.from_dict(config.to_dict()).preprocessing.window == (-160.0, 240.0)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"shape": (60, 64, 64)}, r"`shape` must be three multiples of 32 from 32 to 512, got \(60, 64, 64\)"),
        ({"shape": (544, 64, 64)}, r"The nearest is \(512, 64, 64\)"),
        ({"modality": "pet"}, "`modality` must be one of"),
        ({"modality": "ct"}, "`window` must be given with the modality `ct`"),
        ({"window": (0, 1)}, "`window` must be given with the modality `ct`, and only there"),
        ({"modality": "ct", "window": (5, 1)}, "`window` must be the lower value first"),
        ({"width": 20}, "`width` must be a multiple of 16 from 16 to 256, got 20. The published width is 64."),
        ({"crf": "dense"}, "`crf` must be one of"),
        ({"batch_size": 0}, "`batch_size` must be greater than 0, got 0"),
        ({"seed": -1}, "`seed` must be 0 or more"),
        ({"ema_decay": 1.5}, "`ema_decay` must be between 0 and 1"),
        ({"widht": 16}, r"must be names of settings, got \['widht'\]"),
    ],
)
def test_illegal_settings_are_told_in_a_sentence(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        Config().override(**settings)


def test_override_reaches_the_section_of_each_setting():
    config = PRESETS["tiny-32"].override(shape=(64, 64, 64), iterations=7, crf="none")
    assert config.preprocessing == Preprocessing(shape=(64, 64, 64), fit="fill")
    assert config.training.iterations == 7
    assert config.network.crf == "none"


def test_a_file_with_an_unknown_setting_is_refused(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"training": {"epochs": 3}}))
    with pytest.raises(InputError, match=r"must be made of iterations.*got \['epochs'\]"):
        load_config(path)


def test_a_file_with_a_wrong_type_is_refused(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"training": {"iterations": "many"}}))
    with pytest.raises(InputError, match="`iterations` must be of type int, got 'many'"):
        load_config(path)


def test_a_file_that_is_not_json_is_refused(tmp_path):
    path = tmp_path / "config.json"
    path.write_text("{")
    with pytest.raises(InputError, match="must be a JSON file"):
        load_config(path)
    with pytest.raises(InputError, match="can't be read: No such file"):
        load_config(tmp_path / "none.json")


def test_learning_rates_are_the_paper_s_where_no_preset_says_otherwise():
    training = Training()
    rates = (training.lr_generator, training.lr_discriminator, training.lr_encoder, training.lr_crf)
    assert rates == (1e-4, 4e-4, 1e-4, 4e-4)
