"""All metrics of synthetic volumes beside real ones, each with its floor."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
from scipy.stats import binomtest

from ..errors import InputError
from ..metrics.classifiers.coherence import CoherenceClassifier
from ..metrics.classifiers.two_sample import Classifier
from ..metrics.edges import edge_ratios, edge_strengths, streak_ratios, weakest, worst
from ..metrics.features.extractors import Extractor
from ..metrics.features.statistics import Statistics
from ..metrics.frechet import frechet_distance
from ..metrics.histogram import histogram_wasserstein, intensity_shares
from ..metrics.manifold import measure_prdc
from ..metrics.mmd import median_bandwidth, mmd2
from ..metrics.ms_ssim import pairwise_ms_ssim
from ..metrics.seams import plane_steps, seam_index
from ..metrics.spectrum import log_spectra, spectrum_distance
from .floors import (
    DRAWS,
    FEWEST_REAL,
    Distance,
    Score,
    Statistic,
    score_beside,
    score_distance,
    score_statistic,
    subset_size,
    without_value,
)
from .verdicts import RELIABLE_ACCURACY

MS_SSIM_VOLUMES = 15
"""Volumes of a set, drawn by chance, of which all pairs are compared by MS-SSIM; all where there are fewer."""
NEIGHBOURS = 5
"""k of precision, recall, density and coverage; fewer in small sets."""
HELD_OUT_ONE_IN = 4
"""One real volume in so many is kept from the classifier of coherence, to test it on."""

Volumes = Sequence[np.ndarray]
OnShare = Callable[[float], None]
"""Called with the share of the current metric that is done."""


@dataclass(frozen=True)
class FeaturePair:
    """Both sets as features (N, ...) and (M, ...)."""

    real: np.ndarray
    synthetic: np.ndarray

    @classmethod
    def of(cls, extract: Extractor, real: Volumes, synthetic: Volumes) -> FeaturePair:
        """What an extractor finds in both sets."""
        return cls(extract(real), extract(synthetic))

    def standardised(self) -> FeaturePair:
        """Each feature in deviations of the real volumes, so that its unit doesn't weigh, and logarithmic beyond one.

        Without the logarithm a few odd volumes decide: of 60 draws of real hippocampi as synthetic ones, 45 came to
        lie inside the interval of the Frechet distance, and 60 with it.
        """
        mean, deviation = self.real.mean(axis=0), self.real.std(axis=0)
        deviation = np.where(deviation > 1e-6, deviation, 1.0)
        return FeaturePair(*(np.arcsinh((of_set - mean) / deviation) for of_set in (self.real, self.synthetic)))

    def distance(self, distance: Distance, seed: int) -> Score:
        """Score a distance of two sets."""
        return score_distance(distance, self.real, self.synthetic, seed)

    def statistic(self, statistic: Statistic, seed: int) -> Score:
        """Score a property of one set."""
        return score_statistic(statistic, self.real, self.synthetic, seed)


def require_enough(real: int, synthetic: int) -> None:
    """Raise InputError unless there are volumes enough for two subsets and something beside them."""
    if real < FEWEST_REAL or synthetic < 2:
        raise InputError(
            f"An evaluation needs at least {FEWEST_REAL} real and 2 synthetic volumes, got {real} and {synthetic}. "
            "Add volumes; a few dozen of each give numbers to rely on."
        )


def measure(
    real: Volumes,
    synthetic: Volumes,
    extractors: Mapping[str, Extractor],
    window_width: float,
    seed: int,
    progress: OnShare = lambda share: None,
) -> Iterator[tuple[str, Score]]:
    """The metrics one by one, by name; one that can't be measured says why.

    Args:
        real, synthetic: volumes (D, H, W) in [-1, 1] on one grid.
        extractors: of features, by name; precision and its kin take the first.
        window_width: HU, or intensity units, from -1 to 1.
        progress: called while a metric that takes long is measured.

    Raises:
        InputError: there are too few volumes.
    """
    require_enough(len(real), len(synthetic))
    pairs = {name: FeaturePair.of(extract, real, synthetic) for name, extract in extractors.items()}
    yield "classifier", _classifier(pairs.get("statistics") or FeaturePair.of(Statistics(), real, synthetic), seed)
    strengths = FeaturePair.of(edge_strengths, real, synthetic)
    yield "edges", _along_axes(strengths, edge_ratios, worst, seed)
    yield "streaks", _along_axes(strengths, streak_ratios, weakest, seed)
    if "statistics" in pairs:
        pairs["statistics"] = pairs["statistics"].standardised()
    for name, features in pairs.items():
        yield f"frechet_{name}", replace(features.distance(frechet_distance, seed), note=_frechet_note(features))
        yield f"mmd_{name}", _mmd(features, seed)
    yield from _prdc(next(iter(pairs.values())), seed)
    yield "ms_ssim", _ms_ssim(real, synthetic, seed, progress)
    yield "seam_index", _seam_index(real, synthetic, seed)
    yield "coherence", _coherence(real, synthetic, seed, progress)
    yield "spectrum_distance", FeaturePair.of(log_spectra, real, synthetic).distance(spectrum_distance, seed)
    shares = FeaturePair.of(intensity_shares, real, synthetic)
    yield "histogram_wasserstein", shares.distance(partial(histogram_wasserstein, scale=window_width / 2), seed)


def _classifier(statistics: FeaturePair, seed: int) -> Score:
    """Of sets of one size. Its interval is what the classifier gives where which volume is real is shuffled."""
    rng, both = np.random.default_rng(seed), (statistics.real, statistics.synthetic)
    size = min(map(len, both))
    features = FeaturePair(*(rows[rng.permutation(len(rows))[:size]] for rows in both)).standardised()
    classifier = Classifier(features.real, features.synthetic)
    return score_beside(classifier.accuracy(classifier.labels), classifier.by_chance(DRAWS, rng))


def _along_axes(
    strengths: FeaturePair,
    ratios: Callable[[np.ndarray, np.ndarray], dict[str, float]],
    of_axes: Callable[[dict[str, float]], tuple[str, float]],
    seed: int,
) -> Score:
    """Edges of a set beside all real ones: the axis that counts, and all three."""
    score = strengths.statistic(lambda of_set: of_axes(ratios(strengths.real, of_set))[1], seed)
    found = ratios(strengths.real, strengths.synthetic)
    return replace(score, details=found, note=", ".join(f"{axis} {ratio:.2f}" for axis, ratio in found.items()) + ".")


def _frechet_note(features: FeaturePair) -> str:
    """What the distance was taken of, in words."""
    size, count = subset_size(len(features.real), len(features.synthetic)), features.real.shape[1]
    fewer = ", which is exact though these are more" if size < count else ""
    return f"Between sets of {size} volumes, by {count} features{fewer}."


def _mmd(features: FeaturePair, seed: int) -> Score:
    bandwidth = median_bandwidth(features.real)
    if bandwidth == 0:
        return without_value("Half of the real volumes are the same.")
    return features.distance(partial(mmd2, bandwidth=bandwidth), seed)


def _prdc(features: FeaturePair, seed: int) -> Iterator[tuple[str, Score]]:
    size = subset_size(len(features.real), len(features.synthetic))
    k = min(NEIGHBOURS, size - 1)
    note = "" if k == NEIGHBOURS else f"With {k} neighbours, as the sets are small."
    for name in ("precision", "recall", "density", "coverage"):
        score = features.distance(partial(_prdc_value, name, k), seed)
        upper = math.inf if name == "density" else 1.0
        yield name, replace(score, interval=_half_a_volume_wider(score.interval, size, upper), note=note)


def _prdc_value(name: str, k: int, real: np.ndarray, synthetic: np.ndarray) -> float:
    return getattr(measure_prdc(real, synthetic, k), name)


def _half_a_volume_wider(interval: tuple[float, float], size: int, upper: float) -> tuple[float, float]:
    """An interval of shares of `size` volumes, half a volume wider: a mean over draws lies between whole ones."""
    low, high = interval
    return max(low - 0.5 / size, 0.0), min(high + 0.5 / size, upper)


def _ms_ssim(real: Volumes, synthetic: Volumes, seed: int, progress: OnShare) -> Score:
    """The mean over the pairs of a set. Its features are indices of volumes, and pairs are looked up by them."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(len(volumes))[:MS_SSIM_VOLUMES] for volumes in (real, synthetic)]
    volumes = [real[i] for i in chosen[0]] + [synthetic[i] for i in chosen[1]]
    first = len(chosen[0])
    pairs = [(a, b) for a, b in combinations(range(len(volumes)), 2) if (a < first) == (b < first)]
    similarities = pairwise_ms_ssim(volumes, pairs, lambda done, total: progress(done / total))
    similarity = dict(zip(pairs, similarities, strict=True))

    def mean(indices: np.ndarray) -> float:
        return float(np.mean([similarity[a, b] for a, b in combinations(sorted(indices.tolist()), 2)]))

    return FeaturePair(np.arange(first), np.arange(first, len(volumes))).statistic(mean, seed)


