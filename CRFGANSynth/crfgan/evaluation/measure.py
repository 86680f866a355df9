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
from ..metrics.coherence import CoherenceClassifier
from ..metrics.features.extractors import Extractor
from ..metrics.frechet import frechet_distance
from ..metrics.histogram import histogram_wasserstein, intensity_shares
from ..metrics.manifold import measure_prdc
from ..metrics.mmd import median_bandwidth, mmd2
from ..metrics.ms_ssim import pairwise_ms_ssim
from ..metrics.seams import plane_steps, seam_index
from ..metrics.spectrum import log_spectra, spectrum_distance
from .floors import FEWEST, Distance, Score, Statistic, part_size, score_distance, score_statistic, without_value

PAIRED = 15
"""Volumes of a set, drawn by chance, of which all pairs are compared by MS-SSIM; all where there are fewer."""
NEIGHBOURS = 5
"""k of precision, recall, density and coverage; fewer in small sets."""
HELD_OUT = 4
"""One real volume in so many is kept from the judge of coherence, to judge the judge."""
RELIABLE = 0.75
"""Share of volumes that the judge must be right on."""

Volumes = Sequence[np.ndarray]
Told = Callable[[float], None]
"""Told which share of the metric at hand is done."""


@dataclass(frozen=True)
class Features:
    """Both sets as features (N, ...) and (M, ...)."""

    synthetic: np.ndarray
    real: np.ndarray

    @classmethod
    def of(cls, extract: Extractor, synthetic: Volumes, real: Volumes) -> Features:
        """What an extractor finds in both sets."""
        return cls(extract(synthetic), extract(real))

    def standardised(self) -> Features:
        """Each feature in deviations of the real volumes, so that its unit doesn't weigh, and logarithmic beyond one.

        Without the logarithm a few odd volumes decide: of 60 draws of real hippocampi as synthetic ones, 45 came to
        lie inside the interval of the Frechet distance, and 60 with it.
        """
        mean, deviation = self.real.mean(axis=0), self.real.std(axis=0)
        deviation = np.where(deviation > 1e-6, deviation, 1.0)
        return Features(*(np.arcsinh((of_set - mean) / deviation) for of_set in (self.synthetic, self.real)))

    def distance(self, distance: Distance, seed: int) -> Score:
        """Score a distance of two sets."""
        return score_distance(distance, self.synthetic, self.real, seed)

    def statistic(self, statistic: Statistic, seed: int) -> Score:
        """Score a property of one set."""
        return score_statistic(statistic, self.synthetic, self.real, seed)


def require_enough(synthetic: int, real: int) -> None:
    """Raise InputError unless there are volumes enough for two parts and something beside them."""
    if real < FEWEST or synthetic < 2:
        raise InputError(
            f"An evaluation needs at least 2 synthetic and {FEWEST} real volumes, got {synthetic} and {real}. "
            "Add volumes; a few dozen of each give numbers to rely on."
        )


def measure(
    synthetic: Volumes,
    real: Volumes,
    extractors: Mapping[str, Extractor],
    units_per_window: float,
    seed: int,
    told: Told = lambda share: None,
) -> Iterator[tuple[str, Score]]:
    """The metrics one by one, by name; one that can't be measured says why.

    Args:
        synthetic, real: volumes (D, H, W) in [-1, 1] on one grid.
        extractors: of features, by name; precision and its kin take the first.
        units_per_window: HU, or intensity units, from -1 to 1.
        told: hears how far a metric is that takes long.

    Raises:
        InputError: there are too few volumes.
    """
    require_enough(len(synthetic), len(real))
    found = {name: Features.of(extract, synthetic, real) for name, extract in extractors.items()}
    if "statistics" in found:
        found["statistics"] = found["statistics"].standardised()
    for name, features in found.items():
        yield f"frechet_{name}", replace(features.distance(frechet_distance, seed), note=_sizes(features))
        yield f"mmd_{name}", _kernel_distance(features, seed)
    yield from _neighbourhoods(next(iter(found.values())), seed)
    yield "ms_ssim", _ms_ssim(synthetic, real, seed, told)
    yield "seam_index", _seam_index(synthetic, real, seed)
    yield "coherence", _coherence(synthetic, real, seed, told)
    yield "spectrum_distance", Features.of(log_spectra, synthetic, real).distance(spectrum_distance, seed)
    shares = Features.of(intensity_shares, synthetic, real)
    yield "histogram_wasserstein", shares.distance(partial(histogram_wasserstein, scale=units_per_window / 2), seed)


