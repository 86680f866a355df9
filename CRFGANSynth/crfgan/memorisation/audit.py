"""Whether synthetic volumes are copies of training volumes, by how close real volumes of other patients come to these.

The rule: a synthetic volume is flagged where it is closer to a training volume than the 5th percentile of held-out
real volumes is. Generators of medical volumes do copy (Dar et al., arXiv 2402.01054), and held-out volumes tell what
is close (Meehan et al., A Non-Parametric Test to Detect Data-Copying, AISTATS 2020): a new volume and a held-out one
go through the same search, so that without copying they are exchangeable, and a rank among the held-out distances is
a conformal p-value (Vovk et al., Algorithmic Learning in a Random World, 2005).

The 5th percentile of few distances is itself uncertain. Rank 0.05 (m + 1) of m would be right on average over many
held-out sets, but a user has one. So the threshold is the largest held-out distance that lies below the true
percentile with 95% confidence (Wilks 1941; Vovk, Conditional Validity of Inductive Conformal Predictors, 2012). From
59 held-out volumes on there is such a one. With fewer the smallest distance serves, and on average 1 in m + 1 new
volumes is flagged by chance: more than the nominal rate with fewer than 19.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.stats import binom, hypergeom

from ..errors import InputError
from .alignment import CELLS, Match, Templates

NOMINAL_RATE = 0.05
"""Share of new volumes, not copies, that may be flagged."""
CONFIDENCE = 0.95
"""Certainty that no greater share is, where there are held-out volumes enough; and that more than chance is at work."""
EVIDENT = 0.25
"""A distance of less than this share of the median held-out one is a copy's, whatever chance gives. In random splits
of real hippocampi, of head and of chest phantoms no new volume came below 0.41; flipped and shifted copies are at 0,
those with noise of 0.3 (of intensities from -1 to 1) mostly at 0.1 to 0.2."""
SAME = 0.05
"""A distance under which a held-out volume is a training volume, though most of them should be."""

OnProgress = Callable[[int, int], None]
"""Called with how many volumes are done, and of how many."""


@dataclass(frozen=True)
class Pair:
    """A synthetic volume and the training volume closest to it, by their indices in their sets."""

    training: int
    synthetic: int
    distance: float
    """As of `alignment.Match`: 0 is a copy, near 1 is no closer than any training volume."""
    flagged: bool
    """Whether it is closer than the threshold."""


@dataclass(frozen=True)
class Audit:
    """What was found about a set of synthetic volumes."""

    pairs: tuple[Pair, ...]
    """One for each synthetic volume, in their order."""
    threshold: float | None
    """Distance below which a volume is flagged; None without held-out volumes."""
    held_out: tuple[float, ...]
    """Distance of each held-out volume to the training volume closest to it."""

    @property
    def flagged(self) -> int:
        """How many synthetic volumes are closer than the threshold."""
        return sum(pair.flagged for pair in self.pairs)

    @property
    def reference_count(self) -> int:
        """How many held-out volumes it was judged by: those that aren't copies themselves."""
        return len(reference_distances(self.held_out))

    @property
    def expected(self) -> float:
        """How many would be flagged by chance if none was a copy, on average; 0 without held-out volumes."""
        count = self.reference_count
        return len(self.pairs) * threshold_rank(count) / (count + 1) if count else 0.0

    @property
    def chance_explains(self) -> bool:
        """Whether as many flagged volumes, none of them evidently a copy, are to be expected of new ones."""
        evident = EVIDENT * float(np.median(self.held_out)) if self.held_out else np.inf
        if min(pair.distance for pair in self.pairs) < evident:
            return False
        return flags_p_value(self.reference_count, len(self.pairs), self.flagged) > 1 - CONFIDENCE

    def sentence(self) -> str:
        """The finding in words, for someone who decides whether to share the volumes."""
        total = _volumes(len(self.pairs))
        if self.threshold is None:
            return (
                f"Whether {total} are copies can't be told without held-out real volumes. "
                "Compare each with the closest training volume."
            )
        return " ".join([self._finding(total), *self._cautions()])

    def _finding(self, total: str) -> str:
        if not self.flagged:
            return f"None of {total} is closer to a training volume than real volumes of other patients are."
        chance = f"{self.expected:.0f}" if self.expected >= 1 else "fewer than 1"
        if self.chance_explains:
            close = "as close to a training volume as the closest real volumes of other patients"
            why = f"That may be chance, which gives {chance} on average."
            return f"Of {total}, {self.flagged} came {close}. {why} {_ADVICE}"
        alike = "looks like a copy" if self.flagged == 1 else "look like copies"
        return f"Of {total}, {self.flagged} {alike}; chance gives {chance}. {_ADVICE}"

    def _cautions(self) -> Iterator[str]:
        held_out, needed = _volumes(len(self.held_out), "held-out"), ceil(1 / NOMINAL_RATE) - 1
        leaked = len(self.held_out) - self.reference_count
        if leaked:
            yield f"Not counted: {leaked} of {held_out}, too close to training volumes to be of other patients."
        if self.reference_count < needed:
            yield f"With only {held_out} chance flags 1 in {self.reference_count + 1}; hold out {needed} or more."