def _seam_index(real: Volumes, synthetic: Volumes, seed: int) -> Score:
    steps = FeaturePair.of(plane_steps, real, synthetic)
    score = steps.statistic(lambda of_set: seam_index(of_set)["depth"], seed)
    across = {axis: ratio for axis, ratio in seam_index(steps.synthetic).items() if axis != "depth"}
    note = f"Along height and width, where none meet: {across['height']:.2f} and {across['width']:.2f}."
    return score if score.value is None else replace(score, note=note, details=across)


def _coherence(real: Volumes, synthetic: Volumes, seed: int, progress: OnShare) -> Score:
    order = np.random.default_rng(seed).permutation(len(real))
    kept = set(order[: max(2, len(real) // HELD_OUT_ONE_IN)].tolist())
    training, held_out = ([real[i] for i in range(len(real)) if (i in kept) == out] for out in (False, True))
    try:
        classifier = CoherenceClassifier.fit(training, held_out, seed, lambda done, total: progress(done / total))
    except InputError as error:
        return without_value(str(error))
    whole = round(classifier.real_share * len(held_out))
    interval = binomtest(whole, len(held_out)).proportion_ci(method="wilson")
    note = f"The judge is right on {classifier.accuracy:.0%} of held-out volumes."
    if classifier.accuracy < RELIABLE_ACCURACY:
        note += " That is too little to rely on; more real volumes would help."
    return Score(
        value=classifier.share(synthetic),
        floor=classifier.real_share,
        interval=(interval.low, interval.high),
        note=note,
        details={"accuracy": classifier.accuracy},
    )
