"""A step of training with a prior: the discriminator's, then the generator's, held by what is known.

A synthesized volume is held to what its scores draw, and real volumes are anchors: of its own scores the generator is
to make the volume itself. Between them the discriminator decides. All is done on sub-volumes along a random axis.

Shapes: B batch, n anchors, Z latent, T P Q a sub-volume with its axis first.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import cached

from ...config import Config
from ...data.dataset import Dataset
from ...networks.discriminator import Judgement
from ...networks.prior.prior_generator import soft_clamp, within
from ...networks.shapes import A_STRIDE, subvolume_planes
from ...runs.checkpoint import Stateful
from ..losses import class_loss, fake_loss, real_loss
from ..trainer import Losses, Told, Trainer
from .components import fit_prior
from .subvolume_batches import SubvolumeBatch, SubvolumeBatches

CALMED = 0.1
"""Learning rates at the end of a run, over those at its start."""


class _Made(NamedTuple):
    """What the generator makes of some volumes of a batch."""

    fake: Tensor
    """(b, 1, T, P, Q) of new volumes."""
    anchors: Tensor
    """(n, 1, T, P, Q) of real volumes' own scores."""
    drawn: Tensor
    """(b, 1, T, P, Q): what the new ones are held to."""


class _Scores(nn.Module):
    """The scores (N, K) of the training volumes: kept in a run's states, and never in its model."""

    def __init__(self, volumes: int, count: int):
        super().__init__()
        self.register_buffer("of_volumes", torch.zeros(volumes, count))


