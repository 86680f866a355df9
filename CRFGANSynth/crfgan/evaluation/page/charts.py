"""Small drawings for a report, as SVG that takes the page's colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jinja2 import Environment
from markupsafe import Markup

WIDTH, HEIGHT = 440, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 36
BAR_WIDTH, BAR_HEIGHT = 150, 18
TICKS = 4

_CHART = Environment(autoescape=True).from_string("""\
<svg viewBox="0 0 {{ width }} {{ height }}" role="img" aria-label="{{ title }}" class="chart">
{%- for place, text in x_ticks %}
<line x1="{{ place }}" x2="{{ place }}" y1="{{ top }}" y2="{{ bottom }}" class="grid"/>
<text x="{{ place }}" y="{{ bottom + 14 }}" class="tick" text-anchor="middle">{{ text }}</text>
{%- endfor %}
{%- for place, text in y_ticks %}
<line x1="{{ left }}" x2="{{ right }}" y1="{{ place }}" y2="{{ place }}" class="grid"/>
<text x="{{ left - 6 }}" y="{{ place + 4 }}" class="tick" text-anchor="end">{{ text }}</text>
{%- endfor %}
{%- for points in curves %}
<polyline points="{{ points }}" class="curve curve{{ loop.index }}"/>
{%- endfor %}
<text x="{{ (left + right) / 2 }}" y="{{ height - 4 }}" class="tick" text-anchor="middle">{{ x_title }}</text>
</svg>""")

_BAR = Environment(autoescape=True).from_string("""\
<svg viewBox="0 0 {{ width }} {{ height }}" class="bar" role="img" aria-label="{{ label }}">
<line x1="0" x2="{{ width }}" y1="{{ middle }}" y2="{{ middle }}" class="grid"/>
<rect x="{{ low }}" width="{{ [high - low, 2] | max }}" y="3" height="{{ height - 6 }}" class="interval"/>
<line x1="{{ floor }}" x2="{{ floor }}" y1="3" y2="{{ height - 3 }}" class="floor"/>
<circle cx="{{ value }}" cy="{{ middle }}" r="5" class="value {{ kind }}"/>
</svg>""")

Curve = tuple[Sequence[float], Sequence[float]]
"""x and y of its points."""


class Chart(NamedTuple):
    """Curves by name, the real one first: the page's style gives each its colour by its place."""

    title: str
    x_title: str
    curves: Mapping[str, Curve]


def line_chart(chart: Chart) -> Markup:
    """The curves of a chart over one pair of axes."""
    curves = chart.curves
    x = np.concatenate([np.asarray(curve[0], float) for curve in curves.values()])
    y = np.concatenate([np.asarray(curve[1], float) for curve in curves.values()])
    across, down = _scale(x, LEFT, WIDTH - RIGHT), _scale(y, HEIGHT - BOTTOM, TOP)
    points = [
        " ".join(f"{across(a):.1f},{down(b):.1f}" for a, b in zip(*curve, strict=True)) for curve in curves.values()
    ]
    return Markup(
        _CHART.render(
            title=chart.title,
            x_title=chart.x_title,
            curves=points,
            x_ticks=[(across(v), f"{v:.3g}") for v in np.linspace(x.min(), x.max(), TICKS + 1)],
            y_ticks=[(down(v), f"{v:.3g}") for v in np.linspace(y.min(), y.max(), TICKS)],
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            right=WIDTH - RIGHT,
            top=TOP,
            bottom=HEIGHT - BOTTOM,
        )
    )


def interval_bar(value: float, floor: float, interval: tuple[float, float], kind: str) -> Markup:
    """A value as a dot beside the floor, a line, and its interval, a box."""
    place = _scale(np.array([value, floor, *interval]), 8, BAR_WIDTH - 8)
    low, high = interval
    return Markup(
        _BAR.render(
            label=f"{value:.3g}; real volumes {low:.3g} to {high:.3g}",
            value=place(value),
            floor=place(floor),
            low=place(low),
            high=place(high),
            kind=kind,
            width=BAR_WIDTH,
            height=BAR_HEIGHT,
            middle=BAR_HEIGHT / 2,
        )
    )


def _scale(values: np.ndarray, first: float, last: float) -> Callable[[float], float]:
    """A function from values to places between `first` and `last`."""
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    return lambda value: round(first + (value - low) / span * (last - first), 1)
