"""What a program that starts a command may ask it for."""

import pytest
from crfgan.commands.main import COMMANDS, build_parser

ASKS_FOR_NOTHING = {"info", "benchmark"}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_that_a_program_starts_take_events_and_a_stop_file(name, capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args([name, "--help"])
    told = capsys.readouterr().out
    assert ("--events" in told) == ("--stop-file" in told) == (name not in ASKS_FOR_NOTHING)
    assert ("--pause-file" in told) == (name == "train")
