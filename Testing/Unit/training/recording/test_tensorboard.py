"""Curves and pictures for TensorBoard, and a run that does without them."""

import numpy as np
from crfgan.training.recording.tensorboard import Board
from PIL import Image


def test_a_board_without_room_keeps_nobody_waiting(tmp_path):
    board = Board(tmp_path / "board", 5)
    written = []

    def write(event):
        written.append(event)
        raise OSError(28, "No space left on device")

    board.writer.write_event = write
    for step in range(100):
        board.add_scalars("loss", {"generator": 0.5}, step)
        board.add_picture("preview", Image.new("L", (4, 4)), step)
    board.close()
    assert len(written) == 1


def test_a_board_that_cannot_be_made_is_done_without(tmp_path):
    (tmp_path / "board").touch()
    board = Board(tmp_path / "board", 0)
    board.add_scalars("loss", {"generator": 0.5}, 1)
    board.close()


def test_a_board_holds_what_tensorboard_shows(tmp_path):
    from tensorboardX.proto.event_pb2 import Event, SessionLog

    board = Board(tmp_path, 5)
    board.add_scalars("loss", {"generator": 0.5, "crf": 2.0}, 6)
    board.add_picture("preview", Image.fromarray(np.zeros((4, 8), np.uint8)), 6)
    board.close()
    (path,) = tmp_path.iterdir()
    content, events = path.read_bytes(), []
    while content:
        length = int.from_bytes(content[:8], "little")
        events.append(Event.FromString(content[12 : 12 + length]))
        content = content[16 + length :]
    assert events[0].file_version == "brain.Event:2"
    assert (events[1].step, events[1].session_log.status) == (5, SessionLog.START)
    values = [(event.step, event.summary.value[0]) for event in events[2:]]
    assert [(step, value.tag) for step, value in values] == [(6, "loss/generator"), (6, "loss/crf"), (6, "preview")]
    assert values[0][1].simple_value == 0.5
    assert (values[2][1].image.height, values[2][1].image.width) == (4, 8)
