"""The networks that a configuration asks for."""

from __future__ import annotations

from torch import nn

from ..config import Network
from .crf import build_crf
from .discriminator import Discriminator
from .generator import Generator
from .half_encoder import HalfEncoder
from .prior.prior_generator import PriorGenerator
from .prior.subvolume_discriminator import SubvolumeDiscriminator
from .shapes import Shape


def build_generator(shape: Shape, network: Network) -> Generator | PriorGenerator:
    """The generator alone, as synthesis needs it."""
    return (PriorGenerator if network.prior else Generator)(shape, network)


def build_networks(shape: Shape, network: Network) -> dict[str, nn.Module]:
    """All that learns, by name."""
    generator = build_generator(shape, network)
    if network.prior:
        return {"generator": generator, "discriminator": SubvolumeDiscriminator(shape, network)}
    networks = {"generator": generator, "discriminator": Discriminator(shape, network), "encoder": HalfEncoder(network)}
    crf = build_crf(shape, network)
    return networks if crf is None else {**networks, "crf": crf}