_ADVICE = "Compare them with their training volumes before you share them."


def _volumes(count: int, kind: str = "synthetic") -> str:
    return f"{count} {kind} volume{'s' * (count != 1)}"


def reference_distances(held_out: Sequence[float]) -> np.ndarray:
    """The held-out distances from the smallest on, without those of copies of training volumes.

    A patient on both sides, or a volume that is there twice, would else lower the threshold until nothing is flagged.
    """
    ordered = np.sort(held_out)
    return ordered[ordered >= max(EVIDENT * np.median(ordered), SAME)] if len(ordered) else ordered


def threshold_rank(held_out: int) -> int:
    """Which of `held_out` distances, counted from the smallest as 1, is the threshold.

    The k-th smallest of m lies above the percentile where fewer than k of them lie below it, which is binomial. The
    greatest k is taken for which that is unlikely; 1 where it never is.
    """
    return max(int(binom.ppf(1 - CONFIDENCE, held_out, NOMINAL_RATE)), 1)


def flags_p_value(held_out: int, synthetic: int, flagged: int) -> float:
    """Probability that this many or more of `synthetic` are flagged though all are exchangeable with the held-out.

    They are where fewer held-out volumes than the threshold's rank are among the `flagged` + rank - 1 closest of all,
    which is hypergeometric and takes into account that the threshold is drawn by chance, too.
    """
    rank = threshold_rank(held_out)
    return float(hypergeom.cdf(rank - 1, held_out + synthetic, held_out, flagged + rank - 1))


def flag_copies(held_out: Sequence[float], matches: Sequence[Match]) -> Audit:
    """Flag the matches of synthetic volumes by the distances of held-out ones."""
    ordered = reference_distances(held_out)
    threshold = float(ordered[threshold_rank(len(ordered)) - 1]) if len(ordered) else None
    pairs = tuple(
        Pair(match.index, index, match.distance, flagged=threshold is not None and match.distance < threshold)
        for index, match in enumerate(matches)
    )
    return Audit(pairs, threshold, tuple(map(float, held_out)))


def audit(
    training: Sequence[np.ndarray],
    held_out: Sequence[np.ndarray],
    synthetic: Sequence[np.ndarray],
    progress: OnProgress = lambda done, total: None,
) -> Audit:
    """Compare synthetic volumes with the training set, and held-out real volumes of other patients in the same way.

    Args:
        training: two or more arrays (D, H, W), each taken when it is needed.
        held_out: none or more, of the same shape.
        synthetic: one or more, of the same shape.

    Raises:
        InputError: volumes are missing, differ in shape or have values that aren't finite.
    """
    _require_enough(synthetic, 1, "synthetic")
    _require_enough(training, 2, "training")
    shape, done, total = np.shape(training[0]), 0, len(training) + len(held_out) + len(synthetic)

    def each(volumes: Sequence[np.ndarray], kind: str) -> Iterator[np.ndarray]:
        nonlocal done
        for index in range(len(volumes)):
            yield _checked(volumes[index], f"{kind}[{index}]", shape)
            done += 1
            progress(done, total)

    templates = Templates(each(training, "training"))
    distances = [templates.match(volume).distance for volume in each(held_out, "held_out")]
    return flag_copies(distances, [templates.match(volume) for volume in each(synthetic, "synthetic")])


def _require_enough(volumes: Sequence[np.ndarray], least: int, kind: str) -> None:
    if len(volumes) < least:
        raise InputError(f"`{kind}` must have {least} or more volumes, got {len(volumes)}. Add volumes to compare.")


def _checked(volume: np.ndarray, name: str, shape: tuple[int, ...]) -> np.ndarray:
    got = np.shape(volume)
    if got != shape or len(got) != 3 or any(n == 0 or n % CELLS for n in got):
        raise InputError(
            f"`{name}` must have three sides, multiples of {CELLS}, the same as all others, got {got}. "
            "Bring all volumes onto the training grid."
        )
    not_finite = int(np.count_nonzero(~np.isfinite(volume)))
    if not_finite:
        raise InputError(
            f"`{name}` must have finite values only, got {not_finite} that aren't. Leave it out, or mend it."
        )
    return volume
