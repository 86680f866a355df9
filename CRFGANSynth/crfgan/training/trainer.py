"""The training loop: four steps an iteration, one for each network, from one pass of the generator.

After Shiri, Bruno and Loiacono, arXiv 2503.10899. Shapes as in networks.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import cached
from torch.optim.swa_utils import AveragedModel

from ..config import Config
from ..data.dataset import Dataset
from ..errors import InputError
from ..hardware.memory import give_back
from ..networks.crf import build_crf
from ..networks.discriminator import Discriminator, slab_positions
from ..networks.generator import Generator
from ..networks.half_encoder import HalfEncoder, encoder_windows
from ..networks.shapes import a_shape, encoded_volumes, slab_planes
from ..networks.windows import add_windows, windows
from ..randomness import weights_seed
from ..runs.checkpoint import Stateful
from .batches import Draw, Draws
from .losses import class_loss, crf_share, generator_loss, is_fake, is_real, lack_of_variety, mixed_company
from .optimizer import EarlyAdam

Losses = dict[str, float]

LARGE = 2**25
"""Bytes of A from which memory is given back in a step: the allocator takes what is smaller from its own store."""


def _ema_average(decay: float) -> Callable:
    """The averaging rule: early on the average is short, so that it doesn't hold on to the first weights."""

    def average(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        done = float(count)
        torch._foreach_lerp_(averaged, current, 1 - min(decay, (1 + done) / (10 + done)))

    return average


@dataclass(frozen=True)
class Made:
    """What the generator makes of a batch."""

    a: Tensor
    """(B, C, d, h, w)."""
    slab: Tensor
    """(B, 1, D/8, H, W)."""


class Trainer:
    """The networks of a run, their optimizers, and one step of training."""

    def __init__(self, config: Config, dataset: Dataset, device: torch.device, precision: str = "fp32"):
        self.config, self.dataset, self.device, self.precision = config, dataset, device, precision
        shape, network, training = dataset.facts.grid.shape, config.network, config.training
        self.shape, self.depth, self.planes = shape, a_shape(shape)[0], slab_planes(shape)
        torch.manual_seed(weights_seed(training.seed))
        self.modules, self.optimizers = {}, {}
        for name, module, rate in (
            ("generator", Generator(shape, network), training.lr_generator),
            ("discriminator", Discriminator(shape, network), training.lr_discriminator),
            ("encoder", HalfEncoder(network), training.lr_encoder),
            ("crf", build_crf(shape, network), training.lr_crf),
        ):
            if module is not None:
                self.modules[name] = module.to(device)
                self.optimizers[name] = self.make_optimizer(module, rate)
        average = _ema_average(training.ema_decay)
        self.ema = AveragedModel(self.modules["generator"], multi_avg_fn=average).requires_grad_(False)
        self.step_number = 0
        self.draws = Draws(config, dataset, device, self.encoded_volumes())

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

    def _autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    def step(self) -> Losses:
        """One iteration of all four networks; returns their losses."""
        drawn, alpha = self.draws.take(self.step_number), crf_share(self.step_number, self.config)
        if alpha == 0:
            self.draws.read_ahead(self.step_number + 1)
        passes, made = self._generate(drawn)

        losses, scores = {}, {}
        losses["discriminator"] = self._train_discriminator(drawn, made.slab, scores)
        losses["generator"], pull = self._judge_generator(drawn, made, alpha)
        if made.a.nbytes >= LARGE:
            give_back()
        self._train_generator(drawn, passes, pull)
        if alpha > 0:  # Once its share has faded, nothing listens to the CRF, nor to E^H, which feeds it.
            # Whole volumes come in now that the generator's maps are gone.
            self.draws.read_ahead(self.step_number + 1)
            losses["crf"] = self._train_crf(drawn, made.a, scores)
            del made
            losses["encoder"] = self._train_encoder(drawn)
        self.ema.update_parameters(self.modules["generator"])
        self.step_number += 1
        return losses

    def _parts(self) -> list[slice]:
        """The batch in parts of as many volumes as the generator's backward pass has memory for."""
        size = self.config.training.batch_size
        step = self.config.training.volumes_at_a_time or size
        return [slice(first, min(first + step, size)) for first in range(0, size, step)]

    def _features(self, drawn: Draw, part: slice) -> Tensor:
        """A (b, C, d, h, w) of a part of the batch."""
        classes = None if drawn.classes is None else drawn.classes[part]
        with self._autocast():
            return self.modules["generator"].features(drawn.latents[part], classes)

    def _render(self, drawn: Draw, part: slice, a: Tensor) -> tuple[Tensor, Tensor]:
        """What G^H reads of A, cut off from its graph, and the slabs (b, 1, D/8, H, W) that it makes of that."""
        neighbours = self._neighbours(drawn, part)
        planes = windows(a.detach(), neighbours, self.planes + 2).requires_grad_(torch.is_grad_enabled())
        with self._autocast():
            slab = self.modules["generator"].render(planes, neighbours, self.depth)
        return planes, slab.to(drawn.real.dtype)

    def _neighbours(self, drawn: Draw, part: slice) -> list[int]:
        """Where the planes of A begin that G^H reads: one below the slab, as one above."""
        return [start - 1 for start in drawn.starts[part]]

    def trial_pass(self) -> Made:
        """The first step's first part, with a graph, to see what a pass takes and gives."""
        drawn, part = self.draws.draw(0), self._parts()[0]
        a = self._features(drawn, part)
        return Made(a, self._render(drawn, part, a)[1])

    def _generate(self, drawn: Draw) -> tuple[list[Tensor], Made]:
        """One pass of the generator for all four networks: A to learn from, and the pass's values for the others.

        Where memory is for a part of the batch only, nothing is kept to learn from: `_train_generator` repeats the
        pass. The slabs, quickly made, are made again in any case: their maps would lie in memory while D learns.
        """
        parts = self._parts()
        with nullcontext() if len(parts) == 1 else torch.no_grad():
            made = [self._features(drawn, part) for part in parts]
        with torch.no_grad():
            slabs = [self._render(drawn, part, a)[1] for part, a in zip(parts, made, strict=True)]
        values = made[0].detach() if len(parts) == 1 else torch.cat(made)
        return (made if len(parts) == 1 else []), Made(values, torch.cat(slabs))

    def _judge(self, drawn: Draw, slabs: Tensor):
        positions = torch.tensor(slab_positions(self.shape, drawn.starts), device=slabs.device)
        with self._autocast():
            return self.modules["discriminator"](drawn.augment(slabs), positions)

    def _train_discriminator(self, drawn: Draw, fake: Tensor, scores: dict[str, Tensor]) -> float:
        """Step 1: D tells real slabs from synthesized ones at the same place; leaves its logits in `scores`."""
        with cached():
            on_real, on_fake = self._judge(drawn, drawn.real), self._judge(drawn, fake)
            scores |= {"real": on_real.score.detach(), "fake": on_fake.score.detach()}
            loss = is_real(on_real.score) + is_fake(on_fake.score) + class_loss(on_real, drawn.classes)
            return self._learn("discriminator", loss)

    def _nodes(self, a: Tensor, score: Tensor) -> Tensor:
        crf = self.modules["crf"]
        with self._autocast():
            return crf(crf.describe(a), score)

    def _generator_loss(self, drawn: Draw, slab: Tensor, a: Tensor, alpha: float) -> Tensor:
        """What D and the CRF hold against G's slabs (B, 1, D/8, H, W) and against A (B, C, d, h, w)."""
        judged = self._judge(drawn, slab)
        nodes = self._nodes(a, judged.score) if alpha > 0 else None
        loss = generator_loss(judged.score, nodes, alpha, self.config.network.crf)
        loss = loss + self.config.training.variety_weight * lack_of_variety(slab, drawn.real)
        return loss + class_loss(judged, drawn.classes)

    def _judge_generator(self, drawn: Draw, made: Made, alpha: float) -> tuple[float, list[Tensor]]:
        """Step 2, first half: what D and the CRF hold against G's slabs and volumes, and how these should change.

        Returns the loss, and its gradients with respect to the slabs and, while the CRF has a share, to A.
        """
        slab, a = made.slab.requires_grad_(), made.a.requires_grad_(alpha > 0)
        with cached():
            loss = self._generator_loss(drawn, slab, a, alpha)
            value = self._value("generator", loss)
            return value, list(torch.autograd.grad(loss, [slab, a] if alpha > 0 else [slab]))

    def _train_generator(self, drawn: Draw, passes: list[Tensor], pull: list[Tensor]) -> None:
        """Step 2, second half: G makes slabs that D, and volumes that the CRF, take for real."""
        parts = self._parts()
        for part in parts:
            a = passes.pop() if passes else self._features(drawn, part)
            for_slab, *for_a = (gradient[part] for gradient in pull)
            if part is parts[-1]:
                pull.clear()
            with nullcontext() if part is parts[-1] else self.optimizers["generator"].held():
                planes, slab = self._render(drawn, part, a)
                slab.backward(for_slab)
                for_a = for_a or [torch.zeros_like(a)]
                add_windows(for_a[0], self._neighbours(drawn, part), planes.grad)
                del planes, slab
                # Handed over by a hook, the gradient is let go of once it is used: it is as large as A.
                a.register_hook(lambda _, for_a=for_a: for_a.pop())
                a.backward(a.new_zeros(()).expand_as(a))

    def _train_crf(self, drawn: Draw, fake_a: Tensor, scores: dict[str, Tensor]) -> float:
        """Step 3: the CRF tells A of synthesized volumes from E^H of whole real ones."""
        with self._autocast():
            real_a = self.modules["encoder"].encode(drawn.whole)
        with cached(), self._autocast():
            loss = self._crf_loss(drawn, real_a, fake_a.detach(), scores)
        return self._learn("crf", loss)

    def _crf_loss(self, drawn: Draw, real_a: Tensor, fake_a: Tensor, scores: dict[str, Tensor]) -> Tensor:
        """What the CRF gets wrong of A (B, C, d, h, w) of real and of synthesized volumes, with D's logits of both."""
        crf, on_real = self.modules["crf"], scores["real"][: len(real_a)]
        real = crf.describe(real_a)
        loss = is_real(crf(real, on_real).mean(1)) + is_fake(self._nodes(fake_a, scores["fake"]).mean(1))
        if self.config.network.crf == "spatial":
            # Planes that are real one by one: only the pairwise terms can tell.
            loss = loss + is_fake(crf(mixed_company(real, crf.company, drawn.chance), on_real).mean(1))
            crf.company.copy_(real[-1].detach())
        return loss

    def _train_encoder(self, drawn: Draw) -> float:
        """Step 4: E^H learns what G^H, as it is, renders back to the slab."""
        neighbours = self._neighbours(drawn, slice(len(drawn.whole)))
        voxels = encoder_windows(drawn.whole, neighbours, self.planes + 2)
        with self._autocast():
            a = self.modules["encoder"](voxels, neighbours, self.depth)
            rendered = self.modules["generator"].render(a, neighbours, self.depth)
        return self._learn("encoder", F.l1_loss(rendered, drawn.real[: len(drawn.whole)]))

    def _value(self, name: str, loss: Tensor) -> float:
        value = float(loss.detach())
        if not math.isfinite(value):
            raise InputError(
                f"Training has failed at step {self.step_number}: the {name}'s loss is {value}. Resume from the last "
                "checkpoint with a smaller learning rate or with the precision fp32."
            )
        return value

    def _learn(self, name: str, loss: Tensor) -> float:
        """One step of one network; no other collects gradients."""
        value = self._value(name, loss)
        loss.backward(inputs=list(self.modules[name].parameters()))
        return value
