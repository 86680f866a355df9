"""Copies of training volumes are found, new volumes are left alone, and the finding is said with its certainty."""

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from crfgan.config import Preprocessing
from crfgan.data.preprocessing import choose_grid, preprocess, survey
from crfgan.errors import InputError
from crfgan.memorisation.alignment import Match
from crfgan.memorisation.audit import audit, flag_copies, flags_p_value, threshold_rank
from crfgan.phantoms import make_head
from hippocampi import hippocampi, needs_hippocampi

RNG = np.random.default_rng(0)


def prepared(volumes, fit):
    """Volumes on the grid of 32^3 that a training would choose for them: (N, D, H, W)."""
    settings = Preprocessing(shape=(32, 32, 32), fit=fit)
    surveys = [survey(volume, settings) for volume in volumes]
    grid = choose_grid(surveys, settings)
    return np.stack([preprocess(v, found, grid) for v, found in zip(volumes, surveys, strict=True)])


@pytest.fixture(scope="module")
def heads():
    """Sixty head phantoms."""
    return prepared([make_head(seed, (32, 32, 32)).image for seed in range(60)], "isotropic")


def split(seed, held_out):
    """Training volumes, about 100 new ones and at least `held_out` others, no subject in two of them."""
    volumes, pairs, _held_out = hippocampi()
    subjects = np.random.default_rng(seed).permutation(np.unique(pairs))
    filled = np.cumsum([np.sum(pairs == subject) for subject in subjects])
    first, second = np.searchsorted(filled, (held_out, held_out + 99)) + 1
    held, new, training = np.split(subjects, (first, second))
    return tuple(volumes[np.isin(pairs, part)] for part in (training, new, held))


def noisy(volume):
    return np.clip(volume + RNG.normal(0, 0.2, volume.shape), -1, 1)


def shifted(volume, steps):
    """Moved by whole voxels, background following."""
    moved = np.full_like(volume, -1)
    to = tuple(slice(max(n, 0), min(n, 0) or None) for n in steps)
    come = tuple(slice(max(-n, 0), min(-n, 0) or None) for n in steps)
    moved[to] = volume[come]
    return moved


COPIES = {
    "exact": lambda v: v,
    "along D": lambda v: shifted(v, (2, 0, 0)),
    "along H": lambda v: shifted(v, (0, -2, 0)),
    "along all axes": lambda v: shifted(v, (-2, 2, 2)),
    "noisy": noisy,
    "flipped along D": lambda v: v[::-1],
    "flipped along H": lambda v: v[:, ::-1],
    "flipped along W": lambda v: v[:, :, ::-1],
    "flipped, shifted and noisy": lambda v: noisy(shifted(v[::-1, :, ::-1], (2, -2, 2))),
    "darker": lambda v: 0.7 * v - 0.2,
}


def assert_copies_found(training, new, held_out):
    """Every kind of copy, of three volumes each, hidden among new volumes."""
    originals = [(i, kind) for i, kind in enumerate(kind for kind in COPIES for _ in range(3))]
    hidden = [COPIES[kind](training[i % len(training)]) for i, kind in originals]
    found = audit(training, held_out, [*new, *hidden])
    pairs = found.pairs[len(new) :]
    missed = [kind for (_, kind), pair in zip(originals, pairs, strict=True) if not pair.flagged]
    assert missed == []
    assert [pair.training for pair in pairs] == [i % len(training) for i, _ in originals]
    assert not found.chance_explains
    assert "look like copies" in found.sentence()


@needs_hippocampi
def test_copies_hidden_among_real_hippocampi_are_found():
    training, new, held_out = split(0, 33)
    assert_copies_found(training, new[:70], held_out)


def test_copies_hidden_among_phantoms_are_found(heads):
    assert_copies_found(heads[:24], heads[24:36], heads[36:])


@needs_hippocampi
def test_of_new_hippocampi_no_more_than_the_nominal_rate_is_flagged():
    found = []
    for seed in range(4):
        training, new, held_out = split(seed, 33)
        found.append(audit(training[:80], held_out, new[:100]))
        assert found[-1].chance_explains
    assert np.mean([each.flagged for each in found]) <= 5


def test_of_new_phantoms_no_more_than_the_nominal_rate_is_flagged(heads):
    found = []
    for seed in range(6):
        order = np.random.default_rng(seed).permutation(60)
        found.append(audit(heads[order[:24]], heads[order[36:]], heads[order[24:36]]))
    assert np.mean([each.flagged / 12 for each in found]) <= 0.05


def test_without_held_out_volumes_pairs_are_shown_and_nothing_is_concluded(heads):
    found = audit(heads, [], heads[:3])
    assert [pair.training for pair in found.pairs] == [0, 1, 2]
    assert found.threshold is None
    assert found.flagged == 0
    assert found.sentence() == (
        "Whether 3 synthetic volumes are copies can't be told without held-out real volumes. "
        "Compare each with the closest training volume."
    )


def test_progress_tells_of_every_volume(heads):
    told = []
    audit(heads[2:5], heads[5:6], heads[:2], progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 6) for done in range(1, 7)]


def flagged(held_out, distances):
    return flag_copies(held_out, [Match(0, distance) for distance in distances])


def test_what_is_closer_than_the_closest_of_few_held_out_volumes_is_flagged():
    pairs = flagged([0.4, 0.1, 0.2, 0.3], [0.05, 0.1, 0.25, 0.9]).pairs
    assert [pair.flagged for pair in pairs] == [True, False, False, False]
    assert [pair.synthetic for pair in pairs] == [0, 1, 2, 3]


