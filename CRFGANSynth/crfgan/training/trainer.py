"""A step of training: the four published steps in their order, on what one pass of the generator makes.

After Shiri, Bruno and Loiacono, arXiv 2503.10899. Shapes: B batch, b its first volumes, C channels, D H W = superior,
anterior, right; d h w the same at a quarter of the resolution; N CRF nodes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import cached
from torch.optim.swa_utils import AveragedModel

from ..config import Config
from ..data.dataset import Dataset
from ..errors import InputError
from ..networks.build import build_networks
from ..networks.discriminator import Judgement, slab_positions
from ..networks.half_encoder import encoder_windows
from ..networks.shapes import a_shape, encoded_volumes, slab_planes
from ..randomness import weights_seed
from ..runs.checkpoint import Stateful
from .batches import Batch, Batches
from .generator_pass import GeneratorPass, Part
from .losses import class_loss, crf_share, fake_loss, generator_loss, mode_seeking_loss, real_loss, spliced_negatives
from .optimizer import EarlyAdam

Losses = dict[str, float]
Told = Callable[[int, int], None]
"""Called with how much of some work is done, and of how much."""


class Scores(NamedTuple):
    """D's logits (B,) of a batch, which the reference CRF takes as evidence."""

    real: Tensor
    fake: Tensor