def _sizes(features: Features) -> str:
    """What the distance was taken of, in words."""
    size, count = part_size(len(features.synthetic), len(features.real)), features.real.shape[1]
    fewer = ", which is exact though these are more" if size < count else ""
    return f"Between sets of {size} volumes, by {count} features{fewer}."


def _kernel_distance(features: Features, seed: int) -> Score:
    bandwidth = median_bandwidth(features.real)
    if bandwidth == 0:
        return without_value("Half of the real volumes are the same.")
    return features.distance(partial(mmd2, bandwidth=bandwidth), seed)


def _neighbourhoods(features: Features, seed: int) -> Iterator[tuple[str, Score]]:
    size = part_size(len(features.synthetic), len(features.real))
    k = min(NEIGHBOURS, size - 1)
    note = "" if k == NEIGHBOURS else f"With {k} neighbours, as the sets are small."
    for name in ("precision", "recall", "density", "coverage"):
        # The name belongs to this turn of the loop.
        score = features.distance(lambda real, fake, name=name: getattr(measure_prdc(real, fake, k), name), seed)
        most = math.inf if name == "density" else 1.0
        yield name, replace(score, interval=_continuous(score.interval, size, most), note=note)


def _continuous(interval: tuple[float, float], size: int, most: float) -> tuple[float, float]:
    """An interval of shares of `size` volumes, half a volume wider: a mean over draws lies between whole ones."""
    low, high = interval
    return max(low - 0.5 / size, 0.0), min(high + 0.5 / size, most)


def _ms_ssim(synthetic: Volumes, real: Volumes, seed: int, told: Told) -> Score:
    """The mean over the pairs of a set. Its features are numbers of volumes, and pairs are looked up by them."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(len(volumes))[:PAIRED] for volumes in (real, synthetic)]
    volumes = [real[place] for place in chosen[0]] + [synthetic[place] for place in chosen[1]]
    first = len(chosen[0])
    pairs = [(a, b) for a, b in combinations(range(len(volumes)), 2) if (a < first) == (b < first)]
    alike = dict(zip(pairs, pairwise_ms_ssim(volumes, pairs, lambda done, total: told(done / total)), strict=True))

    def mean(numbers: np.ndarray) -> float:
        return float(np.mean([alike[a, b] for a, b in combinations(sorted(numbers.tolist()), 2)]))

    return Features(np.arange(first, len(volumes)), np.arange(first)).statistic(mean, seed)


def _seam_index(synthetic: Volumes, real: Volumes, seed: int) -> Score:
    steps = Features.of(plane_steps, synthetic, real)
    score = steps.statistic(lambda of_set: seam_index(of_set)["depth"], seed)
    across = {axis: ratio for axis, ratio in seam_index(steps.synthetic).items() if axis != "depth"}
    note = f"Along height and width, where none meet: {across['height']:.2f} and {across['width']:.2f}."
    return score if score.value is None else replace(score, note=note, details=across)


def _coherence(synthetic: Volumes, real: Volumes, seed: int, told: Told) -> Score:
    order = np.random.default_rng(seed).permutation(len(real))
    kept = set(order[: max(2, len(real) // HELD_OUT)].tolist())
    learned, held_out = ([real[i] for i in range(len(real)) if (i in kept) == out] for out in (False, True))
    try:
        judge = CoherenceClassifier.fit(learned, held_out, seed, lambda done, total: told(done / total))
    except InputError as error:
        return without_value(str(error))
    whole = round(judge.real_share * len(held_out))
    interval = binomtest(whole, len(held_out)).proportion_ci(method="wilson")
    note = f"The judge is right on {judge.accuracy:.0%} of held-out volumes."
    if judge.accuracy < RELIABLE:
        note += " That is too little to rely on; more real volumes would help."
    return Score(
        value=judge.share(synthetic),
        floor=judge.real_share,
        interval=(interval.low, interval.high),
        note=note,
        details={"accuracy": judge.accuracy},
    )
