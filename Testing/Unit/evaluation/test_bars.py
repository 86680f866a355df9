"""Real volumes in the place of synthetic ones pass for real, and spoilt ones don't, on the hippocampus set."""

from functools import cache, partial

import numpy as np
import pytest
from crfgan.evaluation.measure import FeaturePair, measure
from crfgan.evaluation.verdicts import FAR, LIKE_REAL, verdict
from crfgan.metrics.classifiers import coherence
from crfgan.metrics.features.extractors import make_extractors
from crfgan.metrics.features.random3d import Random3D
from crfgan.metrics.features.statistics import Statistics
from crfgan.metrics.frechet import frechet_distance
from crfgan.metrics.mmd import median_bandwidth, mmd2
from hippocampi import half, hippocampi, needs_hippocampi
from scipy.ndimage import gaussian_filter

EXTRACTORS = {"random3d": Random3D, "statistics": Statistics}


@cache
def features(name):
    """Of all crops, once."""
    return EXTRACTORS[name]()(hippocampi().volumes)


@needs_hippocampi
@pytest.mark.parametrize("name", EXTRACTORS)
@pytest.mark.parametrize("distance", ["frechet", "mmd"])
def test_a_half_of_real_volumes_lies_inside_the_interval_of_the_other_in_90_of_100_draws(name, distance):
    inside = 0
    for seed in range(100):
        chosen = half(hippocampi().subjects, seed)
        found = FeaturePair(features(name)[~chosen], features(name)[chosen])
        found = found.standardised() if name == "statistics" else found
        kernel = partial(mmd2, bandwidth=median_bandwidth(found.real))
        score = found.distance(frechet_distance if distance == "frechet" else kernel, seed)
        inside += score.interval[0] <= score.value <= score.interval[1]
    assert inside >= 90


@cache
def halves():
    """Real volumes, and others."""
    found = hippocampi()
    chosen = half(found.subjects, 0)
    return found.volumes[chosen], found.volumes[~chosen]


def noisy(volumes):
    return np.clip(volumes + np.float32(0.1) * np.random.default_rng(1).standard_normal(volumes.shape), -1, 1)


def blurred(volumes):
    return np.array([gaussian_filter(volume, 0.6) for volume in volumes])


def shuffled(volumes):
    """Slabs of half of the volumes swapped among them."""
    rng, result = np.random.default_rng(2), volumes.copy()
    chosen = rng.permutation(len(volumes))[: len(volumes) // 2]
    for slab in np.split(np.arange(volumes.shape[1]), 8):
        result[np.ix_(chosen, slab)] = volumes[np.ix_(rng.permutation(chosen), slab)]
    return result


def verdicts(synthetic, monkeypatch):
    # The judge has a test of its own; here it would only take time.
    monkeypatch.setattr(coherence, "STEPS", 1)
    scores = dict(measure(list(halves()[0]), list(synthetic), make_extractors(), 255.0, 0))
    del scores["coherence"]
    return {name: verdict(name, score.to_dict()) for name, score in scores.items()}


@needs_hippocampi
def test_real_volumes_are_like_real_by_every_metric(monkeypatch):
    assert set(verdicts(halves()[1], monkeypatch).values()) == {LIKE_REAL}


@needs_hippocampi
@pytest.mark.parametrize(
    ("spoil", "metrics"),
    [
        (noisy, {"spectrum_distance", "frechet_statistics"}),
        (blurred, {"spectrum_distance", "frechet_statistics", "coverage"}),
        (shuffled, {"seam_index", "mmd_statistics"}),
        (lambda volumes: volumes[np.arange(len(volumes)) % 10], {"coverage", "recall"}),
    ],
    ids=["noise", "blur", "shuffled slabs", "collapse"],
)
def test_every_fault_is_caught_by_the_metrics_meant_for_it(spoil, metrics, monkeypatch):
    found = verdicts(spoil(halves()[1]).astype(np.float32), monkeypatch)
    assert {name for name in metrics if found[name] == FAR} == metrics


@needs_hippocampi
def test_the_judge_tells_real_volumes_from_shuffled_slabs(monkeypatch):
    monkeypatch.setattr(coherence, "STEPS", 300)
    real, others = halves()
    judge = coherence.CoherenceClassifier.fit(list(real[12:]), list(real[:12]), 0)
    assert judge.accuracy > 0.7
    assert judge.share(list(others)) > 0.7
    assert judge.share(list(shuffled(shuffled(others)))) < 0.7 * judge.share(list(others))
