"""The classifier test: chance where sets are alike, right where they aren't, and never by heart."""

import numpy as np
import pytest
from crfgan.errors import InputError
from crfgan.metrics.classifiers.two_sample import RIDGE, Classifier


def rows(seed, shift=0.0, count=16, features=40):
    found = np.random.default_rng(seed).standard_normal((count, features))
    found[:, 0] += shift
    return found


def accuracy(real, synthetic):
    classifier = Classifier(real, synthetic)
    return classifier.accuracy(classifier.labels)


def test_sets_that_are_alike_are_told_apart_by_chance_alone():
    found = [accuracy(rows(seed), rows(100 + seed)) for seed in range(40)]
    assert 0.4 < np.mean(found) < 0.6


def test_one_feature_of_forty_is_enough_where_it_differs_much():
    assert accuracy(rows(0), rows(1, shift=9.0)) > 0.85


def test_a_volume_is_told_by_the_others_as_if_the_rest_were_solved_anew():
    real, synthetic = rows(0, count=5, features=3), rows(1, 0.8, count=5, features=3)
    classifier = Classifier(real, synthetic)
    # Of ridge regression, leaving one out has a closed form; here it is done by hand.
    x = np.concatenate([real, synthetic])
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    ridge, right = RIDGE * np.trace(x @ x.T) / 10, 0
    for out in range(10):
        kept = np.arange(10) != out
        normal = x[kept].T @ x[kept] + ridge * np.eye(3)
        right += x[out] @ np.linalg.solve(normal, x[kept].T @ classifier.labels[kept]) * classifier.labels[out] > 0
    assert classifier.accuracy(classifier.labels) == right / 10


def test_shuffled_labels_give_what_chance_gives():
    found = Classifier(rows(0), rows(1, shift=9.0)).by_chance(200, np.random.default_rng(0))
    assert 0.4 < np.mean(found) < 0.55
    assert np.percentile(found, 97.5) < 0.8


def test_features_without_spread_are_borne():
    assert 0 <= accuracy(np.ones((4, 3)), np.ones((4, 3))) <= 1


def test_one_volume_is_refused_in_a_sentence():
    with pytest.raises(InputError, match=r"`synthetic` must be rows \(N, F\) of at least 2 volumes, got shape"):
        Classifier(rows(0), rows(1)[:1])
