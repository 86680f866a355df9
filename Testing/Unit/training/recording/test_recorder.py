"""Previews and their quality: volumes that say what they are, curves that go on, and a training that isn't changed."""

import json

import numpy as np
import torch
from crfgan.data.dataset import open_dataset
from crfgan.storage.step_log import read_quality
from crfgan.training.recording.recorder import is_preview_due
from crfgan.training.run import open_run, train_run
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
from safetensors.torch import load_file
from small_runs import TINY, never, same, silent, stop_after, told_by, train


def test_previews_and_their_quality_change_no_loss_and_no_weight(head_folder, tmp_path):
    rare, often = (TINY.override(iterations=4, preview_every=every) for every in (100, 1))
    assert same(train(tmp_path / "rare", head_folder, rare), train(tmp_path / "often", head_folder, often))
    assert len(list((tmp_path / "often" / "previews").glob("*.png"))) == 4
    models = [load_file(tmp_path / name / "model.safetensors") for name in ("rare", "often")]
    assert all(torch.equal(models[0][key], value) for key, value in models[1].items())


def test_early_steps_regular_ones_and_the_last_have_previews():
    due = [step for step in range(1, 1201) if is_preview_due(step, 500, 1200)]
    assert due == [10, 25, 50, 100, 250, 500, 1000, 1200]


def test_a_preview_is_a_volume_that_says_what_it_is(head_folder, tmp_path):
    run = tmp_path / "run"
    told = told_by(run, head_folder, TINY.override(iterations=2, preview_every=1))
    path = run / "previews" / "preview.nrrd"
    assert [facts["volume"] for facts in told["preview"]] == [path, path]
    assert told["preview"][1]["path"].name == "step-00000002.png"
    volume, facts = read_volume(find_volumes([path])[0]), open_dataset(run).facts
    assert volume.shape == facts.grid.shape
    np.testing.assert_allclose(volume.spacing, facts.grid.spacing[::-1], rtol=1e-5)
    middle = volume.ijk_to_ras @ [*((np.array(volume.shape[::-1]) - 1) / 2), 1]
    np.testing.assert_allclose(middle[:3], facts.center, atol=1e-3)
    assert facts.units.low - 1 <= volume.array.min() < volume.array.max() <= facts.units.high + 1
    said = json.loads(path.with_suffix(".json").read_text())
    assert said["Description"].startswith("SYNTHETIC - not for diagnosis. Preview of run after 2 steps")
    assert (said["Synthetic"], said["Step"]) == ("YES", "2")


def test_quality_is_reported_and_kept_as_ratios_to_the_training_volumes(head_folder, tmp_path):
    run = tmp_path / "run"
    told = told_by(run, head_folder, TINY.override(iterations=2, preview_every=1))
    kept = read_quality(run)
    assert [facts["step"] for facts in told["quality"]] == kept["step"].tolist() == [1, 2]
    for name in ("sharpness", "variety"):
        assert [facts[name] for facts in told["quality"]] == kept[name].tolist()
        assert ((kept[name] > 0) & (kept[name] < 10)).all()


def test_quality_after_the_last_checkpoint_is_measured_again_once(head_folder, tmp_path):
    config = TINY.override(iterations=4, preview_every=1)
    train(tmp_path / "whole", head_folder, config)
    train(tmp_path / "killed", head_folder, config, should_stop=stop_after(2))
    with open(tmp_path / "killed" / "quality.jsonl", "a") as log:
        log.write(json.dumps({"step": 3, "sharpness": 99.0, "variety": 99.0}) + '\n{"step": 4, "shar')
    train_run(tmp_path / "killed", open_run(tmp_path / "killed"), silent, never)
    whole, killed = read_quality(tmp_path / "whole"), read_quality(tmp_path / "killed")
    assert whole["step"].tolist() == [1, 2, 3, 4]
    assert same(whole, killed)
