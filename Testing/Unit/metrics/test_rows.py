"""What sets of features must be before they are compared, and their distances."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.rows import checked_pair, checked_rows, squared_distances

RNG = np.random.default_rng(0)
ROWS = RNG.standard_normal((6, 4))


def test_distances_are_those_of_the_differences():
    others = RNG.standard_normal((5, 4))
    expected = [[((x - y) ** 2).sum() for y in others] for x in ROWS]
    np.testing.assert_allclose(squared_distances(ROWS, others), expected)


def test_distances_far_from_the_origin_keep_their_digits():
    np.testing.assert_allclose(squared_distances(ROWS + 1e7, ROWS + 1e7), squared_distances(ROWS, ROWS), atol=1e-6)


def test_rows_come_back_in_double_precision():
    assert checked_rows("real", ROWS.astype(np.float32), least=6).dtype == np.float64


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:1], r"`real` must be rows \(N, F\) of at least 2 volumes, got shape \(1, 4\)"),
        (np.zeros((3, 4, 4, 4)), r"got shape \(3, 4, 4, 4\)\. Add volumes, or take their features first"),
        (np.array([[1, 2], [np.nan, 3]]), "`real` must be finite, got 1 rows with NaN"),
    ],
)
def test_other_rows_are_refused(rows, message):
    with pytest.raises(InputError, match=message):
        checked_rows("real", rows, least=2)


def test_sets_of_different_features_are_refused():
    with pytest.raises(InputError, match="`synthetic` must have the 4 features of `real`, got 3"):
        checked_pair(ROWS, ROWS[:, :3])
