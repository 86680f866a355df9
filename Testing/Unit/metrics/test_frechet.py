"""The Frechet distance: known Gaussians, the textbook formula, and fewer volumes than features."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.frechet import frechet_distance
from scipy.linalg import sqrtm


def gaussian_rows(mean, covariance, count=40, seed=0):
    """Rows whose sample mean and covariance are exactly the ones given."""
    rows = np.random.default_rng(seed).standard_normal((count, len(mean)))
    rows -= rows.mean(axis=0)
    rows = rows @ np.linalg.inv(np.linalg.cholesky(np.cov(rows.T))).T
    return rows @ np.linalg.cholesky(np.asarray(covariance)).T + mean


def textbook(x, y):
    """The formula with a matrix root, for covariances of full rank."""
    c1, c2 = np.cov(x.T), np.cov(y.T)
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(c1 + c2 - 2 * sqrtm(c1 @ c2).real)


def test_gaussians_on_one_set_of_axes():
    # sum (m1 - m2)^2 + sum (s1 - s2)^2
    x = gaussian_rows([0, 0, 0], np.diag([1, 4, 9]))
    y = gaussian_rows([3, 0, 4], np.diag([4, 4, 1]), seed=1)
    assert frechet_distance(x, y) == pytest.approx(25 + 1 + 0 + 4)


def test_gaussians_that_are_turned():
    turn = np.linalg.qr(np.random.default_rng(2).standard_normal((3, 3)))[0]
    x = gaussian_rows([0, 0, 0], np.eye(3))
    y = gaussian_rows([0, 0, 0], turn @ np.diag([4, 9, 16]) @ turn.T, seed=1)
    assert frechet_distance(x, y) == pytest.approx(1 + 4 + 9)


@pytest.mark.parametrize("counts", [(50, 60), (400, 30), (25, 500)])
def test_equals_the_textbook_formula_where_that_holds(counts):
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((counts[0], 12)), 0.5 + rng.standard_normal((counts[1], 12)) @ rng.random((12, 12))
    assert frechet_distance(x, y) == pytest.approx(textbook(x, y), rel=1e-8)


def test_is_exact_for_fewer_volumes_than_features():
    rng = np.random.default_rng(4)
    basis = np.linalg.qr(rng.standard_normal((300, 12)))[0].T
    x, y = rng.standard_normal((50, 12)), 1 + 2 * rng.standard_normal((40, 12))
    # The same distances in a space of 300 dimensions.
    assert frechet_distance(x @ basis, y @ basis) == pytest.approx(textbook(x, y), rel=1e-8)


def test_two_pairs_of_volumes():
    # Deviations along different axes: the traces add up.
    x, y = np.array([[1.0, 0, 0], [-1, 0, 0]]), np.array([[0.0, 2, 0], [0, -2, 0]])
    assert frechet_distance(x, y) == pytest.approx(2 + 8)


def test_is_zero_for_the_same_set_and_symmetric():
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((20, 64)), rng.standard_normal((30, 64))
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x))


def test_one_volume_has_no_covariance():
    with pytest.raises(InputError, match="`synthetic` must be rows"):
        frechet_distance(np.zeros((3, 2)), np.zeros((1, 2)))
