"""The rival: a training step of HA-GAN (Sun et al., JBHI 2022, arXiv 2008.01910) in plain layers.

Beside what CRF-GAN has, it trains a low-resolution generator G^L and discriminator D^L and a second encoder E^G.
Written from the description of the method, and kept apart from our own networks: it stays as it is while they change.

The reading here has the published 79.74 M parameters at 256^3: D^L and E^G end in a 4^3 convolution without padding, to
one logit and to the latent, and every layer has a bias. The count doesn't settle what is too small to show in it or has
no parameters: biases before a normalisation, E^G's GroupNorm and ReLU (as in E^H), D^L's spectral normalisation and
LeakyReLU (as in D), the equal weights of E^G's two L1 terms.

Shapes: B batch, Z latent, C channels of A, S side of the cubic volume: 64, 128, 256 or 512.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import torch
import torch.nn.functional as F
from crfgan.config import Config, Network
from crfgan.networks.shapes import A_STRIDE, SLABS, a_shape, slab_planes
from crfgan.randomness import batch_indices, step_generator
from crfgan.training.losses import fake_loss, real_loss
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import cached

SIDES = (64, 128, 256, 512)
RATES = {"generator": 1e-4, "discriminator": 4e-4, "half_encoder": 1e-4, "latent_encoder": 1e-4}


def _halvings(side: int, end: int) -> int:
    """How many halvings lead from one power of two to another."""
    return (side // end).bit_length() - 1


def _doubling(first: int, last: int, steps: int) -> list[int]:
    """Channels of `steps` layers, doubling up to `last`, behind the `first` ones that come in."""
    return [first, *(last >> (steps - 1 - step) for step in range(steps))]


def _norm_relu(channels: int) -> list[nn.Module]:
    # Narrow networks have layers whose channels don't make the published eight groups.
    return [nn.GroupNorm(math.gcd(8, channels), channels), nn.ReLU(inplace=True)]


def _conv3(inputs: int, outputs: int) -> nn.Conv3d:
    return nn.Conv3d(inputs, outputs, 3, padding=1)


def _halve(inputs: int, outputs: int) -> nn.Conv3d:
    return nn.Conv3d(inputs, outputs, 4, stride=2, padding=1)


class Generator(nn.Module):
    """G: latents (B, Z) -> A (B, C, S/4, S/4, S/4) by G^A -> one slab by G^H and the low-resolution volume by G^L."""

    def __init__(self, side: int, network: Network):
        super().__init__()
        width, doublings = network.width, _halvings(side, 16)
        blocks = max(5, doublings + 1)
        channels = [*[8 * width] * (blocks - 2), 4 * width, 2 * width, width]
        layers = [nn.Linear(network.latent, 8 * width * 4**3), nn.Unflatten(1, (8 * width, 4, 4, 4))]
        for block, (inputs, outputs) in enumerate(pairwise(channels)):
            if 1 <= block <= doublings:
                layers.append(nn.Upsample(scale_factor=2))
            layers += [_conv3(inputs, outputs), *_norm_relu(outputs)]
        self.features = nn.Sequential(*layers)
        self.high = nn.Sequential(
            nn.Upsample(scale_factor=2),
            _conv3(width, width // 2),
            *_norm_relu(width // 2),
            nn.Upsample(scale_factor=2),
            _conv3(width // 2, 1),
            nn.Tanh(),
        )
        self.low = nn.Sequential(
            _conv3(width, width // 2),
            *_norm_relu(width // 2),
            _conv3(width // 2, width // 4),
            *_norm_relu(width // 4),
            _conv3(width // 4, 1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor, start: int) -> tuple[Tensor, Tensor]:
        """The slab (B, 1, S/8, S, S) from plane `start` of A on, and the volume (B, 1, S/4, S/4, S/4), in [-1, 1]."""
        a = self.features(z)
        return self.decode(a[:, :, start : start + a.shape[2] // SLABS]), self.low(a)

    def decode(self, a: Tensor) -> Tensor:
        """G^H: the slab (B, 1, S/8, S, S) of a slab of A (B, C, S/32, S/4, S/4)."""
        return self.high(a)


class Discriminator(nn.Module):
    """D on a slab and its place, and D^L on the low-resolution volume; together one logit of being real."""

    def __init__(self, side: int, network: Network):
        super().__init__()
        width = network.width
        layers = [_halve(*pair) for pair in pairwise(_doubling(1, width, _halvings(side, 32)))]
        layers += [
            nn.Conv3d(inputs, outputs, (2, 4, 4), stride=2, padding=(0, 1, 1))
            for inputs, outputs in ((width, 2 * width), (2 * width, 4 * width))
        ]
        layers.append(nn.Conv3d(4 * width, 8 * width, (1, 4, 4), stride=(1, 2, 2), padding=(0, 1, 1)))
        layers.append(nn.Conv3d(8 * width, 2 * width, (1, 4, 4)))
        self.slab = _leaky(layers)
        self.judge = nn.Sequential(_leaky([nn.Linear(2 * width + 1, width)]), spectral_norm(nn.Linear(width, 1)))
        layers = [_halve(*pair) for pair in pairwise(_doubling(1, 4 * width, _halvings(side, 16)))]
        self.low = nn.Sequential(_leaky(layers), spectral_norm(nn.Conv3d(4 * width, 1, 4)))

    def forward(self, slab: Tensor, low: Tensor, position: float) -> Tensor:
        """Logits (B,) of slabs (B, 1, S/8, S, S) at `position`, 0 lowest and 1 highest, and (B, 1, S/4, S/4, S/4)."""
        x = self.slab(slab).flatten(1)
        x = torch.cat([x, x.new_full((len(x), 1), position)], dim=1)
        return (self.judge(x).flatten() + self.low(low).flatten()) / 2


def _leaky(layers: list[nn.Module]) -> nn.Sequential:
    """Each layer spectrally normalised, with LeakyReLU behind it."""
    # In place: autograd would otherwise hold what comes in beside what goes out.
    return nn.Sequential(*(part for n in layers for part in (spectral_norm(n), nn.LeakyReLU(0.2, inplace=True))))


class HalfEncoder(nn.Sequential):
    """E^H: a slab (B, 1, S/8, S, S) -> its slab of A (B, C, S/32, S/4, S/4)."""

    def __init__(self, network: Network):
        half, width = network.width // 2, network.width
        convs = _halve(1, half), _conv3(half, half), _halve(half, width)
        super().__init__(*(part for conv in convs for part in (conv, *_norm_relu(conv.out_channels))))


class LatentEncoder(nn.Sequential):
    """E^G: A of a whole volume (B, C, S/4, S/4, S/4) -> its latent (B, Z)."""

    def __init__(self, side: int, network: Network):
        last = 4 * network.width
        convs = [_halve(*pair) for pair in pairwise(_doubling(network.width, last, _halvings(side, 16)))]
        parts = [part for conv in convs for part in (conv, *_norm_relu(conv.out_channels))]
        super().__init__(*parts, nn.Conv3d(last, network.latent, 4), nn.Flatten())


def build_networks(side: int, network: Network) -> dict[str, nn.Module]:
    """The networks that learn, each with an optimizer of its own, for volumes of `side` voxels along each axis."""
    return {
        "generator": Generator(side, network),
        "discriminator": Discriminator(side, network),
        "half_encoder": HalfEncoder(network),
        "latent_encoder": LatentEncoder(side, network),
    }


class HaganTrainer:
    """The networks of HA-GAN, their optimizers, and one step of training."""

    def __init__(self, config: Config, dataset, device: torch.device):
        self.config, self.dataset, self.device = config, dataset, device
        self.shape = dataset.facts.grid.shape
        if len(set(self.shape)) > 1 or self.shape[0] not in SIDES:
            raise ValueError(f"HA-GAN is defined for cubes with a side in {SIDES}, not for {self.shape}.")
        self.planes = slab_planes(self.shape)
        torch.manual_seed(config.training.seed)
        self.modules, self.optimizers = {}, {}
        for name, module in build_networks(self.shape[0], config.network).items():
            optimizer = torch.optim.Adam(module.parameters(), lr=RATES[name], betas=(0.0, 0.999), fused=True)
            self.modules[name], self.optimizers[name] = module.to(self.device), optimizer
        self.step_number = 0

    def step(self) -> dict[str, float]:
        """One iteration of all networks; returns their losses."""
        training, latent = self.config.training, self.config.network.latent
        chance = step_generator(training.seed, self.step_number)
        indices = batch_indices(training.seed, self.step_number, training.batch_size, len(self.dataset))
        volumes = self.dataset.whole(indices)
        last = a_shape(self.shape)[0] - self.planes
        start = int(torch.randint(last + 1, (), generator=chance))
        latents = [torch.randn(len(indices), latent, generator=chance) for _ in range(2)]

        volumes, latents = volumes.to(self.device), [each.to(self.device) for each in latents]
        slabs = volumes[:, :, A_STRIDE * start : A_STRIDE * (start + self.planes)].contiguous()
        low = F.interpolate(volumes, size=a_shape(self.shape), mode="trilinear")
        losses = {
            "discriminator": self._train_discriminator(slabs, low, latents[0], start, start / last),
            "generator": self._train_generator(latents[1], start, start / last),
            "half_encoder": self._train_half_encoder(slabs),
            "latent_encoder": self._train_latent_encoder(volumes, slabs, low, start),
        }
        self.step_number += 1
        return losses

    def _train_discriminator(self, slabs: Tensor, low: Tensor, z: Tensor, start: int, position: float) -> float:
        """Step 1: D and D^L tell real volumes from synthesized ones."""
        with torch.no_grad():
            fake = self.modules["generator"](z, start)
        discriminator = self.modules["discriminator"]
        with cached():
            loss = real_loss(discriminator(slabs, low, position)) + fake_loss(discriminator(*fake, position))
        return self._learn("discriminator", loss)

    def _train_generator(self, z: Tensor, start: int, position: float) -> float:
        """Step 2: G makes what D and D^L take for real."""
        with self._frozen("discriminator"):
            fake = self.modules["generator"](z, start)
            return self._learn("generator", real_loss(self.modules["discriminator"](*fake, position)))

    def _train_half_encoder(self, slabs: Tensor) -> float:
        """Step 3: E^H learns what G^H, frozen, renders back to the slab."""
        with self._frozen("generator"):
            rendered = self.modules["generator"].decode(self.modules["half_encoder"](slabs))
            return self._learn("half_encoder", F.l1_loss(rendered, slabs))

    def _train_latent_encoder(self, volumes: Tensor, slabs: Tensor, low: Tensor, start: int) -> float:
        """Step 4: E^G learns the latent from which G, frozen, makes the volume again."""
        with torch.no_grad():
            # E^H and its normalisation know slabs only.
            a = torch.cat([self.modules["half_encoder"](slab) for slab in volumes.chunk(SLABS, dim=2)], dim=2)
        with self._frozen("generator"):
            made_slabs, made_low = self.modules["generator"](self.modules["latent_encoder"](a), start)
            return self._learn("latent_encoder", F.l1_loss(made_slabs, slabs) + F.l1_loss(made_low, low))

    @contextmanager
    def _frozen(self, name: str) -> Iterator[None]:
        """A network passes gradients on without collecting any."""
        self.modules[name].requires_grad_(False)
        try:
            yield
        finally:
            self.modules[name].requires_grad_(True)

    def _learn(self, name: str, loss: Tensor) -> float:
        """One step of one network's optimizer."""
        self.optimizers[name].zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[name].step()
        return float(loss.detach())
