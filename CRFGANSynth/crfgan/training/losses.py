"""The losses of the four networks: binary cross-entropy on logits, as in the paper, and the CRF's share over time."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..config import Config
from ..networks.discriminator import Judgement


def real_loss(logits: Tensor) -> Tensor:
    """Binary cross-entropy with the target 1, real: -log sigmoid(l)."""
    return F.softplus(-logits).mean()


def fake_loss(logits: Tensor) -> Tensor:
    """Binary cross-entropy with the target 0, fake: -log(1 - sigmoid(l))."""
    return F.softplus(logits).mean()


def class_loss(judgement: Judgement, classes: Tensor) -> Tensor | float:
    """Cross-entropy of the class head against classes (B,); nothing where there are no classes."""
    return 0.0 if judgement.class_logits is None else F.cross_entropy(judgement.class_logits, classes)


def crf_share(step: int, config: Config) -> float:
    """alpha: the CRF's weight in the generator's loss, falling linearly from `crf_weight` to 0; 0 without a CRF."""
    if config.network.crf == "none":
        return 0.0
    training = config.training
    fade = max(training.crf_fade * training.iterations, 1)
    return training.crf_weight * max(0.0, 1 - step / fade)


def generator_loss(score: Tensor, nodes: Tensor | None, alpha: float, crf: str) -> Tensor:
    """What the generator minimises, from D's logits (B,) and the CRF's node logits (B, N).

    The published CRF is mixed with D's logit, of which it is a rescaling; the spatial one has evidence of its own
    and comes as a term beside it.
    """
    if nodes is None:
        return real_loss(score)
    if crf == "reference":
        return real_loss(alpha * nodes.mean(1) + (1 - alpha) * score)
    return real_loss(score) + alpha * real_loss(nodes.mean(1))


def mode_seeking_loss(fake: Tensor, real: Tensor) -> Tensor:
    """How much less synthesized slabs differ from each other than real ones at the same places: 0 to 1.

    Slabs (B, 1, D, H, W) 2i and 2i + 1 lie at one place; a last one without a partner is left out. A discriminator sees
    one slab at a time and can't tell that all are the same one.

    Source: after Mao et al., Mode Seeking GANs, CVPR 2019, arXiv 1903.05628; they divide by the latents' distance, and
    not by that of real images.
    """
    if len(fake) < 2:
        return fake.new_zeros(())
    pairs = len(fake) // 2 * 2
    differ, should = ((x[0:pairs:2] - x[1:pairs:2]).abs().mean() for x in (fake, real))
    return F.relu(1 - differ / should.clamp_min(1e-3))


def spliced_negatives(features: Tensor, last: Tensor, rng: torch.Generator) -> Tensor:
    """Negatives for the CRF, each spliced from two real volumes: of features (B, N, F), the upper planes are another's.

    The other one is the volume before, in the batch or, for the first, in the step before: `last` (N, F).
    """
    cut = int(torch.randint(1, max(features.shape[1], 2), (), generator=rng))
    other = torch.cat([last[None].to(features), features[:-1]])
    return torch.cat([features[:, :cut], other[:, cut:]], dim=1)
