"""What stands on the command line becomes a value, or a sentence on what must hold."""

from argparse import ArgumentTypeError

import pytest
from crfgan.commands.terminal.argument_types import positive, sides, size


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (sides, "64", (64, 64, 64)),
        (sides, "64,96,128", (64, 96, 128)),
        (sides, "64x96x128", (64, 96, 128)),
        (size, "1.5GB", 3 * 2**29),
        (positive, "12", 12),
    ],
)
def test_text_becomes_a_value(kind, text, value):
    assert kind(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (sides, "wide", "must be one number or three such as 64,96,96, got 'wide'"),
        (sides, "64,96", "must be one number or three"),
        (sides, "7", "must be one number or three"),
        (size, "much", "The memory budget must be a size such as 8GB or 500MB, got 'much'"),
        (positive, "0", "must be a whole number greater than 0, got '0'"),
        (positive, "-1", "must be a whole number greater than 0"),
    ],
)
def test_what_is_none_is_refused(kind, text, sentence):
    with pytest.raises(ArgumentTypeError, match=sentence):
        kind(text)
