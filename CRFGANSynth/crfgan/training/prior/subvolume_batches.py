"""What a step of the generator with a prior works on: sub-volumes along one axis, and latents.

Shapes: B batch, n anchors, T the sub-volumes' thickness, P Q the sides of their faces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ...data.augmentation import Augmentation, no_augmentation
from ...networks.shapes import A_STRIDE, a_shape, anchor_volumes, subvolume_planes
from ...randomness import anchor_noise, batch_indices, step_generator
from ..batches import Batches


@dataclass(frozen=True)
class SubvolumeBatch:
    """The data of one step, and all that is random in it."""

    step: int
    axis: int
    """Of all sub-volumes of the step: 0 superior, 1 anterior, 2 right."""
    starts: list[int]
    """(B,) first plane of A of each sub-volume."""
    real: Tensor
    """(B, 1, T, P, Q) of real volumes; the first n are the anchors."""
    anchors: list[int]
    """(n,) indices of the anchors' volumes."""
    latents: Tensor
    """(B, Z) of volumes to be synthesized."""
    anchor_noise: Tensor
    """(n, Z), always the same for a volume: takes the place of scores on components that there aren't."""
    classes: Tensor | None
    """(B,) of the real volumes; the synthesized ones are given the same."""
    augment: Callable[[Tensor, slice], Tensor]
    """The same for real and synthesized sub-volumes."""


class SubvolumeBatches(Batches):
    """The batches of a run, each a function of seed and step."""

    def read(self, step: int) -> SubvolumeBatch:
        """Read the data of a step, draw its random numbers, and move them to the device."""
        training, network, shape = self.config.training, self.config.network, self.dataset.facts.grid.shape
        size, seed, planes = training.batch_size, training.seed, subvolume_planes(shape, network)
        rng = step_generator(seed, step)
        indices = batch_indices(seed, step, size, len(self.dataset))
        latents = torch.randn(size, network.latent, generator=rng)
        axis = int(torch.randint(3, (), generator=rng))
        starts = torch.randint(a_shape(shape)[axis] - planes + 1, (size,), generator=rng).tolist()
        face = tuple(side for number, side in enumerate(shape) if number != axis)
        augment = Augmentation(size, face, rng) if training.augment else no_augmentation
        firsts = [A_STRIDE * start for start in starts]
        real = self.dataset.subvolumes(indices, axis, firsts, A_STRIDE * planes)
        anchors = indices[: anchor_volumes(size)]
        noise = torch.stack([anchor_noise(seed, index, network.latent) for index in anchors])
        classes = self.dataset.classes(indices)
        classes = None if classes is None else classes.to(self.device)
        real, latents, noise = (x.to(self.device) for x in (real, latents, noise))
        return SubvolumeBatch(step, axis, starts, real, anchors, latents, noise, classes, augment)