@pytest.mark.parametrize("held_out, rank", [(1, 1), (19, 1), (59, 1), (92, 1), (93, 2), (124, 3), (1000, 39)])
def test_the_threshold_lies_below_the_fifth_percentile_with_95_percent_confidence(held_out, rank):
    # The known sample sizes of one-sided tolerance limits for 95% of a population: 59, 93, 124.
    assert threshold_rank(held_out) == rank
    distances = np.linspace(0.5, 1, held_out)
    assert flagged(RNG.permutation(distances), [0.5]).threshold == distances[rank - 1]


def test_the_threshold_comes_to_the_percentile_with_many_held_out_volumes():
    shares = [threshold_rank(count) / count for count in (100, 1000, 10_000, 100_000)]
    assert all(a < b < 0.05 for a, b in pairwise(shares))
    assert shares[-1] == pytest.approx(0.05, rel=0.03)


def test_the_chance_of_flags_is_that_of_ranks():
    assert flags_p_value(20, 10, 0) == 1
    assert flags_p_value(19, 1, 1) == pytest.approx(1 / 20)
    assert flags_p_value(20, 10, 2) == pytest.approx(comb(10, 2) / comb(30, 2))
    # With 100 held-out volumes the second of them is the threshold.
    draws = RNG.random((20_000, 110))
    flags = (draws[:, :10] < np.sort(draws[:, 10:])[:, 1:2]).sum(1)
    assert flags_p_value(100, 10, 1) == pytest.approx(np.mean(flags >= 1), abs=0.01)
    assert flags_p_value(100, 10, 2) == pytest.approx(np.mean(flags >= 2), abs=0.01)


HELD_OUT = np.linspace(0.5, 1, 39)


def test_none_is_flagged():
    assert flagged(HELD_OUT, [0.6] * 100).sentence() == (
        "None of 100 synthetic volumes is closer to a training volume than real volumes of other patients are."
    )


def test_flags_that_chance_explains_are_said_to_be_such():
    found = flagged(HELD_OUT, [0.45] * 2 + [0.7] * 98)
    assert found.expected == 2.5
    assert found.chance_explains
    assert found.sentence() == (
        "Of 100 synthetic volumes, 2 came as close to a training volume as the closest real volumes of other patients. "
        "That may be chance, which gives 2 on average. Compare them with their training volumes before you share them."
    )


def test_more_flags_than_chance_gives_are_called_copies():
    found = flagged(HELD_OUT, [0.45] * 20 + [0.7] * 80)
    assert not found.chance_explains
    assert found.sentence() == (
        "Of 100 synthetic volumes, 20 look like copies; chance gives 2. "
        "Compare them with their training volumes before you share them."
    )


def test_a_single_volume_that_is_evidently_a_copy_is_called_one_whatever_chance_gives():
    assert flagged(HELD_OUT, [0.15] + [0.7] * 20).sentence() == (
        "Of 21 synthetic volumes, 1 looks like a copy; chance gives fewer than 1. "
        "Compare them with their training volumes before you share them."
    )


def test_few_held_out_volumes_are_said_not_to_give_the_nominal_rate():
    caution = "are. With only 8 held-out volumes chance flags 1 in 9; hold out 19 or more."
    assert flagged(np.linspace(0.5, 1, 8), [0.7]).sentence().endswith(caution)
    assert "only" not in flagged(np.linspace(0.5, 1, 19), [0.7]).sentence()


def test_held_out_volumes_that_are_copies_themselves_dont_hide_others():
    found = flagged([0.0, 0.01, *HELD_OUT], [0.02] * 5 + [0.7] * 95)
    assert found.threshold == 0.5
    assert found.flagged == 5
    assert found.sentence() == (
        "Of 100 synthetic volumes, 5 look like copies; chance gives 2. "
        "Compare them with their training volumes before you share them. "
        "Not counted: 2 of 41 held-out volumes, too close to training volumes to be of other patients."
    )


GRID = np.zeros((32, 32, 32), np.float32)


def with_nan():
    bad = GRID.copy()
    bad[0, 0, :2] = np.nan, np.inf
    return bad


@pytest.mark.parametrize(
    "training, held_out, synthetic, message",
    [
        ([GRID] * 2, [], [], r"`synthetic` must have 1 or more volumes, got 0\. Add"),
        ([GRID], [], [GRID], r"`training` must have 2 or more volumes, got 1\. Add"),
        ([GRID] * 2, [GRID[:16]], [GRID], r"`held_out\[0\]` must have three sides.* got \(16, 32, 32\)\. Bring"),
        ([GRID] * 2, [], [GRID, GRID[None]], r"`synthetic\[1\]` must have .* got \(1, 32, 32, 32\)\. Bring"),
        ([GRID[:8]] * 2, [], [GRID[:8]], r"`training\[0\]` must have .* multiples of 32.* got \(8, 32, 32\)\. Bring"),
        ([GRID] * 2, [], [with_nan()], r"`synthetic\[0\]` must have finite values only, got 2 that aren't\. Leave"),
    ],
)
def test_sets_that_cant_be_compared_are_refused(training, held_out, synthetic, message):
    with pytest.raises(InputError, match=message):
        audit(training, held_out, synthetic)
