"""The baseline: a CRF-GAN step as the paper describes it, with the same networks and weights.

Nearest upsampling, then convolution, as two operations; a generator pass of its own for each of D, G and the CRF.
"""

from __future__ import annotations

import types

import torch.nn.functional as F
from crfgan.losses import crf_share
from crfgan.training import Losses, Trainer
from crfgan.upsampling import UpsampleConv
from torch import Tensor, nn


def _upsample_then_convolve(module: UpsampleConv, x: Tensor, size: tuple[int, int, int] | None = None) -> Tensor:
    size = tuple(2 * n for n in x.shape[2:]) if size is None else size
    factors = [2 if target > n else 1 for n, target in zip(x.shape[2:], size, strict=True)]
    upsampled = F.interpolate(x, scale_factor=factors, mode="nearest") if max(factors) > 1 else x
    return nn.Conv3d.forward(module, upsampled[..., : size[0], : size[1], : size[2]])


def use_plain_layers(network: nn.Module) -> None:
    """Give every collapsed layer of a network the plain way of computing the same."""
    for module in network.modules():
        if isinstance(module, UpsampleConv):
            module.forward = types.MethodType(_upsample_then_convolve, module)


class PlainTrainer(Trainer):
    """The four steps, each with its own pass through the generator."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        use_plain_layers(self.modules["generator"].module)

    def step(self) -> Losses:
        """One iteration of all four networks; returns their losses."""
        drawn = self.draw()
        alpha = crf_share(self.step_number, self.config.training) if "crf" in self.modules else 0.0
        generator = self.modules["generator"]
        losses, scores = {}, {}
        fake = generator.decode(generator.features(drawn.latents, drawn.classes), drawn.starts, self.planes)
        losses["discriminator"] = self._train_discriminator(drawn, fake.detach(), scores)
        a = generator.features(drawn.latents, drawn.classes)
        fake = generator.decode(a, drawn.starts, self.planes)
        losses["generator"] = self._train_generator(drawn, a, fake, alpha)
        if alpha > 0:
            a = generator.features(drawn.latents, drawn.classes)
            losses["crf"] = self._train_crf(drawn, a.detach(), scores)
            losses["encoder"] = self._train_encoder(drawn)
        self.ema.update_parameters(generator.module)
        self.step_number += 1
        return losses
