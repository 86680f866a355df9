"""The baseline: CRF-GAN as the paper describes it, written in the obvious way, with the same networks and weights.

Nearest upsampling, then convolution, as two operations on contiguous maps; a pass of the generator of its own for
each of D, G and the CRF; E^H on all of the batch, whole volumes at once; PyTorch's Adam; no moving average; whole-
volume synthesis.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import torch
import torch.nn.functional as F
from crfgan.networks.generator import Generator
from crfgan.networks.half_encoder import HalfEncoder, encoder_windows
from crfgan.networks.layers import memory_format
from crfgan.networks.layers.upsample_conv import UpsampleConv
from crfgan.training.batches import Batch
from crfgan.training.losses import crf_share
from crfgan.training.trainer import Losses, Scores, Trainer
from torch import Tensor, nn
from torch.nn.utils.parametrize import cached


def upsample_then_convolve(module: UpsampleConv, x: Tensor, size: tuple[int, int, int] | None = None) -> Tensor:
    """Two operations for what `UpsampleConv` computes in one."""
    size = tuple(2 * n for n in x.shape[2:]) if size is None else size
    factors = [2 if target > n else 1 for n, target in zip(x.shape[2:], size, strict=True)]
    upsampled = F.interpolate(x, scale_factor=factors, mode="nearest") if max(factors) > 1 else x
    return nn.Conv3d.forward(module, upsampled[..., : size[0], : size[1], : size[2]])


def contiguous_maps():
    """While this is open, feature maps lie in PyTorch's default layout."""
    return mock.patch.object(memory_format, "_format", lambda device: torch.contiguous_format)


def use_plain_layers(generator: Generator) -> None:
    """Give every collapsed layer of a generator the plain way of computing the same."""
    for module in generator.modules():
        if isinstance(module, UpsampleConv):
            module.forward = types.MethodType(upsample_then_convolve, module)


def synthesize_plainly(generator: Generator, z: Tensor) -> Tensor:
    """Whole volumes (B, 1, D, H, W) from latents (B, Z), all at once."""
    with contiguous_maps(), torch.inference_mode():
        return generator.decode(generator.features(z))


def _encode_whole(encoder: HalfEncoder, volumes: Tensor, depth: int) -> Tensor:
    starts = [0] * len(volumes)
    return encoder(encoder_windows(volumes, starts, depth), starts, depth)


class PlainTrainer(Trainer):
    """The four steps, each with its own pass through the generator."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.ema
        use_plain_layers(self.modules["generator"])

    def make_optimizer(self, module: nn.Module, rate: float) -> torch.optim.Optimizer:
        """Adam as it comes."""
        return torch.optim.Adam(module.parameters(), lr=rate, betas=(0.0, 0.999), fused=True)

    def encoded_volumes(self) -> int:
        """All of the batch."""
        return self.config.training.batch_size

    def step(self) -> Losses:
        """One iteration of all four networks; returns their losses."""
        with contiguous_maps():
            return self._step(self.batches.take(self.step_number))

    def _step(self, batch: Batch) -> Losses:
        alpha, losses = crf_share(self.step_number, self.config), {}
        with torch.no_grad():
            fake = self._synthesize(batch)[1]
        with self._only("discriminator"):
            losses["discriminator"], scores = self._train_discriminator(batch, fake)
        with self._only("generator"):
            a, slabs = self._synthesize(batch)
            losses["generator"] = self._learn("generator", self._generator_loss(batch, slabs, a, alpha))
            del a, slabs
        if alpha > 0:
            with self._only("crf"):
                losses["crf"] = self._train_crf_plainly(batch, scores)
            with self._only("encoder"):
                losses["encoder"] = self._train_encoder(batch)
        self.step_number += 1
        return losses

    @contextmanager
    def _only(self, name: str) -> Iterator[None]:
        """All other networks are frozen."""
        for other, module in self.modules.items():
            module.requires_grad_(other == name)
        # Spectral norms are taken once a step, as in ours: they have a state.
        with cached():
            yield

    def _synthesize(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """A (B, C, d, h, w) and slabs (B, 1, D/8, H, W)."""
        generator = self.modules["generator"]
        a = generator.features(batch.latents, batch.classes)
        return a, generator.decode(a, batch.starts, self.planes)

    def _train_crf_plainly(self, batch: Batch, scores: Scores) -> float:
        with torch.no_grad():
            fake_a = self.modules["generator"].features(batch.latents, batch.classes)
            real_a = _encode_whole(self.modules["encoder"], batch.real_volumes, self.depth)
        return self._learn("crf", self._crf_loss(batch, real_a, fake_a, scores))

    def _learn(self, name: str, loss: Tensor) -> float:
        value = self._finite(name, loss)
        self.optimizers[name].zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[name].step()
        return value
