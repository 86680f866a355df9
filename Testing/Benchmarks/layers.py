"""The three ways of an upsampling layer, alternating: plain, one collapsed convolution, minimal filtering."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from unittest import mock

import torch
from crfgan.networks.layers import upsample_conv
from crfgan.networks.layers.memory_format import arranged
from crfgan.networks.layers.upsample_conv import UpsampleConv
from plain import upsample_then_convolve
from torch import Tensor

LAYERS = [
    (4, 512, 512, (4, 4, 4)),
    (4, 512, 256, (8, 8, 8)),
    (2, 256, 128, (16, 16, 16)),
    (2, 128, 64, (32, 32, 32)),
    (2, 64, 32, (10, 64, 64)),
]
"""Batch, channels in and out, and size of the small map; the last one is G^H's at 256^3."""
ROUNDS = 5


def seconds(layer: Callable[[Tensor], Tensor], x: Tensor, parameters: list[Tensor]) -> float:
    """Time of a layer's forward and backward pass."""
    begin = time.perf_counter()
    y = layer(x)
    torch.autograd.grad(y, [x, *parameters], torch.ones_like(y))
    return time.perf_counter() - begin


def main() -> None:
    print(f"{'layer':<34}{'plain ms':>10}{'collapsed':>12}{'minimal filtering':>20}")
    for batch, channels, outputs, size in LAYERS:
        module = UpsampleConv(channels, outputs)
        x = torch.randn(batch, channels, *size)
        ways = {
            "plain": (x.clone().requires_grad_(), 0, lambda x, m=module: upsample_then_convolve(m, x)),
            "collapsed": (arranged(x).requires_grad_(), 10**9, module),
            "minimal": (arranged(x).requires_grad_(), 0, module),
        }
        rounds = []
        for _ in range(ROUNDS + 1):
            times = {}
            for name, (each, large, layer) in ways.items():
                with mock.patch.object(upsample_conv, "LARGE", large):
                    times[name] = 1000 * seconds(layer, each, list(module.parameters()))
            rounds.append(times)
        medians = [statistics.median(times[name] for times in rounds[1:]) for name in ways]
        title = f"{batch} x {channels} -> {outputs}, {' x '.join(map(str, size))}"
        print(f"{title:<34}{medians[0]:>10.0f}{medians[1]:>12.0f}{medians[2]:>20.0f}", flush=True)


if __name__ == "__main__":
    main()
