"""report.json and report.html: what an evaluation leaves behind."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..metrics.histogram import intensity_shares
from ..metrics.seams import SLABS
from ..metrics.spectrum import radial_power
from ..storage.atomic import make_folder, write_whole
from ..version import __version__
from .charts import Curve
from .common_grid import Aligned, VolumeSet
from .page import render_page

JSON, HTML = "report.json", "report.html"
HISTOGRAM_BINS = 128
AVERAGED = 40
"""Volumes of a set that a curve is the mean of, at most."""


def describe(aligned: Aligned, seed: int, title: str, features: Sequence[str], skipped: Sequence[dict]) -> dict:
    """What a report says besides its measurements."""
    grid, units = aligned.grid, aligned.units
    return {
        "title": title,
        "created": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "crfgan": __version__,
        **{name: {"count": len(aligned.sets.get(name, ()))} for name in ("synthetic", "real", "training")},
        "grid": {"shape": grid.shape, "spacing_mm": grid.spacing, "fit": grid.fit},
        "units": {"name": units.name, "low": units.low, "high": units.high},
        "seed": seed,
        "features": list(features),
        "skipped": list(skipped),
        "partial": "",
    }


def write_report(folder: Path, report: Mapping, aligned: Aligned) -> Path:
    """Write both files; returns the path of the page.

    Raises:
        InputError: the folder can't be written.
    """
    make_folder(folder)
    write_whole(folder / JSON, (json.dumps(report, indent=1, allow_nan=False) + "\n").encode())
    page = render_page(report, aligned.sets, _charts(aligned))
    write_whole(folder / HTML, page.encode())
    return folder / HTML


def _charts(aligned: Aligned) -> list[tuple[str, str, Mapping[str, Curve]]]:
    unit = "HU" if aligned.units.name == "HU" else "intensity"
    curves = {
        name: [_histogram(part, aligned), _spectrum(part, aligned), _profile(part)] for name, part in _both(aligned)
    }
    titles = (
        ("Intensities (share of voxels, log10)", unit),
        ("Detail (power, log10)", "cycles per mm"),
        (f"Steps from plane to plane; sub-volumes meet at every {aligned.grid.shape[0] // SLABS}th", "plane"),
    )
    return [
        (title, x, {name: of_set[place] for name, of_set in curves.items()}) for place, (title, x) in enumerate(titles)
    ]


def _both(aligned: Aligned) -> list[tuple[str, VolumeSet]]:
    return [(name, aligned.sets[name]) for name in ("real", "synthetic")]


def _some(part: VolumeSet) -> list[np.ndarray]:
    places = np.linspace(0, len(part) - 1, min(AVERAGED, len(part))).round().astype(int)
    return [part.volumes[place] for place in places]


def _histogram(part: VolumeSet, aligned: Aligned) -> Curve:
    shares = intensity_shares(_some(part)).mean(axis=0).reshape(HISTOGRAM_BINS, -1).sum(axis=1)
    low, high = aligned.units.low, aligned.units.high
    middles = low + (np.arange(HISTOGRAM_BINS) + 0.5) * (high - low) / HISTOGRAM_BINS
    return middles, np.log10(shares + 1e-6)


def _spectrum(part: VolumeSet, aligned: Aligned) -> Curve:
    found = [radial_power(volume, aligned.grid.spacing) for volume in _some(part)]
    return found[0][0], np.mean([np.log10(power + 1e-12) for _, power in found], axis=0)


def _profile(part: VolumeSet) -> Curve:
    steps = np.mean([np.abs(np.diff(volume, axis=0)).mean(axis=(1, 2)) for volume in _some(part)], axis=0)
    return np.arange(1, len(steps) + 1), steps
