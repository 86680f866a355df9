"""report.json and report.html: what an evaluation leaves behind."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..metrics.histogram import intensity_shares
from ..metrics.seams import SLABS
from ..metrics.spectrum import POWER_FLOOR, radial_power
from ..storage.atomic import make_folder, sweep, write_whole
from ..storage.manifest import Manifest
from ..version import __version__
from .common_grid import ResampledSets, VolumeSet
from .page.charts import Chart, Curve
from .page.page import render_page

JSON, HTML = "report.json", "report.html"
HISTOGRAM_BINS = 128
CURVE_VOLUMES = 40
"""Volumes of a set that a curve is the mean of, at most."""


def report_header(
    resampled: ResampledSets, seed: int, title: str, features: Sequence[str], skipped: Sequence[dict]
) -> dict:
    """What a report says besides its measurements."""
    grid, units = resampled.grid, resampled.units
    return {
        "title": title,
        "created": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "crfgan": __version__,
        **{name: {"count": len(resampled.sets.get(name, ()))} for name in ("synthetic", "real", "training")},
        "grid": {"shape": grid.shape, "spacing_mm": grid.spacing, "fit": grid.fit},
        "units": {"name": units.name, "low": units.low, "high": units.high},
        "seed": seed,
        "features": list(features),
        "skipped": list(skipped),
        "partial": "",
    }


def write_report(folder: Path, results: Mapping, resampled: ResampledSets) -> Path:
    """Write both files; returns the path of the page.

    Raises:
        InputError: see `require_place`.
    """
    manifest = require_place(folder)
    page = render_page(results, resampled.sets, _charts(resampled))
    with manifest.writing(JSON, HTML):
        write_whole(folder / JSON, (json.dumps(results, indent=1, allow_nan=False) + "\n").encode())
        write_whole(folder / HTML, page.encode(errors="backslashreplace"))
    return folder / HTML


def require_place(folder: Path) -> Manifest:
    """Make a folder for a report; returns what was made there before.

    Raises:
        InputError: it can't be written, or holds other files in the place of a report's.
    """
    sweep(make_folder(folder))
    manifest = Manifest(folder, "report")
    manifest.require_free((JSON, HTML))
    return manifest


def _charts(resampled: ResampledSets) -> list[Chart]:
    unit = "HU" if resampled.units.name == "HU" else "intensity"
    curves = {
        name: [_histogram(volume_set, resampled), _spectrum(volume_set, resampled), _step_profile(volume_set)]
        for name, volume_set in _real_and_synthetic(resampled)
    }
    titles = (
        ("Intensities (share of voxels, log10)", unit),
        ("Detail (power, log10)", "cycles per mm"),
        (f"Steps from plane to plane; sub-volumes meet at every {resampled.grid.shape[0] // SLABS}th", "plane"),
    )
    return [
        Chart(title, x_title, {name: of_set[index] for name, of_set in curves.items()})
        for index, (title, x_title) in enumerate(titles)
    ]


def _real_and_synthetic(resampled: ResampledSets) -> list[tuple[str, VolumeSet]]:
    return [(name, resampled.sets[name]) for name in ("real", "synthetic")]


def _evenly_chosen(volume_set: VolumeSet) -> list[np.ndarray]:
    indices = np.linspace(0, len(volume_set) - 1, min(CURVE_VOLUMES, len(volume_set))).round().astype(int)
    return [volume_set.volumes[index] for index in indices]


def _histogram(volume_set: VolumeSet, resampled: ResampledSets) -> Curve:
    shares = intensity_shares(_evenly_chosen(volume_set)).mean(axis=0).reshape(HISTOGRAM_BINS, -1).sum(axis=1)
    low, high = resampled.units.low, resampled.units.high
    middles = low + (np.arange(HISTOGRAM_BINS) + 0.5) * (high - low) / HISTOGRAM_BINS
    return middles, np.log10(shares + 1e-6)


def _spectrum(volume_set: VolumeSet, resampled: ResampledSets) -> Curve:
    spectra = [radial_power(volume, resampled.grid.spacing) for volume in _evenly_chosen(volume_set)]
    frequencies = spectra[0][0]
    return frequencies, np.mean([np.log10(power + POWER_FLOOR) for _, power in spectra], axis=0)


def _step_profile(volume_set: VolumeSet) -> Curve:
    steps = np.mean(
        [np.abs(np.diff(volume, axis=0)).mean(axis=(1, 2)) for volume in _evenly_chosen(volume_set)], axis=0
    )
    return np.arange(1, len(steps) + 1), steps
