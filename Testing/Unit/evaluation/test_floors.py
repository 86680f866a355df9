"""A number beside its floor: subsets, sizes, intervals."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.evaluation.floors import DRAWS, draw_subsets, score_distance, score_statistic
from crfgan.evaluation.measure import measure
from crfgan.evaluation.verdicts import BETTER, CLOSE, FAR, LIKE_REAL, UNKNOWN, number, verdict
from crfgan.metrics.frechet import frechet_distance
from crfgan.metrics.mmd import median_bandwidth, mmd2


def normal(count, seed, shift=0.0, size=16):
    return np.random.default_rng(seed).normal(shift, 1, (count, size))


def test_subsets_of_the_real_volumes_have_none_in_common_and_all_sets_one_size():
    for subsets in draw_subsets(real=21, synthetic=7, seed=1):
        assert len(subsets.real) == len(subsets.other_real) == len(subsets.synthetic) == 7
        assert not set(subsets.real) & set(subsets.other_real)
        assert set(subsets.synthetic) == set(range(7))


def test_draws_are_those_of_the_seed():
    first, again, other = (list(draw_subsets(30, 9, seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a.real, b.real) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a.real, b.real) for a, b in zip(first, other, strict=True))
    assert len(first) == DRAWS


def test_a_distance_doesn_t_depend_on_how_many_synthetic_volumes_there_are():
    real = normal(40, 0)
    few, many = (score_distance(frechet_distance, real, normal(count, 1), 0).value for count in (20, 200))
    assert few == pytest.approx(many, rel=0.2), "both are of sets of 13"


def test_a_shifted_set_is_far_above_its_floor():
    score = score_distance(frechet_distance, normal(30, 0), normal(30, 1, shift=1.0), 0)
    assert score.value > score.interval[1] > score.floor > score.interval[0]


def test_a_statistic_of_a_set_stands_beside_that_of_real_ones():
    score = score_statistic(lambda rows: float(rows.mean()), normal(50, 0), normal(50, 1, shift=3.0), 0)
    assert score.value == pytest.approx(3, abs=0.1)
    assert score.interval[0] < score.floor < score.interval[1] < 1


def test_what_isn_t_a_number_is_no_score_but_a_note():
    score = score_statistic(lambda rows: float("nan"), normal(5, 1), normal(5, 0), 0)
    assert (score.value, score.floor, score.interval) == (None, None, None)
    assert score.note == "Some volumes have nothing in them that could be measured."


@pytest.mark.parametrize("distance", ["frechet", "mmd"])
def test_real_volumes_as_synthetic_ones_lie_inside_the_interval_in_90_of_100_draws(distance):
    inside = 0
    for seed in range(100):
        rows = normal(60, seed, size=64)
        real, others = rows[:30], rows[30:]
        bandwidth = median_bandwidth(real)
        find = frechet_distance if distance == "frechet" else lambda x, y, b=bandwidth: mmd2(x, y, b)
        score = score_distance(find, real, others, seed)
        inside += score.interval[0] <= score.value <= score.interval[1]
    assert inside >= 90


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("frechet_random3d", 1.5, LIKE_REAL),
        ("frechet_random3d", 0.5, BETTER),
        ("frechet_random3d", 2.5, CLOSE),
        ("frechet_random3d", 3.5, FAR),
        ("precision", 2.5, BETTER),
        ("precision", 0.5, CLOSE),
        ("seam_index", 0.5, CLOSE),
        ("seam_index", -0.5, FAR),
        ("seam_index", None, UNKNOWN),
    ],
)
def test_a_verdict_is_by_the_interval_and_by_what_is_good(name, value, expected):
    assert verdict(name, {"value": value, "interval": (1.0, 2.0)}) == expected


def test_numbers_have_the_digits_that_matter():
    assert [number(v) for v in (None, 0.012345, 12.345, 12345.6)] == ["-", "0.0123", "12.3", "12346"]


def test_too_few_volumes_are_refused_in_a_sentence():
    volume = np.zeros((32, 32, 32), np.float32)
    with pytest.raises(InputError, match="needs at least 4 real and 2 synthetic volumes, got 9 and 1"):
        list(measure([volume] * 9, [volume], {}, 1.0, 0))
