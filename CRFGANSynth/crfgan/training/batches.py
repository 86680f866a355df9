"""What a training step works on: volumes, latents and all that is random, read before it is needed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..config import Config
from ..data.augmentation import Augmentation
from ..data.dataset import Dataset
from ..networks.shapes import A_STRIDE, a_shape, slab_planes
from ..randomness import batch_indices, step_generator
from .losses import crf_share


@dataclass(frozen=True)
class Batch:
    """The data of one step, and all that is random in it."""

    step: int
    real_volumes: Tensor
    """(b, 1, D, H, W) whole volumes, the first b of the batch; none where the CRF doesn't learn."""
    real_slabs: Tensor
    """(B, 1, D/8, H, W) slabs of all volumes, at `starts`."""
    classes: Tensor | None
    """(B,) classes of the real volumes; the synthesized ones are given the same."""
    latents: Tensor
    """(B, Z)."""
    starts: list[int]
    """(B,) first plane of A of each volume's slab."""
    augment: Callable[[Tensor], Tensor]
    """The same for the real and the synthesized slab."""
    rng: torch.Generator
    """For whatever else is random."""

    @property
    def neighbours(self) -> list[int]:
        """(B,) first plane of A that is read for each slab: G^H and E^H see one below it, as one above."""
        return [start - 1 for start in self.starts]


class Batches:
    """The batches of a run, each a function of seed and step."""

    def __init__(self, config: Config, dataset: Dataset, device: torch.device, encoded: int):
        """Args: encoded: real volumes of a batch that E^H reads whole."""
        self.config, self.dataset, self.device, self.encoded = config, dataset, device, encoded
        self._reader = ThreadPoolExecutor(1)
        self._next: Future[Batch] | None = None

    def read(self, step: int) -> Batch:
        """Read the data of a step, draw its random numbers, and move them to the device."""
        training, network, shape = self.config.training, self.config.network, self.dataset.facts.grid.shape
        size, seed, planes = training.batch_size, training.seed, slab_planes(shape)
        rng = step_generator(seed, step)
        indices = batch_indices(seed, step, size, len(self.dataset))
        latents = torch.randn(size, network.latent, generator=rng)
        # Two neighbours in the batch share a place, so that their variety can be compared.
        places = torch.randint(a_shape(shape)[0] - planes + 1, ((size + 1) // 2,), generator=rng)
        starts = places.repeat_interleave(2)[:size].tolist()
        augment = Augmentation(size, shape[1:], rng) if training.augment else nn.Identity()
        whole = self.dataset.whole(indices[: self.encoded if crf_share(step, self.config) > 0 else 0])
        slabs = self.dataset.slabs(indices, [A_STRIDE * start for start in starts], A_STRIDE * planes)
        classes = self.dataset.classes(indices)
        whole, slabs, latents = (x.to(self.device) for x in (whole, slabs, latents))
        classes = None if classes is None else classes.to(self.device)
        return Batch(step, whole, slabs, classes, latents, starts, augment, rng)

    def take(self, step: int) -> Batch:
        """The batch of a step, at once where it was read ahead."""
        ready, self._next = self._next, None
        batch = ready.result() if ready else None
        return batch if batch and batch.step == step else self.read(step)

    def read_ahead(self, step: int) -> None:
        """Begin to read a step's batch while another one is computed."""
        self._next = self._reader.submit(self.read, step)
