"""Nearest upsampling and a 3^3 convolution in 27 multiplications for eight voxels, where the plain pair takes 216.

Along one axis, with taps g, the two outputs of voxel x[i] share most of what they multiply (the idea is Winograd's
minimal filtering; Lavin and Gray, CVPR 2016, arXiv 1509.09308):

    g0 x[i-1] + (g1 + g2) x[i]  =  S - g0 (x[i] - x[i-1])
    (g0 + g1) x[i] + g2 x[i+1]  =  S + g2 (x[i+1] - x[i])        with  S = (g0 + g1 + g2) x[i]

Three products of sums of voxels and sums of taps make both. In 3D there are 27, each a matrix product over the
channels.

Shapes: p q r products (or outputs, or taps) along D, H, W; B batch, d h w voxels of the small map, C and C' channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK_BYTES = 16 * 2**20
"""Size of a buffer that is computed at a time, so that it stays near the processor."""

_Rows = tuple[tuple[int, ...], ...]
_Chunk = tuple[slice, slice, slice]

# Rows are what is made, columns what it is made of.
_PRODUCTS_OF_VOXELS: _Rows = ((-1, 1, 0), (0, 1, 0), (0, -1, 1))
_PRODUCTS_OF_TAPS: _Rows = ((-1, 0, 0), (1, 1, 1), (0, 0, 1))
_OUTPUTS_OF_PRODUCTS: _Rows = ((1, 1, 0), (0, 1, 1))


def _transposed(rows: _Rows) -> _Rows:
    return tuple(zip(*rows, strict=True))


def _combine(parts: Sequence[Tensor], rows: _Rows, axis: int) -> Tensor:
    """Sums of equally shaped parts of size 1 along `axis`, one for each row of signs, joined there."""
    shape = list(parts[0].shape)
    shape[axis] = len(rows)
    joined = parts[0].new_empty(shape)
    for index, row in enumerate(rows):
        target = joined.narrow(axis, index, 1)
        # A part that is just added goes first: a pass less.
        terms = sorted(((sign, part) for sign, part in zip(row, parts, strict=True) if sign), key=lambda t: -t[0])
        (sign, total), rest = terms[0], terms[1:]
        if not rest:
            torch.mul(total, sign, out=target)
        for sign, part in rest:
            total = torch.add(total, part, alpha=sign, out=target)
    return joined


def _combine_all(x: Tensor, rows: _Rows) -> Tensor:
    """The same sums along the first three axes."""
    for axis in range(3):
        x = _combine(x.split(1, dim=axis), rows, axis)
    return x


def _products_of_voxels(voxels: Tensor) -> Tensor:
    """(B, d + 2, h + 2, w + 2, C) -> (3, 3, 3, B, d, h, w, C)."""
    x = voxels[None, None, None]
    for axis in range(3):
        count = x.shape[4 + axis] - 2
        x = _combine([x.narrow(4 + axis, place, count) for place in range(3)], _PRODUCTS_OF_VOXELS, axis)
    return x


def _add_to_voxels(products: Tensor, voxels: Tensor) -> None:
    """The transpose of `_products_of_voxels`, added to (B, d + 2, h + 2, w + 2, C)."""
    rows = _transposed(_PRODUCTS_OF_VOXELS)
    for axis in (2, 1, 0):
        count = products.shape[4 + axis]
        parts = _combine(products.split(1, dim=axis), rows, axis).split(1, dim=axis)
        if axis:
            shape = list(parts[0].shape)
            shape[4 + axis] += 2
            products = parts[0].new_zeros(shape)
        else:
            products = voxels[None, None, None]
        for place, part in enumerate(parts):
            products.narrow(4 + axis, place, count).add_(part)


def _products_of_taps(weight: Tensor) -> Tensor:
    """(C', C, 3, 3, 3) -> (27, C', C)."""
    taps = weight.reshape(-1, 27).t().contiguous().view(3, 3, 3, *weight.shape[:2])
    return _combine_all(taps, _PRODUCTS_OF_TAPS).flatten(0, 2)


def _taps_of_products(products: Tensor) -> Tensor:
    """The transpose of `_products_of_taps`."""
    taps = _combine_all(products.unflatten(0, (3, 3, 3)), _transposed(_PRODUCTS_OF_TAPS))
    return taps.view(27, -1).t().reshape(*products.shape[1:], 3, 3, 3)


def _matrices(products: Tensor) -> Tensor:
    """(3, 3, 3, B, d, h, w, C) -> (27, B d h w, C)."""
    return products.flatten(3, 6).flatten(0, 2)


def _chunks(shape: Sequence[int], channels: int) -> Iterator[_Chunk]:
    """Parts of the batch, planes and rows of a map (B, d, h, w): as many at a time as fit into a buffer."""
    batch, depth, height, width = shape
    room = CHUNK_BYTES // (27 * 4 * channels * width)
    rows = min(height, max(1, room))
    planes = min(depth, max(1, room // height))
    volumes = min(batch, max(1, room // (height * depth)))
    for b in range(0, batch, volumes):
        for d in range(0, depth, planes):
            for h in range(0, height, rows):
                yield slice(b, b + volumes), slice(d, min(d + planes, depth)), slice(h, min(h + rows, height))


def _padded(padded: Tensor, chunk: _Chunk) -> Tensor:
    """What a chunk reads of the padded map (B, d + 2, h + 2, w + 2, C)."""
    batch, planes, rows = chunk
    return padded[batch, planes.start : planes.stop + 2, rows.start : rows.stop + 2]


def _outputs(whole: Tensor, chunk: _Chunk) -> Tensor:
    """A chunk's part of the outputs (B, d, 2, h, 2, w, 2, C'), as (2, 2, 2, B, d, h, w, C')."""
    batch, planes, rows = chunk
    return whole[batch, planes, :, rows].permute(2, 4, 6, 0, 1, 3, 5, 7)


class _UpsampleConvolve(torch.autograd.Function):
    """On maps with their channels last."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """x (B, d, h, w, C), weight (C', C, 3, 3, 3) and bias (C') -> (B, 2d, 2h, 2w, C')."""
        ctx.save_for_backward(x, weight)
        batch, d, h, w, _ = x.shape
        whole = x.new_empty(batch, d, 2, h, 2, w, 2, len(weight))
        padded, taps = F.pad(x, (0, 0, 1, 1, 1, 1, 1, 1)), _products_of_taps(weight).transpose(1, 2)
        for chunk in _chunks(x.shape[:4], max(weight.shape[:2])):
            voxels = _products_of_voxels(_padded(padded, chunk))
            products = torch.bmm(_matrices(voxels), taps).view(*voxels.shape[:-1], -1)
            torch.add(_combine_all(products, _OUTPUTS_OF_PRODUCTS), bias, out=_outputs(whole, chunk))
        return whole.view(batch, 2 * d, 2 * h, 2 * w, -1)

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """The gradient (B, 2d, 2h, 2w, C') of the output -> those of x, weight and bias, where they are asked for."""
        x, weight = ctx.saved_tensors
        batch, d, h, w, _ = x.shape
        whole = gradient.contiguous().view(batch, d, 2, h, 2, w, 2, -1)
        for_x, for_weight, for_bias = ctx.needs_input_grad
        padded, taps = F.pad(x, (0, 0, 1, 1, 1, 1, 1, 1)), _products_of_taps(weight)
        to_x, to_taps = torch.zeros_like(padded), torch.zeros_like(taps)
        for chunk in _chunks(x.shape[:4], max(weight.shape[:2])):
            products = _combine_all(_outputs(whole, chunk), _transposed(_OUTPUTS_OF_PRODUCTS))
            rows = _matrices(products)
            if for_weight:
                to_taps.baddbmm_(rows.transpose(1, 2), _matrices(_products_of_voxels(_padded(padded, chunk))))
            if for_x:
                _add_to_voxels(torch.bmm(rows, taps).view(*products.shape[:-1], -1), _padded(to_x, chunk))
        return (
            to_x[:, 1:-1, 1:-1, 1:-1] if for_x else None,
            _taps_of_products(to_taps) if for_weight else None,
            gradient.sum((0, 1, 2, 3)) if for_bias else None,
        )


def upsample_convolve(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Nearest upsampling of x (B, C, D, H, W), then a convolution with (C', C, 3, 3, 3), zero padding and a bias (C').

    Returns (B, C', 2D, 2H, 2W) in channels-last memory.
    """
    return _UpsampleConvolve.apply(x.permute(0, 2, 3, 4, 1), weight, bias).permute(0, 4, 1, 2, 3)