class PriorTrainer(Trainer):
    """The two networks of a run with a prior, their optimizers, and one step of training."""

    def __init__(self, config: Config, dataset: Dataset, device: torch.device, precision: str = "fp32"):
        super().__init__(config, dataset, device, precision)
        self.subvolume = subvolume_planes(self.shape, config.network)
        self.scores = _Scores(len(dataset), self.modules["generator"].prior.count).to(device)

    def learn_from_all(self, tell: Told) -> None:
        """The prior and the scores of the training volumes, and how large their detail is."""
        generator = self.modules["generator"]
        known = fit_prior(generator.prior, self.dataset.volumes, tell)
        generator.deviations.copy_(known.deviations)
        self.scores.of_volumes.copy_(known.scores)
        self.ema.module.load_state_dict(generator.state_dict())

    @property
    def state(self) -> Stateful:
        """Everything that a checkpoint holds."""
        state = super().state
        return state._replace(modules={**state.modules, "scores": self.scores})

    def make_batches(self) -> SubvolumeBatches:
        """Sub-volumes along a random axis."""
        return SubvolumeBatches(self.config, self.dataset, self.device, encoded=0)

    def train_on(self, batch: SubvolumeBatch) -> Losses:
        """D's step, then G's."""
        self.batches.read_ahead(self.step_number + 1)
        self._set_rates()
        parts = self._slices()
        with torch.set_grad_enabled(len(parts) == 1):
            made = [self._make(batch, part) for part in parts]
        fake = torch.cat([part.fake.detach() for part in made])
        losses = {"discriminator": 0.0 if self._is_alone else self._train_discriminator(batch, fake)}
        with cached():
            losses |= self._train_generator(batch, parts, made)
        return losses

    @property
    def _is_alone(self) -> bool:
        """Whether the generator still learns from drawings and anchors alone."""
        return self.step_number < self.config.training.alone * self.config.training.iterations

    def _set_rates(self) -> None:
        """The learning rates of this step: as configured, and towards the end falling linearly to a tenth."""
        training = self.config.training
        calm = max(training.calm * training.iterations, 1)
        share = min(1.0, (training.iterations - self.step_number) / calm)
        factor = CALMED + (1 - CALMED) * share
        for name, rate in (("generator", training.lr_generator), ("discriminator", training.lr_discriminator)):
            self.optimizers[name].param_groups[0]["lr"] = rate * factor

    def _make(self, batch: SubvolumeBatch, part: slice) -> _Made:
        """New volumes of a part of the batch, and the anchors in it."""
        latents, starts = batch.latents[part], batch.starts[part]
        anchors = range(len(batch.anchors))[part]
        own = [self._own_latents(batch, anchors)] if len(anchors) else []
        starts = starts + [batch.starts[index] for index in anchors]
        classes = None
        if batch.classes is not None:
            classes = torch.cat([batch.classes[part], batch.classes[anchors.start : anchors.stop]])
        _, drawn, rendered = self._render(torch.cat([latents, *own]), classes, batch.axis, starts)
        voxels, count = soft_clamp(rendered.to(batch.real)), len(latents)
        return _Made(voxels[:count], voxels[count:], within(drawn[:count]).to(batch.real))

    def _render(
        self, latents: Tensor, classes: Tensor | None, axis: int, starts: list[int]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """A of latents (b, Z), and their sub-volumes at `starts`: as they are drawn, with a halo, and as rendered."""
        generator = self.modules["generator"]
        with self._autocast():
            drawing, a = generator.features(latents, classes)
            drawn = generator.draw(drawing, axis, starts, self.subvolume)
            return a, drawn, generator.render(drawn, a, axis, starts, self.subvolume)

    def _own_latents(self, batch: SubvolumeBatch, anchors: range) -> Tensor:
        """The latents (n, Z) of real volumes: their scores, and noise of their own."""
        scores = self.scores.of_volumes[[batch.anchors[index] for index in anchors]]
        latents = batch.anchor_noise[anchors.start : anchors.stop].to(scores)
        return torch.cat([scores, latents[:, scores.shape[1] :]], dim=1)

    def _train_discriminator(self, batch: SubvolumeBatch, fake: Tensor) -> float:
        """D tells real sub-volumes (B, 1, T, P, Q) from synthesized ones at the same places."""
        with cached():
            on_real, on_fake = self._judge(batch, batch.real), self._judge(batch, fake)
            loss = real_loss(on_real.score) + fake_loss(on_fake.score) + class_loss(on_real, batch.classes)
            return self._learn("discriminator", loss)

    def _train_generator(self, batch: SubvolumeBatch, parts: list[slice], made: list[_Made]) -> Losses:
        """G makes sub-volumes that D takes for real, and that keep to what was drawn, and to anchors."""
        sums, optimizer = dict.fromkeys(("generator", "layout", "anchor"), 0.0), self.optimizers["generator"]
        weights = {"generator": 1.0, "layout": self.config.training.prior_weight}
        weights["anchor"] = self.config.training.anchor_weight
        for part, kept in zip(parts, made, strict=True):
            again = kept if len(parts) == 1 else self._make(batch, part)
            terms = self._generator_terms(batch, part, again)
            loss = sum(weights[name] * term for name, term in terms.items())
            self._finite("generator", loss)
            with optimizer.held() if part is not parts[-1] else nullcontext():
                loss.backward(inputs=list(self.modules["generator"].parameters()))
            for name, term in terms.items():
                sums[name] += float(term.detach())
        return sums

    def _generator_terms(self, batch: SubvolumeBatch, part: slice, made: _Made) -> dict[str, Tensor]:
        """What a part adds to G's losses of the batch: by D, against what was drawn, and of anchors."""
        share, anchors = len(made.fake) / len(batch.starts), len(made.anchors) / len(batch.anchors)
        if self._is_alone:
            adversarial = made.fake.new_zeros(())
        else:
            judged = self._judge(batch, made.fake, part)
            classes = None if batch.classes is None else batch.classes[part]
            adversarial = real_loss(judged.score) + class_loss(judged, classes)
        layout = F.avg_pool3d(made.fake - made.drawn, A_STRIDE).abs().mean()
        anchor = self._anchor_loss(batch, part, made.anchors)
        return {"generator": share * adversarial, "layout": share * layout, "anchor": anchors * anchor}

    def _anchor_loss(self, batch: SubvolumeBatch, part: slice, anchors: Tensor) -> Tensor:
        """Distance of anchors (n, 1, T, P, Q) from the real sub-volumes."""
        if not len(anchors):
            return anchors.new_zeros(())
        return (anchors - batch.real[part][: len(anchors)]).abs().mean()

    def _judge(self, batch: SubvolumeBatch, voxels: Tensor, part: slice = slice(None)) -> Judgement:
        """D's logits for sub-volumes (b, 1, T, P, Q) at a part of the batch's places, after augmentation."""
        with self._autocast():
            return self.modules["discriminator"](batch.augment(voxels, part), batch.axis, batch.starts[part])

    def trial_pass(self) -> tuple[Tensor, Tensor]:
        """A and sub-volumes of the first step's first part, with a graph."""
        batch, part = self.batches.read(0), self._slices()[0]
        classes = None if batch.classes is None else batch.classes[part]
        a, _, rendered = self._render(batch.latents[part], classes, batch.axis, batch.starts[part])
        return a, rendered


def make_trainer(config: Config, dataset: Dataset, device: torch.device) -> Trainer:
    """The trainer that the configuration asks for."""
    return (PriorTrainer if config.network.prior else Trainer)(config, dataset, device)
