"""Which measure catches which fault, more of it for more of the fault: on head phantoms and on real hippocampi."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from crfgan.evaluation.measure import FeaturePair
from crfgan.metrics.features.random3d import Random3D
from crfgan.metrics.features.statistics import Statistics
from crfgan.metrics.frechet import frechet_distance
from crfgan.metrics.histogram import histogram_wasserstein, intensity_shares
from crfgan.metrics.manifold import measure_prdc
from crfgan.metrics.mmd import median_bandwidth, mmd2
from crfgan.metrics.ms_ssim import pairwise_ms_ssim
from crfgan.metrics.seams import plane_steps, seam_index
from crfgan.metrics.spectrum import log_spectra, spectrum_distance
from crfgan.phantoms import make_head
from hippocampi import hippocampi, needs_hippocampi
from scipy.ndimage import gaussian_filter

NEIGHBOURS = 3


@cache
def heads():
    """Two halves of 24 head phantoms of 32^3."""
    arrays = [make_head(seed, (32, 32, 32)).image.array for seed in range(48)]
    volumes = np.clip(np.array(arrays) / 500 - 1, -1, 1).astype(np.float32)
    return volumes[::2], volumes[1::2]


def real_halves():
    """Two halves of the hippocampi for training, both sides of one subject in the same half."""
    found = hippocampi()
    volumes, subjects = found.volumes[~found.held_out], found.subjects[~found.held_out]
    first = np.isin(subjects, np.random.default_rng(0).permutation(np.unique(subjects))[::2])
    return volumes[first], volumes[~first]


def noisy(volumes, amount):
    noise = np.random.default_rng(1).standard_normal(volumes.shape, dtype=np.float32)
    return np.clip(volumes + np.float32(amount) * noise, -1, 1)


def blurred(volumes, sigma):
    return np.array([gaussian_filter(volume, sigma) for volume in volumes])


def shuffled(volumes, share):
    """That share of the volumes with their slabs swapped among them."""
    rng = np.random.default_rng(2)
    chosen = rng.permutation(len(volumes))[: round(share * len(volumes))]
    result = volumes.copy()
    for slab in np.split(np.arange(volumes.shape[1]), 8):
        result[np.ix_(chosen, slab)] = volumes[np.ix_(rng.permutation(chosen), slab)]
    return result


def collapsed(volumes, kinds):
    """As many volumes, of which only so many differ."""
    return volumes[np.arange(len(volumes)) % kinds]


FAULTS = {
    "noise": (noisy, (0.1, 0.2, 0.4)),
    "blur": (blurred, (0.6, 0.9, 1.4)),
    "shuffled slabs": (shuffled, (0.5, 0.75, 1)),
    "collapse": (collapsed, (10, 5, 2)),
}


def random_pairs(count, most):
    """Pairs of different volumes, the same for every set of a size."""
    pairs = np.stack(np.triu_indices(count, k=1), axis=1)
    return pairs[np.random.default_rng(3).permutation(len(pairs))[:most]]


class Measured:
    """Every measure of a set beside the other half."""

    def __init__(self, real, synthetic):
        for name, extract in (("random", Random3D()), ("named", Statistics())):
            features = FeaturePair.of(extract, real, synthetic)
            features = features.standardised() if name == "named" else features
            x, y = features.real, features.synthetic
            setattr(self, f"frechet_{name}", frechet_distance(x, y))
            setattr(self, f"mmd_{name}", mmd2(x, y, median_bandwidth(x)))
            if name == "random":
                self.coverage = measure_prdc(x, y, NEIGHBOURS)
        self.likeness = pairwise_ms_ssim(synthetic, random_pairs(len(synthetic), 100)).mean()
        self.seam = seam_index(plane_steps(synthetic))["depth"]
        self.intensity = histogram_wasserstein(intensity_shares(real), intensity_shares(synthetic), 1)
        self.spectrum = spectrum_distance(log_spectra(real), log_spectra(synthetic))


SETS = [pytest.param(heads, id="heads"), pytest.param(real_halves, id="hippocampi", marks=needs_hippocampi)]


@cache
def measured(volumes, fault):
    """The real half by itself, then with the fault, milder ones first."""
    real, other = volumes()
    spoil, severities = FAULTS[fault]
    return [Measured(real, other), *(Measured(real, spoil(other, severity)) for severity in severities)]


def rises(values):
    return all(a < b for a, b in pairwise(values))


@pytest.mark.parametrize("volumes", SETS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("measure", ["frechet_random", "frechet_named", "mmd_random", "mmd_named"])
def test_distances_of_features_grow_with_every_fault(volumes, fault, measure):
    values = [getattr(m, measure) for m in measured(volumes, fault)]
    assert rises(values), values


@pytest.mark.parametrize("volumes", SETS)
@pytest.mark.parametrize("fault", ["noise", "blur"])
def test_precision_falls_when_volumes_look_unreal(volumes, fault):
    whole, *spoilt = (m.coverage.precision for m in measured(volumes, fault))
    assert max(spoilt) < whole
    assert spoilt[-1] < 0.2 * whole


@needs_hippocampi
def test_precision_falls_with_shuffled_slabs_where_real_volumes_are_many():
    assert rises([-m.coverage.precision for m in measured(real_halves, "shuffled slabs")])


@pytest.mark.parametrize("volumes", SETS)
def test_recall_falls_with_shuffled_slabs(volumes):
    assert rises([-m.coverage.recall for m in measured(volumes, "shuffled slabs")])


@pytest.mark.parametrize("volumes", SETS)
def test_collapse_costs_recall_and_coverage_and_little_precision(volumes):
    whole, *collapsed_sets = (m.coverage for m in measured(volumes, "collapse"))
    assert collapsed_sets[0].precision == pytest.approx(whole.precision, abs=0.1)
    assert collapsed_sets[-1].recall < 0.1
    assert rises([-found.coverage for found in (whole, *collapsed_sets)])


@pytest.mark.parametrize("volumes", SETS)
def test_likeness_of_pairs_shows_collapse(volumes):
    likeness = [m.likeness for m in measured(volumes, "collapse")]
    assert rises(likeness), likeness
    assert likeness[1] > likeness[0] + 0.02


@pytest.mark.parametrize("volumes", SETS)
def test_only_shuffled_slabs_show_at_the_seams(volumes):
    whole, *broken = (m.seam for m in measured(volumes, "shuffled slabs"))
    assert rises([whole, *broken])
    assert broken[-1] > 1.5 * whole
    for fault in ("noise", "blur", "collapse"):
        assert [m.seam for m in measured(volumes, fault)] == pytest.approx([whole] * 4, rel=0.15)


@pytest.mark.parametrize("volumes", SETS)
@pytest.mark.parametrize("fault", ["noise", "blur"])
def test_spectrum_and_histogram_show_noise_and_blur(volumes, fault):
    for measure in ("spectrum", "intensity"):
        values = [getattr(m, measure) for m in measured(volumes, fault)]
        assert rises(values), (measure, values)


@pytest.mark.parametrize("volumes", SETS)
def test_histograms_are_blind_to_the_order_of_slabs(volumes):
    values = [m.intensity for m in measured(volumes, "shuffled slabs")]
    assert values == pytest.approx([values[0]] * 4)
