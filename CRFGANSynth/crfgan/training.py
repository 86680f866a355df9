"""The training loop: four steps an iteration, one for each network, from one pass of the generator.

After Shiri, Bruno and Loiacono, arXiv 2503.10899. Shapes as in networks.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import cached
from torch.optim import Adam
from torch.optim.swa_utils import AveragedModel

from .augmentation import Augmentation
from .checkpoint import Stateful
from .config import Config
from .crf import build_crf
from .dataset import Dataset
from .errors import InputError
from .losses import class_loss, crf_share, generator_loss, is_fake, is_real, lack_of_variety, mixed_company
from .networks import Discriminator, Generator, HalfEncoder, slab_positions
from .randomness import batch_indices, step_generator, weights_seed
from .sizes import A_STRIDE, a_shape, slab_planes
from .slabs import windows

Losses = dict[str, float]

ENCODER_SHARE = 1 / 4
"""Share of the batch that E^H learns from."""


def _ema_average(decay: float) -> Callable:
    """The averaging rule: early on the average is short, so that it doesn't hold on to the first weights."""

    def average(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        done = float(count)
        torch._foreach_lerp_(averaged, current, 1 - min(decay, (1 + done) / (10 + done)))

    return average


@dataclass(frozen=True)
class Draw:
    """What chance decides in one step."""

    real: Tensor
    """(B, 1, D, H, W) whole volumes."""
    real_slab: Tensor
    """(B, 1, D/8, H, W) their slabs at `starts`."""
    classes: Tensor | None
    """(B,) classes of the real volumes; the synthesized ones are given the same."""
    latents: Tensor
    """(B, Z)."""
    starts: list[int]
    """(B,) first plane of A of each volume's slab."""
    augment: Callable[[Tensor], Tensor]
    """The same for the real and the synthesized slab."""
    chance: torch.Generator
    """For whatever else is drawn."""


class Trainer:
    """The networks of a run, their optimizers, and one step of training."""

    def __init__(self, config: Config, dataset: Dataset, fabric):
        self.config, self.dataset, self.fabric = config, dataset, fabric
        shape, network, training = dataset.facts.grid.shape, config.network, config.training
        self.shape, self.planes = shape, slab_planes(shape)
        torch.manual_seed(weights_seed(training.seed))
        betas = (0.0, 0.999)
        self.modules, self.optimizers = {}, {}
        for name, module, rate in (
            ("generator", Generator(shape, network), training.lr_generator),
            ("discriminator", Discriminator(shape, network), training.lr_discriminator),
            ("encoder", HalfEncoder(network), training.lr_encoder),
            ("crf", build_crf(shape, network), training.lr_crf),
        ):
            if module is not None:
                optimizer = Adam(module.parameters(), lr=rate, betas=betas, fused=True)
                self.modules[name], self.optimizers[name] = fabric.setup(module, optimizer)
        for method in ("features", "decode", "render"):
            self.modules["generator"].mark_forward_method(method)
        self.ema = AveragedModel(
            self.modules["generator"].module, multi_avg_fn=_ema_average(training.ema_decay)
        ).requires_grad_(False)
        self.step_number = 0

    @property
    def state(self) -> Stateful:
        """Everything that a checkpoint holds."""
        modules = {name: module.module for name, module in self.modules.items()}
        return Stateful({**modules, "ema": self.ema}, self.optimizers)

    def draw(self) -> Draw:
        """Draw the data and all the chance of this step, and move them to the device."""
        training, network = self.config.training, self.config.network
        size, seed, step = training.batch_size, training.seed, self.step_number
        chance = step_generator(seed, step, self.fabric.global_rank)
        real, classes = self.dataset.batch(batch_indices(seed, step, size, len(self.dataset)))
        latents = torch.randn(size, network.latent, generator=chance)
        # Two neighbours in the batch share a place, so that their variety can be compared.
        places = torch.randint(a_shape(self.shape)[0] - self.planes + 1, ((size + 1) // 2,), generator=chance)
        starts = places.repeat_interleave(2)[:size].tolist()
        augment = Augmentation(size, self.shape[1:], chance) if training.augment else nn.Identity()
        to_device = self.fabric.to_device
        classes = None if classes is None else to_device(classes)
        real = to_device(real)
        real_slab = windows(real, [A_STRIDE * start for start in starts], A_STRIDE * self.planes)
        return Draw(real, real_slab, classes, to_device(latents), starts, augment, chance)

    def step(self) -> Losses:
        """One iteration of all four networks; returns their losses."""
        drawn = self.draw()
        alpha = crf_share(self.step_number, self.config.training) if "crf" in self.modules else 0.0
        generator = self.modules["generator"]
        a = generator.features(drawn.latents, drawn.classes)
        fake = generator.decode(a, drawn.starts, self.planes)

        losses, scores = {}, {}
        losses["discriminator"] = self._train_discriminator(drawn, fake.detach(), scores)
        losses["generator"] = self._train_generator(drawn, a, fake, alpha)
        if alpha > 0:  # Once its share has faded, nothing listens to the CRF, nor to E^H, which feeds it.
            losses["crf"] = self._train_crf(drawn, a.detach(), scores)
            losses["encoder"] = self._train_encoder(drawn)
        self.ema.update_parameters(generator.module)
        self.step_number += 1
        return losses

    def _judge(self, drawn: Draw, slabs: Tensor):
        positions = torch.tensor(slab_positions(self.shape, drawn.starts), device=slabs.device)
        return self.modules["discriminator"](drawn.augment(slabs), positions)

    def _train_discriminator(self, drawn: Draw, fake: Tensor, scores: dict[str, Tensor]) -> float:
        """Step 1: D tells real slabs from synthesized ones at the same place; leaves its logits in `scores`."""
        with cached():
            on_real, on_fake = self._judge(drawn, drawn.real_slab), self._judge(drawn, fake)
            scores |= {"real": on_real.score.detach(), "fake": on_fake.score.detach()}
            loss = is_real(on_real.score) + is_fake(on_fake.score) + class_loss(on_real, drawn.classes)
            return self._learn("discriminator", loss)

    def _train_generator(self, drawn: Draw, a: Tensor, fake: Tensor, alpha: float) -> float:
        """Step 2: G makes slabs that D, and volumes that the CRF, take for real."""
        with self._frozen("discriminator", "crf"), cached():
            judged = self._judge(drawn, fake)
            nodes = self.modules["crf"](a, judged.score) if alpha > 0 else None
            loss = generator_loss(judged.score, nodes, alpha, self.config.network.crf)
            loss = loss + self.config.training.variety_weight * lack_of_variety(fake, drawn.real_slab)
            return self._learn("generator", loss + class_loss(judged, drawn.classes))

    def _train_crf(self, drawn: Draw, fake_a: Tensor, scores: dict[str, Tensor]) -> float:
        """Step 3: the CRF tells A of synthesized volumes from E^H of whole real ones."""
        crf = self.modules["crf"]
        with torch.no_grad():
            real_a = self.modules["encoder"](drawn.real)
        with cached():
            loss = is_real(crf(real_a, scores["real"]).mean(1)) + is_fake(crf(fake_a, scores["fake"]).mean(1))
            if self.config.network.crf == "spatial":
                # Planes that are real one by one: only the pairwise terms can tell.
                mixed = mixed_company(real_a, drawn.chance)
                loss = loss + is_fake(crf(mixed, scores["real"]).mean(1))
            return self._learn("crf", loss)

    def _train_encoder(self, drawn: Draw) -> float:
        """Step 4: E^H learns what G^H, frozen, renders back to the slab."""
        # The smallest network has the simplest task: a part of the batch does, and costs a part.
        count = math.ceil(len(drawn.real) * ENCODER_SHARE)
        # G^H reads one more plane of A on each side.
        neighbours = [start - 1 for start in drawn.starts[:count]]
        a = self.modules["encoder"](drawn.real[:count], neighbours, self.planes + 2)
        with self._frozen("generator"):
            rendered = self.modules["generator"].render(a, neighbours, a_shape(self.shape)[0])
            return self._learn("encoder", F.l1_loss(rendered, drawn.real_slab[:count]))

    def _frozen(self, *names: str):
        return _Frozen([self.modules[name] for name in names if name in self.modules])

    def _learn(self, name: str, loss: Tensor) -> float:
        """One step of one network's optimizer."""
        value = float(loss.detach())
        if not torch.isfinite(loss.detach()):
            raise InputError(
                f"Training has failed at step {self.step_number}: the {name}'s loss is {value}. Resume from the last "
                "checkpoint with a smaller learning rate or in full precision (--precision 32-true)."
            )
        self.optimizers[name].zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.optimizers[name].step()
        return value


@dataclass
class _Frozen:
    """Networks that pass gradients on without collecting any."""

    modules: list[nn.Module]
    parameters: list[nn.Parameter] = field(default_factory=list)

    def __enter__(self):
        self.parameters = [p for module in self.modules for p in module.parameters() if p.requires_grad]
        for parameter in self.parameters:
            parameter.requires_grad_(False)

    def __exit__(self, *exc):
        for parameter in self.parameters:
            parameter.requires_grad_(True)
