"""What a report says first: what is wrong and how badly; and what so few volumes can't tell."""

from functools import cache

import numpy as np
import pytest
from crfgan.evaluation.measure import measure
from crfgan.evaluation.summary import summarize
from crfgan.evaluation.verdicts import LIKE_REAL, UNDECIDED, verdict
from crfgan.metrics.classifiers import coherence
from crfgan.metrics.features.statistics import Statistics
from crfgan.phantoms import make_head
from scipy.ndimage import gaussian_filter, uniform_filter1d

COUNT = 16


@cache
def heads():
    """Twice as many as a set has, (N, 32, 32, 32) in [-1, 1]."""
    found = np.stack([make_head(seed, (32, 32, 32)).image.array for seed in range(2 * COUNT)])
    return np.clip(found / np.percentile(found, 99) * 2 - 1, -1, 1).astype(np.float32)


@cache
def summary_of(spoil):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coherence, "STEPS", 1)  # the judge has tests of its own
        synthetic = spoil(heads()[COUNT:]).astype(np.float32)
        scores = measure(list(heads()[:COUNT]), list(synthetic), {"statistics": Statistics()}, 255.0, 0)
        return summarize({name: score.to_dict() for name, score in scores})


def real(volumes):
    return volumes


def blurred(volumes):
    return np.array([gaussian_filter(volume, 0.8) for volume in volumes])


def streaked(volumes):
    return uniform_filter1d(volumes, 5, axis=1)


def noisy(volumes):
    return volumes + 0.08 * np.random.default_rng(0).standard_normal(volumes.shape)


def collapsed(volumes):
    return volumes[:1] + 0.01 * np.random.default_rng(0).standard_normal(volumes.shape)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (blurred, "They are blurred: edges from "),
        (streaked, "They are streaked from head to foot: "),
        (noisy, "They are noisy: edges from "),
        (collapsed, "They differ too little from one another."),
    ],
)
def test_sixteen_spoilt_volumes_get_no_kind_word(spoil, sentence):
    found = summary_of(spoil)
    assert found.startswith("A simple classifier tells ")
    assert sentence in found
    assert found.index(sentence) < found.index("measures tell them from real volumes")


def test_sixteen_real_ones_are_praised_no_further_than_is_known():
    found = summary_of(real)
    assert "tell them from real volumes" not in found and "classifier" not in found
    assert "of 14 find no difference." in found
    assert "can't know from so few volumes: 30 real and 30 synthetic ones are enough." in found


@pytest.mark.parametrize(
    ("subset", "accuracy", "expected"),
    [(5, 1.0, UNDECIDED), (10, 1.0, LIKE_REAL), (None, 1.0, LIKE_REAL), (None, 0.6, UNDECIDED)],
)
def test_to_find_nothing_wrong_counts_only_where_something_could_be_found(subset, accuracy, expected):
    score = {"value": 1.0, "interval": (0.5, 1.5), "subset": subset, "accuracy": accuracy}
    assert verdict("coherence", score) == expected


@pytest.mark.parametrize(
    ("name", "score", "sentence"),
    [
        (
            "classifier",
            {"value": 0.97, "interval": (0.3, 0.7)},
            "A simple classifier tells 97% of them from real volumes rightly, where chance gives 50%.",
        ),
        (
            "edges",
            {"value": 0.6, "interval": (0.9, 1.1), "depth": 0.9, "height": 0.6, "width": 0.8},
            "They are blurred: edges from front to back are 40% weaker than in real volumes.",
        ),
        (
            "edges",
            {"value": 1.3, "interval": (0.9, 1.1), "depth": 1.1, "height": 1.1, "width": 1.3},
            "They are noisy: edges from side to side are 30% stronger than in real volumes.",
        ),
        (
            "streaks",
            {"value": 0.7, "interval": (0.95, 1.0), "depth": 0.7, "height": 1.2, "width": 1.2},
            "They are streaked from head to foot: 30% less changes along that axis than in real volumes.",
        ),
        ("ms_ssim", {"value": 0.9, "interval": (0.6, 0.7)}, "They differ too little from one another."),
        ("ms_ssim", {"value": 0.4, "interval": (0.6, 0.7)}, "They differ more from one another than real ones do."),
        ("seam_index", {"value": 2.5, "interval": (0.9, 1.1)}, "Steps show where sub-volumes meet."),
        (
            "seam_index",
            {"value": 0.5, "interval": (0.9, 1.1)},
            "Planes where sub-volumes meet are smoother than others.",
        ),
        ("coherence", {"value": 0.1, "interval": (0.7, 0.9)}, "Parts of a volume don't fit together."),
    ],
)
def test_the_summary_says_in_plain_words_what_is_wrong(name, score, sentence):
    assert summarize({name: score}) == f"{sentence} 1 of 1 measures tell them from real volumes."
