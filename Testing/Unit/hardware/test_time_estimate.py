"""Time is operations over the speed of the device."""

import pytest
import torch
from crfgan.config import PRESETS, Network
from crfgan.hardware import time_estimate
from crfgan.hardware.time_estimate import step_operations, step_seconds, synthesis_operations, synthesis_seconds

CPU = torch.device("cpu")
SMALL = PRESETS["published-64"]


@pytest.fixture
def speed(monkeypatch):
    """Operations a second of the device."""
    monkeypatch.setattr(time_estimate, "measure_speed", lambda device: 1e9)
    return 1e9


def test_a_step_takes_its_operations_and_a_third_more_where_the_batch_is_divided(speed):
    whole = step_seconds(SMALL, CPU, SMALL.training.batch_size)
    assert whole == pytest.approx(time_estimate.OVERHEAD * step_operations(SMALL) / speed)
    assert step_seconds(SMALL, CPU, 1) == pytest.approx(4 / 3 * whole)


def test_operations_grow_with_batch_width_and_shape(speed):
    assert step_operations(SMALL.override(batch_size=8)) == pytest.approx(2 * step_operations(SMALL))
    assert step_operations(SMALL.override(crf="none")) < step_operations(SMALL)
    network, shape = SMALL.network, SMALL.preprocessing.shape
    assert synthesis_operations(Network(width=128), shape) > 3 * synthesis_operations(network, shape)
    assert synthesis_seconds(network, (128, 128, 128), CPU) > synthesis_seconds(network, shape, CPU)


def test_with_a_prior_operations_grow_with_width_and_sub_volume(speed):
    config = SMALL.override(prior=True, crf="none", width=32, subvolumes=4)
    assert step_operations(config.override(width=64)) > 2 * step_operations(config)
    assert step_operations(config.override(subvolumes=2)) > step_operations(config)
    assert step_operations(config) < step_operations(SMALL) / 4


def test_the_speed_of_this_machine_is_measured_once():
    assert time_estimate.measure_speed(CPU) == time_estimate.measure_speed(CPU) > 1e6
