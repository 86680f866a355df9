"""The curves in a run's folder can be read at any moment, whatever ended the process that wrote them."""

import json

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.storage import step_log
from crfgan.storage.run_folder import RunFolder
from crfgan.storage.step_log import CurveLog, forget_steps_after, read_losses, read_quality


def test_a_line_can_be_read_as_soon_as_it_is_written(tmp_path):
    log = CurveLog(RunFolder(tmp_path).losses, 0)
    log.add(1, generator=0.5, crf=2.0)
    log.add(2, generator=0.25)
    losses = read_losses(tmp_path)
    assert losses["step"].tolist() == [1, 2]
    assert losses["generator"].tolist() == [0.5, 0.25]
    np.testing.assert_array_equal(losses["crf"], [2.0, np.nan])
    log.close()


def test_a_run_without_a_curve_yet_has_no_steps(tmp_path):
    assert read_losses(tmp_path)["step"].size == read_quality(tmp_path)["step"].size == 0


def test_what_has_no_ratio_is_not_a_number(tmp_path):
    log = CurveLog(RunFolder(tmp_path).quality, 0)
    log.add(10, sharpness=0.5, variety=None)
    log.close()
    quality = read_quality(tmp_path)
    assert (quality["step"][0], quality["sharpness"][0]) == (10, 0.5)
    assert np.isnan(quality["variety"][0])


@pytest.mark.parametrize("end", ['{"step": 3, "gener', '{"step": 3}', "\0\0\0", "[]\n"])
def test_a_last_line_that_is_cut_off_is_left_out(end, tmp_path):
    (RunFolder(tmp_path).losses).write_bytes(b'{"step": 2, "generator": 0.5}\n' + end.encode())
    assert read_losses(tmp_path)["step"].tolist() == [2]


def test_later_steps_and_broken_lines_are_forgotten(tmp_path):
    path = RunFolder(tmp_path).losses
    lines = [json.dumps({"step": step, "generator": 0.5}) for step in (1, 2, 3)]
    path.write_text("\n".join([lines[0], "\0\0", lines[1], lines[2], lines[0][:9]]))
    forget_steps_after(path, 2)
    assert read_losses(tmp_path)["step"].tolist() == [1, 2]
    assert [json.loads(line)["generator"] for line in path.read_text().splitlines()] == [0.5, 0.5]


def test_a_full_disk_is_told_in_a_sentence_and_does_not_stand_in_the_way_of_the_end(tmp_path):
    log = CurveLog(RunFolder(tmp_path).losses, 0)
    log.close()
    log.file = open("/dev/full", "w", buffering=1)  # noqa: SIM115
    with pytest.raises(
        InputError, match=r"^No space is left to write [^/]+/log\.jsonl\. Free some space, then go on\.$"
    ):
        log.add(1, generator=0.5)
    log.close()


def test_lines_of_a_later_format_are_refused_and_stay(tmp_path, monkeypatch):
    with monkeypatch.context() as later:
        later.setattr(step_log, "FORMAT", 2)
        curve = step_log.CurveLog(tmp_path / "log.jsonl", 0)
        curve.add(1, generator=0.5)
        curve.close()
    content = (tmp_path / "log.jsonl").read_bytes()
    with pytest.raises(InputError, match=r"^A curve of this run is of format 2, but this version reads up to 1\."):
        step_log.CurveLog(tmp_path / "log.jsonl", 0)
    assert (tmp_path / "log.jsonl").read_bytes() == content
