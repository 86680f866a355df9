"""Precision, recall, density and coverage: hand-made points, and the definitions written out."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.manifold import Coverage, measure_coverage


def written_out(real, fake, k):
    def distance(a, b):
        return np.linalg.norm(a - b)

    def radius(rows, i):
        return sorted(distance(rows[i], other) for other in np.delete(rows, i, axis=0))[k - 1]

    real_balls = [[distance(real[i], y) <= radius(real, i) for y in fake] for i in range(len(real))]
    fake_balls = [[distance(fake[j], x) <= radius(fake, j) for x in real] for j in range(len(fake))]
    return Coverage(
        precision=np.mean([any(ball[j] for ball in real_balls) for j in range(len(fake))]),
        recall=np.mean([any(ball[i] for ball in fake_balls) for i in range(len(real))]),
        density=np.sum(real_balls) / (k * len(fake)),
        coverage=np.mean([any(ball) for ball in real_balls]),
    )


@pytest.mark.parametrize("k", [1, 3])
def test_equals_the_definitions_written_out(k):
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((30, 3)), 0.4 + 0.8 * rng.standard_normal((20, 3))
    found, expected = measure_coverage(real, fake, k), written_out(real, fake, k)
    assert vars(found) == pytest.approx(vars(expected))


def test_points_on_a_line():
    real, fake = np.array([[0.0], [1.0], [10.0], [11.5]]), np.array([[0.5], [0.6], [20.0]])
    # Real balls reach 1, 1, 1.5, 1.5; fake ones 0.1, 0.1, 19.4. The far one's ball takes in 1, 10 and 11.5.
    assert measure_coverage(real, fake, k=1) == Coverage(precision=2 / 3, recall=3 / 4, density=4 / 3, coverage=1 / 2)


def test_copies_of_one_real_volume_are_precise_and_cover_little():
    real = np.random.default_rng(1).standard_normal((50, 8))
    found = measure_coverage(real, np.repeat(real[:1], 50, axis=0), k=5)
    assert found.precision == 1
    assert found.recall == 1 / 50
    assert found.coverage < 0.5


def test_the_same_set_is_covered_whole():
    real = np.random.default_rng(2).standard_normal((20, 4))
    found = measure_coverage(real, real, k=3)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)


def test_a_set_without_k_neighbours_is_refused():
    with pytest.raises(InputError, match=r"`fake` must be rows .* of at least 6 volumes"):
        measure_coverage(np.zeros((9, 2)), np.zeros((5, 2)), k=5)


def test_no_neighbours_are_refused():
    with pytest.raises(InputError, match="`k` must be at least 1, got 0"):
        measure_coverage(np.zeros((9, 2)), np.zeros((5, 2)), k=0)
