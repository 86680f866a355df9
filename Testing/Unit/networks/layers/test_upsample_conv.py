"""The collapsed upsample-convolution equals nearest upsampling and the convolution after it."""

import pytest
import torch
import torch.nn.functional as F
from crfgan.networks.layers import minimal_filtering
from crfgan.networks.layers.upsample_conv import UpsampleConv
from torch import nn

SIZES = [((4, 4, 4), (8, 8, 8)), ((3, 5, 4), (6, 5, 8)), ((4, 3, 4), (7, 6, 4)), ((1, 1, 1), (2, 2, 2))]
SIZES.append(((2, 3, 4), (2, 3, 4)))
CHANNELS = [(6, 5), (66, 64)]
"""Too few for minimal filtering to pay, and enough."""


def plain(module, x, size):
    factors = [2 if target > n else 1 for n, target in zip(x.shape[2:], size, strict=True)]
    upsampled = F.interpolate(x, scale_factor=factors, mode="nearest")
    convolved = F.conv3d(upsampled, module.weight, module.bias, padding=1)
    return convolved[..., : size[0], : size[1], : size[2]]


@pytest.mark.parametrize(("small", "size"), SIZES)
@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("chunk", [4096, 2**24])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_values_and_gradients_equal_the_plain_pair(small, size, channels, chunk, dtype, tolerance, monkeypatch):
    monkeypatch.setattr(minimal_filtering, "CHUNK_BYTES", chunk)
    torch.manual_seed(0)
    module = UpsampleConv(*channels).to(dtype)
    x = torch.randn(2, channels[0], *small, dtype=dtype, requires_grad=True)
    ours, theirs = module(x, size), plain(module, x, size)
    weights = torch.randn_like(ours) / ours.numel() ** 0.5
    torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)
    inputs = [x, module.weight, module.bias]
    for got, expected in zip(
        torch.autograd.grad(ours, inputs, weights), torch.autograd.grad(theirs, inputs, weights), strict=True
    ):
        torch.testing.assert_close(got, expected, rtol=0, atol=tolerance)


def test_state_is_that_of_the_convolution():
    module, convolution = UpsampleConv(3, 4), nn.Conv3d(3, 4, 3, padding=1)
    module.load_state_dict(convolution.state_dict())
    assert torch.equal(module.weight, convolution.weight)
