"""Charts of the report: every curve and bar lies inside its picture, and a flat one is borne."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from crfgan.evaluation.page.charts import BAR_WIDTH, Chart, interval_bar, line_chart


def places(markup, names):
    return [float(number) for name in names for number in re.findall(rf'\b{name}="(-?[\d.]+)"', markup)]


@pytest.mark.parametrize("real", [[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]], ids=["rising", "flat"])
def test_a_chart_is_well_formed_and_its_curves_lie_inside(real):
    x = [0.0, 1.0, 2.0]
    chart = line_chart(Chart("Power", "mm", {"real": (x, real), "synthetic": (x, [2.0, 0.5, 9.0])}))
    root = ElementTree.fromstring(str(chart))
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    points = np.array([float(n) for found in re.findall(r'points="([^"]+)"', chart) for n in re.split(r"[ ,]+", found)])
    assert len(points) == 12
    assert points[::2].min() >= 0 and points[::2].max() <= width
    assert points[1::2].min() >= 0 and points[1::2].max() <= height


@pytest.mark.parametrize("value", [-50.0, 0.5, 80.0])
def test_a_bar_shows_its_value_however_far_it_lies_from_the_interval(value):
    bar = str(interval_bar(value, 0.5, (0.4, 0.6), "far"))
    ElementTree.fromstring(bar)
    found = places(bar, ("cx", "x", "x1", "x2"))
    assert found and min(found) >= 0 and max(found) <= BAR_WIDTH
