"""Precision, recall, density and coverage: hand-made points, and the definitions written out."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.manifold import Prdc, measure_prdc


def written_out(real, synthetic, k):
    def distance(a, b):
        return np.linalg.norm(a - b)

    def radius(rows, i):
        return sorted(distance(rows[i], other) for other in np.delete(rows, i, axis=0))[k - 1]

    real_balls = [[distance(real[i], y) <= radius(real, i) for y in synthetic] for i in range(len(real))]
    synthetic_balls = [[distance(synthetic[j], x) <= radius(synthetic, j) for x in real] for j in range(len(synthetic))]
    return Prdc(
        precision=np.mean([any(ball[j] for ball in real_balls) for j in range(len(synthetic))]),
        recall=np.mean([any(ball[i] for ball in synthetic_balls) for i in range(len(real))]),
        density=np.sum(real_balls) / (k * len(synthetic)),
        coverage=np.mean([any(ball) for ball in real_balls]),
    )


@pytest.mark.parametrize("k", [1, 3])
def test_equals_the_definitions_written_out(k):
    rng = np.random.default_rng(0)
    real, synthetic = rng.standard_normal((30, 3)), 0.4 + 0.8 * rng.standard_normal((20, 3))
    found, expected = measure_prdc(real, synthetic, k), written_out(real, synthetic, k)
    assert vars(found) == pytest.approx(vars(expected))


def test_points_on_a_line():
    real, synthetic = np.array([[0.0], [1.0], [10.0], [11.5]]), np.array([[0.5], [0.6], [20.0]])
    # Real balls reach 1, 1, 1.5, 1.5; synthetic ones 0.1, 0.1, 19.4. The far one's ball takes in 1, 10 and 11.5.
    assert measure_prdc(real, synthetic, k=1) == Prdc(precision=2 / 3, recall=3 / 4, density=4 / 3, coverage=1 / 2)


def test_copies_of_one_real_volume_are_precise_and_cover_little():
    real = np.random.default_rng(1).standard_normal((50, 8))
    found = measure_prdc(real, np.repeat(real[:1], 50, axis=0), k=5)
    assert found.precision == 1
    assert found.recall == 1 / 50
    assert found.coverage < 0.5


def test_the_same_set_is_covered_whole():
    real = np.random.default_rng(2).standard_normal((20, 4))
    found = measure_prdc(real, real, k=3)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)


def test_a_set_without_k_neighbours_is_refused():
    with pytest.raises(InputError, match=r"`synthetic` must be rows .* of at least 6 volumes"):
        measure_prdc(np.zeros((9, 2)), np.zeros((5, 2)), k=5)


def test_no_neighbours_are_refused():
    with pytest.raises(InputError, match="`k` must be at least 1, got 0"):
        measure_prdc(np.zeros((9, 2)), np.zeros((5, 2)), k=0)
