"""A preset or a file, and what the command line replaces in it."""

from argparse import ArgumentParser

import pytest
from crfgan.commands.terminal.settings import add_settings, chosen_config, given_settings
from crfgan.config import PRESETS


@pytest.fixture
def parse():
    parser = ArgumentParser()
    add_settings(parser)
    return lambda *words: parser.parse_args(words)


def test_nothing_is_given_by_default(parse):
    assert given_settings(parse()) == {}
    assert chosen_config(parse()) == PRESETS["small-64"]


def test_single_settings_replace_the_preset_s(parse):
    args = parse("--preset", "tiny-32", "--shape", "64", "--batch-size", "3")
    assert chosen_config(args) == PRESETS["tiny-32"].override(shape=(64, 64, 64), batch_size=3)


@pytest.mark.parametrize(("words", "modality"), [([], "ct"), (["--modality", "lung-ct"], "lung-ct")])
def test_a_window_means_ct_where_no_modality_is_given(parse, words, modality):
    given = given_settings(parse("--window", "-160", "240", *words))
    assert given == {"modality": modality, "window": (-160.0, 240.0)}
