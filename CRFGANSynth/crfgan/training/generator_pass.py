"""The memory-saving pass of the generator: its values for all four networks, and the way back for G's own gradients.

Shapes: B batch, b a part of it, C channels, D H W = superior, anterior, right; d h w the same at a quarter of the
resolution. See docs/adr/0013.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor

from ..hardware.memory import release_freed_memory
from ..networks.generator import Generator
from ..networks.shapes import a_shape, slab_planes
from ..networks.windows import add_windows, windows
from .batches import Batch
from .optimizer import EarlyAdam

LARGE = 2**25
"""Bytes of A from which freed memory is released in a step: the allocator takes what is smaller from its own store."""


@dataclass(frozen=True)
class Part:
    """Some volumes of a batch on their way through the generator: as many as its backward pass has memory for."""

    generator: Generator
    autocast: Callable[[], AbstractContextManager]
    batch: Batch
    volumes: slice
    """Which of the batch."""

    @property
    def neighbours(self) -> list[int]:
        """(b,) first plane of A that G^H reads for each slab."""
        return self.batch.neighbours[self.volumes]

    def features(self) -> Tensor:
        """A (b, C, d, h, w)."""
        classes = None if self.batch.classes is None else self.batch.classes[self.volumes]
        with self.autocast():
            return self.generator.features(self.batch.latents[self.volumes], classes)

    def render(self, a: Tensor) -> tuple[Tensor, Tensor]:
        """The planes of A that G^H reads, cut off from its graph, and the slabs (b, 1, D/8, H, W) made of them."""
        shape = self.generator.shape
        planes = windows(a.detach(), self.neighbours, slab_planes(shape) + 2)
        planes.requires_grad_(torch.is_grad_enabled())
        with self.autocast():
            slabs = self.generator.render(planes, self.neighbours, a_shape(shape)[0])
        return planes, slabs.to(self.batch.real_slabs.dtype)


class GeneratorPass:
    """What the generator makes of a batch, as values without a graph; `backward` takes their gradients to its weights.

    The graph of G^H is not kept: rendering is quick, and its maps would lie in memory while D learns. That of G^A is
    kept where the whole batch is one part.

    Attributes:
        a: (B, C, d, h, w).
        slabs: (B, 1, D/8, H, W).
    """

    def __init__(self, parts: list[Part]):
        self.parts = parts
        is_whole = len(parts) == 1
        with torch.set_grad_enabled(is_whole):
            features = [part.features() for part in parts]
        with torch.no_grad():
            slabs = [part.render(a)[1] for part, a in zip(parts, features, strict=True)]
        self._with_graph = features if is_whole else []
        self.a = (features[0].detach() if is_whole else torch.cat(features)).requires_grad_()
        self.slabs = torch.cat(slabs).requires_grad_()

    def backward(self, optimizer: EarlyAdam) -> None:
        """Take `slabs.grad`, and `a.grad` where there is one, to G's weights, which `optimizer` updates; once only."""
        if self.a.nbytes >= LARGE:
            release_freed_memory()
        *first, last = self.parts
        with optimizer.held():
            for part in first:
                self._backward(part)
        self._backward(last)

    def _backward(self, part: Part) -> None:
        a = self._with_graph.pop() if self._with_graph else part.features()
        gradient = [self._gradient(part, a)]
        # Handed over by a hook, the gradient is let go of once it is used: it is as large as A.
        a.register_hook(lambda _: gradient.pop())
        a.backward(a.new_zeros(()).expand_as(a))

    def _gradient(self, part: Part, a: Tensor) -> Tensor:
        """The gradient with respect to A (b, C, d, h, w) of a part: its own, and that of the slabs by way of G^H."""
        planes, slabs = part.render(a)
        slabs.backward(self.slabs.grad[part.volumes])
        gradient = torch.zeros_like(a) if self.a.grad is None else self.a.grad[part.volumes]
        if part is self.parts[-1]:
            self.slabs.grad = self.a.grad = None
        add_windows(gradient, part.neighbours, planes.grad)
        return gradient