def _ema_average(decay: float) -> Callable:
    """The averaging rule: early on the average is short, so that it doesn't hold on to the first weights."""

    def average(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        done = float(count)
        torch._foreach_lerp_(averaged, current, 1 - min(decay, (1 + done) / (10 + done)))

    return average


class Trainer:
    """The networks of a run, their optimizers, and one step of training."""

    def __init__(self, config: Config, dataset: Dataset, device: torch.device, precision: str = "fp32"):
        self.config, self.dataset, self.device, self.precision = config, dataset, device, precision
        shape, network, training = dataset.facts.grid.shape, config.network, config.training
        self.shape, self.depth, self.planes = shape, a_shape(shape)[0], slab_planes(shape)
        torch.manual_seed(weights_seed(training.seed))
        self.modules = {name: module.to(device) for name, module in build_networks(shape, network).items()}
        rates = {
            "generator": training.lr_generator,
            "discriminator": training.lr_discriminator,
            "encoder": training.lr_encoder,
            "crf": training.lr_crf,
        }
        self.optimizers = {name: self.make_optimizer(module, rates[name]) for name, module in self.modules.items()}
        average = _ema_average(training.ema_decay)
        self.ema = AveragedModel(self.modules["generator"], multi_avg_fn=average).requires_grad_(False)
        self.step_number = 0
        self.batches = self.make_batches()

    def learn_from_all(self, tell: Told) -> None:
        """What is known of the volumes before a run's first step; the published networks start from nothing."""

    def make_batches(self) -> Batches:
        """What the steps work on."""
        return Batches(self.config, self.dataset, self.device, self.encoded_volumes())

    def make_optimizer(self, module: nn.Module, rate: float) -> torch.optim.Optimizer:
        """The optimizer of one network."""
        return EarlyAdam(module.parameters(), rate)

    @property
    def state(self) -> Stateful:
        """Everything that a checkpoint holds."""
        return Stateful({**self.modules, "ema": self.ema}, self.optimizers)

    def encoded_volumes(self) -> int:
        """Real volumes of a batch that are encoded."""
        return encoded_volumes(self.config.training.batch_size)

    def step(self) -> Losses:
        """One iteration of all networks; returns their losses."""
        losses = self.train_on(self.batches.take(self.step_number))
        self.ema.update_parameters(self.modules["generator"])
        self.step_number += 1
        return losses

    def train_on(self, batch: Batch) -> Losses:
        """The four published steps, in their order."""
        alpha = crf_share(self.step_number, self.config)
        if alpha == 0:
            self.batches.read_ahead(self.step_number + 1)
        made, losses = GeneratorPass(self._parts(batch)), {}

        losses["discriminator"], scores = self._train_discriminator(batch, made.slabs.detach())
        losses["generator"] = self._train_generator(batch, made, alpha)
        if alpha > 0:  # Once its share has faded, nothing listens to the CRF, nor to E^H, which feeds it.
            # Whole volumes come in now that the generator's maps are gone.
            self.batches.read_ahead(self.step_number + 1)
            losses["crf"] = self._train_crf(batch, made.a.detach(), scores)
            del made  # Nothing reads A any more, and it is large.
            losses["encoder"] = self._train_encoder(batch)
        return losses

    def _train_discriminator(self, batch: Batch, fake: Tensor) -> tuple[float, Scores]:
        """Step 1: D tells real slabs (B, 1, D/8, H, W) from synthesized ones at the same places."""
        with cached():
            on_real, on_fake = self._discriminate(batch, batch.real_slabs), self._discriminate(batch, fake)
            loss = real_loss(on_real.score) + fake_loss(on_fake.score) + class_loss(on_real, batch.classes)
            return self._learn("discriminator", loss), Scores(on_real.score.detach(), on_fake.score.detach())

    def _train_generator(self, batch: Batch, made: GeneratorPass, alpha: float) -> float:
        """Step 2: G makes slabs that D, and volumes that the CRF, take for real."""
        with cached():
            loss = self._generator_loss(batch, made.slabs, made.a, alpha)
            value = self._finite("generator", loss)
            # D and the CRF collect nothing: gradients stop at what was made, and G's pass takes them on.
            loss.backward(inputs=[made.slabs, made.a] if alpha > 0 else [made.slabs])
        made.backward(self.optimizers["generator"])
        return value

    def _train_crf(self, batch: Batch, fake_a: Tensor, scores: Scores) -> float:
        """Step 3: the CRF tells A (B, C, d, h, w) of synthesized volumes from E^H of whole real ones."""
        with self._autocast():
            real_a = self.modules["encoder"].encode(batch.real_volumes)
        with cached(), self._autocast():
            loss = self._crf_loss(batch, real_a, fake_a, scores)
        return self._learn("crf", loss)

    def _train_encoder(self, batch: Batch) -> float:
        """Step 4: E^H learns what G^H, as it is, renders back to the slab."""
        count = len(batch.real_volumes)
        neighbours = batch.neighbours[:count]
        voxels = encoder_windows(batch.real_volumes, neighbours, self.planes + 2)
        with self._autocast():
            a = self.modules["encoder"](voxels, neighbours, self.depth)
            rendered = self.modules["generator"].render(a, neighbours, self.depth)
        return self._learn("encoder", F.l1_loss(rendered, batch.real_slabs[:count]))

    def _generator_loss(self, batch: Batch, slabs: Tensor, a: Tensor, alpha: float) -> Tensor:
        """G's loss: how little D takes its slabs (B, 1, D/8, H, W), and the CRF its A (B, C, d, h, w), for real."""
        judged = self._discriminate(batch, slabs)
        nodes = self._node_logits(a, judged.score) if alpha > 0 else None
        loss = generator_loss(judged.score, nodes, alpha, self.config.network.crf)
        loss = loss + self.config.training.variety_weight * mode_seeking_loss(slabs, batch.real_slabs)
        return loss + class_loss(judged, batch.classes)

    def _crf_loss(self, batch: Batch, real_a: Tensor, fake_a: Tensor, scores: Scores) -> Tensor:
        """The CRF's loss on A of real volumes (b, C, d, h, w), and of synthesized ones (B, C, d, h, w)."""
        crf, on_real = self.modules["crf"], scores.real[: len(real_a)]
        real = crf.describe(real_a)
        loss = real_loss(crf(real, on_real).mean(1)) + fake_loss(self._node_logits(fake_a, scores.fake).mean(1))
        if self.config.network.crf == "spatial":
            # Each of their planes is a real one: only the pairwise terms can tell.
            spliced = spliced_negatives(real, crf.last_real, batch.rng)
            loss = loss + fake_loss(crf(spliced, on_real).mean(1))
            crf.last_real.copy_(real[-1].detach())
        return loss

    def _discriminate(self, batch: Batch, slabs: Tensor) -> Judgement:
        """D's logits for slabs (B, 1, D/8, H, W) at the batch's places, after augmentation."""
        positions = torch.tensor(slab_positions(self.shape, batch.starts), device=slabs.device)
        with self._autocast():
            return self.modules["discriminator"](batch.augment(slabs), positions)

    def _node_logits(self, a: Tensor, score: Tensor) -> Tensor:
        """The CRF's node logits (B, N) for A (B, C, d, h, w) with D's logits (B,)."""
        crf = self.modules["crf"]
        with self._autocast():
            return crf(crf.describe(a), score)

    def _learn(self, name: str, loss: Tensor) -> float:
        """One step of one network; no other collects gradients."""
        value = self._finite(name, loss)
        loss.backward(inputs=list(self.modules[name].parameters()))
        return value

    def _finite(self, name: str, loss: Tensor) -> float:
        """The value of a network's loss; an InputError where it is not a finite number."""
        value = float(loss.detach())
        if not math.isfinite(value):
            raise InputError(
                f"Training has failed at step {self.step_number}: the {name}'s loss is {value}. Resume from the last "
                "checkpoint with a smaller learning rate or with the precision fp32."
            )
        return value

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    def _parts(self, batch: Batch) -> list[Part]:
        """The batch in parts of as many volumes as the generator's backward pass has memory for."""
        return [Part(self.modules["generator"], self._autocast, batch, volumes) for volumes in self._slices()]

    def _slices(self) -> list[slice]:
        """Which volumes of a batch are in memory at a time."""
        size = self.config.training.batch_size
        step = self.config.training.volumes_at_a_time or size
        return [slice(first, min(first + step, size)) for first in range(0, size, step)]

    def trial_pass(self) -> tuple[Tensor, Tensor]:
        """A and slabs of the first step's first part, with a graph, to see what a pass takes and gives."""
        part = self._parts(self.batches.read(0))[0]
        a = part.features()
        return a, part.render(a)[1]
