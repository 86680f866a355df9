"""Real volumes in the place of synthetic ones pass for real, on the hippocampus set."""

from functools import cache, partial

import pytest
from crfgan.evaluation.measure import Features
from crfgan.metrics.frechet import frechet_distance
from crfgan.metrics.mmd import median_bandwidth, mmd2
from crfgan.metrics.random3d import Random3D
from crfgan.metrics.statistics import Statistics
from hippocampi import half, hippocampi, needs_hippocampi

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
        found = Features(features(name)[chosen], features(name)[~chosen])
        found = found.standardised() if name == "statistics" else found
        kernel = partial(mmd2, bandwidth=median_bandwidth(found.real))
        score = found.distance(frechet_distance if distance == "frechet" else kernel, seed)
        inside += score.interval[0] <= score.value <= score.interval[1]
    assert inside >= 90
