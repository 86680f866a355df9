"""Truncated latents: a normal distribution without its tails, the same seed for the same volume."""

import json
from statistics import NormalDist

import numpy as np
import pytest
import torch
from crfgan.commands.main import main
from crfgan.errors import InputError
from crfgan.randomness import sample_latent, truncate
from crfgan.runs.model_file import load_model
from crfgan.synthesis.synthesize import synthesize, synthesize_array


@pytest.mark.parametrize("limit", [0.05, 0.5, 1.0, 2.0, 3.0])
def test_components_follow_the_truncated_normal_distribution(limit):
    normal = NormalDist()
    latent, _ = sample_latent(0, 0, 100_000, 0)
    values = truncate(latent, limit)[0].double().sort().values.numpy()
    assert np.abs(values).max() <= limit * (1 + 1e-6)
    low, high = normal.cdf(-limit), normal.cdf(limit)
    expected = (np.array([normal.cdf(v) for v in values[::100]]) - low) / (high - low)
    # Kolmogorov and Smirnov's distance, at its 1e-6 quantile.
    assert np.abs(expected - np.arange(0, len(values), 100) / len(values)).max() < 2.7 / np.sqrt(len(values))


def test_order_and_sign_are_kept():
    latent = torch.linspace(-6, 6, 1001)[None]
    cut = truncate(latent, 1.5)
    assert cut.dtype == torch.float32
    assert torch.all(cut.diff() >= 0)
    torch.testing.assert_close(cut, -cut.flip(1))
    assert torch.all(cut.abs() <= latent.abs() + 1e-6)


def test_the_loosest_limit_changes_little():
    latent, _ = sample_latent(0, 0, 1000, 0)
    inside = latent[latent.abs() < 2]
    assert (truncate(latent, 3.0)[latent.abs() < 2] - inside).abs().max() < 0.06


def test_far_tails_stay_finite():
    assert torch.equal(truncate(torch.tensor([[-40.0, 0.0, 40.0]]), 2.0), torch.tensor([[-2.0, 0.0, 2.0]]))


@pytest.mark.parametrize("limit", [0, -1, 3.01, float("nan"), float("inf")])
def test_a_limit_out_of_range_is_told(limit):
    with pytest.raises(InputError, match=rf"The truncation must be from 0\.01 to 3, got {limit:g}\."):
        truncate(torch.zeros(1, 4), limit)


def test_a_seed_gives_its_volume_more_typical(trained_run):
    model = load_model(trained_run)
    plain, _ = synthesize_array(model, 1, 0)
    near, half = (synthesize_array(model, 1, 0, truncation=limit)[0] for limit in (3.0, 0.5))
    assert np.array_equal(half, synthesize_array(model, 1, 0, truncation=0.5)[0])
    assert 0 < np.abs(plain - near).mean() < np.abs(plain - half).mean()


def test_volumes_are_more_alike(trained_run):
    model = load_model(trained_run)

    def variety(limit):
        return np.std([synthesize_array(model, 1, index, truncation=limit)[0] for index in range(4)], axis=0).mean()

    # Little: the networks of a run of a few steps are normalisation above all.
    assert variety(0.2) < 0.95 * variety(None)


def test_volumes_say_how_they_were_truncated(trained_run, tmp_path, capsys):
    arguments = ["synthesize", str(trained_run), "--out", str(tmp_path)]
    assert main([*arguments, "--truncation", "0.7"]) == 0
    assert json.loads((tmp_path / "synthetic_seed0_000.json").read_text())["Truncation"] == "0.7"
    with pytest.raises(SystemExit, match="2"):
        main([*arguments, "--truncation", "4"])
    assert "argument --truncation: must be a number from 0.01 to 3, got '4'" in capsys.readouterr().err
    _, facts = next(synthesize(load_model(trained_run), 1, 0))
    assert "Truncation" not in facts
