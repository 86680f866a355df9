"""The report as one HTML page that needs nothing else: pictures, charts and style are in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...volumes.pictures import contact_sheet, png, thumbnail
from ..common_grid import VolumeSet
from ..summary import summarize
from ..verdicts import BETTER, CLOSE, FAR, LIKE_REAL, METRICS, UNDECIDED, UNKNOWN, Wording, number, verdict
from .charts import Chart, interval_bar, line_chart

SHOWN = 6
"""Volumes of each set, and pairs, that are shown."""
KINDS = {
    LIKE_REAL: "like", BETTER: "better", CLOSE: "close", FAR: "far",
    UNDECIDED: "unknown", UNKNOWN: "unknown",
}  # fmt: skip


def render_page(
    report: Mapping,
    sets: Mapping[str, VolumeSet],
    charts: Sequence[Chart],
) -> str:
    """The page.

    Args:
        report: what report.json says.
        sets: the volumes behind it, `real`, `synthetic`, and `training` where there is an audit.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, undefined=StrictUndefined
    )
    spacing_dhw = report["grid"]["spacing_mm"]
    return environment.get_template("report.html.j2").render(
        report=report,
        summary=summarize(report),
        groups=_groups(report),
        charts=[(chart.title, line_chart(chart)) for chart in charts],
        pictures={name: _sheet(sets[name].volumes, spacing_dhw) for name in ("real", "synthetic")},
        audit={**report["memorisation"], "pictures": _pair_pictures(report, sets, spacing_dhw)},
        facts=_facts(report),
    )


def _groups(report: Mapping) -> list[tuple[str, list[dict]]]:
    groups: dict[str, list[dict]] = {}
    for name, words in METRICS.items():
        if name in report:
            unit = _unit(report) if name == "histogram_wasserstein" else ""
            groups.setdefault(words.group, []).append(_row(name, words, report[name], unit))
    return list(groups.items())


def _unit(report: Mapping) -> str:
    return "HU" if report["units"]["name"] == "HU" else "intensity units"


def _row(name: str, words: Wording, score: Mapping, unit: str) -> dict:
    judged = verdict(name, score)
    measured = judged != UNKNOWN
    return {
        "title": f"{words.title} ({unit})" if unit else words.title,
        "question": words.question,
        "note": score["note"],
        "value": number(score["value"]),
        "floor": number(score["floor"]),
        "bar": interval_bar(score["value"], score["floor"], score["interval"], KINDS[judged]) if measured else "",
        "verdict": judged,
        "kind": KINDS[judged],
    }


def _data_url(content: bytes) -> str:
    return "data:image/png;base64," + b64encode(content).decode()


def _sheet(volumes: Sequence[np.ndarray], spacing_dhw: Sequence[float]) -> str:
    shown = [volumes[index] for index in range(min(SHOWN, len(volumes)))]
    return _data_url(png(contact_sheet([("", shown)], spacing_dhw)))


def _pair_pictures(report: Mapping, sets: Mapping[str, VolumeSet], spacing_dhw: Sequence[float]) -> list[dict]:
    pictures = []
    for pair in sorted(report["memorisation"]["pairs"], key=lambda each: each["distance"])[:SHOWN]:
        synthetic = sets["synthetic"].volumes[sets["synthetic"].names.index(pair["synthetic"])]
        training = sets["training"].volumes[sets["training"].names.index(pair["training"])]
        pictures.append(
            {
                **pair,
                "distance": number(pair["distance"]),
                "synthetic_picture": _data_url(thumbnail(synthetic, spacing_dhw)),
                "training_picture": _data_url(thumbnail(training, spacing_dhw)),
                "difference_picture": _data_url(thumbnail((np.asarray(synthetic) - training) / 2, spacing_dhw)),
            }
        )
    return pictures


def _facts(report: Mapping) -> list[tuple[str, str]]:
    grid, units = report["grid"], report["units"]
    shape, spacing = (" x ".join(f"{side:.3g}" for side in grid[name]) for name in ("shape", "spacing_mm"))
    unit = "HU" if units["name"] == "HU" else "arbitrary units, each volume by its own percentiles"
    counts = [f"{report[name]['count']} {name}" for name in ("synthetic", "real", "training") if report[name]["count"]]
    return [
        ("Volumes", ", ".join(counts)),
        ("One grid for all", f"{shape} voxels of {spacing} mm, brought there as training volumes are ({grid['fit']})"),
        ("Window", f"{units['low']:.4g} to {units['high']:.4g}, {unit}"),
        ("Seed of all draws", str(report["seed"])),
        ("Feature networks", ", ".join(report["features"])),
        ("Software", f"crfgan {report['crfgan']}"),
        ("Keep it safe", "This page shows real volumes: treat it as you treat those."),
    ]
