"""Adam without a first moment takes the steps of PyTorch's Adam(0, 0.999)."""

import copy

import pytest
import torch
from crfgan.training.optimizer import CHUNK, EarlyAdam
from torch import nn


@pytest.fixture
def networks():
    torch.manual_seed(0)
    ours = nn.Sequential(nn.Linear(5, 300), nn.ReLU(), nn.Linear(300, CHUNK // 200)).double()
    return ours, copy.deepcopy(ours)


def test_steps_equal_those_of_adam(networks):
    ours, theirs = networks
    EarlyAdam(ours.parameters(), lr=1e-2)
    adam = torch.optim.Adam(theirs.parameters(), lr=1e-2, betas=(0.0, 0.999))
    for _ in range(20):
        x = torch.randn(4, 5, dtype=torch.float64)
        ours(x).square().mean().backward()
        adam.zero_grad()
        theirs(x).square().mean().backward()
        adam.step()
    for got, expected in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)


def test_no_gradient_and_no_first_moment_is_kept(networks):
    ours, _ = networks
    optimizer = EarlyAdam(ours.parameters(), lr=1e-2)
    ours(torch.randn(4, 5, dtype=torch.float64)).sum().backward()
    assert all(parameter.grad is None for parameter in ours.parameters())
    assert {name for state in optimizer.state.values() for name in state} == {"step", "exp_avg_sq"}


def test_held_gradients_add_up_to_one_step(networks):
    ours, theirs = networks
    optimizer, whole = EarlyAdam(ours.parameters(), lr=1e-2), EarlyAdam(theirs.parameters(), lr=1e-2)
    x = torch.randn(6, 5, dtype=torch.float64)
    with optimizer.held():
        ours(x[:4]).sum().backward()
    ours(x[4:]).sum().backward()
    theirs(x).sum().backward()
    for got, expected in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)
    assert all(float(state["step"]) == 1 for each in (optimizer, whole) for state in each.state.values())
