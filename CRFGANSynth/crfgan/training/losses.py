"""The losses of the four networks: binary cross-entropy on logits, as in the paper, and the CRF's share over time."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..config import Config
from ..networks.discriminator import Judgement


def is_real(logits: Tensor) -> Tensor:
    """Binary cross-entropy with the target 1: -log sigmoid(l)."""
    return F.softplus(-logits).mean()


def is_fake(logits: Tensor) -> Tensor:
    """Binary cross-entropy with the target 0: -log(1 - sigmoid(l))."""
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
        return is_real(score)
    if crf == "reference":
        return is_real(alpha * nodes.mean(1) + (1 - alpha) * score)
    return is_real(score) + alpha * is_real(nodes.mean(1))


def lack_of_variety(fake: Tensor, real: Tensor) -> Tensor:
    """How much less synthesized slabs differ from each other than real ones at the same places: 0 to 1.

    Slabs (B, 1, D, H, W) 2i and 2i + 1 lie at one place; a last one without a partner is left out. A discriminator sees
    one slab at a time and can't tell that all are the same one (Mao et al., CVPR 2019, arXiv 1903.05628).
    """
    if len(fake) < 2:
        return fake.new_zeros(())
    pairs = len(fake) // 2 * 2
    differ, should = ((x[0:pairs:2] - x[1:pairs:2]).abs().mean() for x in (fake, real))
    return F.relu(1 - differ / should.clamp_min(1e-3))


def mixed_company(features: Tensor, before: Tensor, chance: torch.Generator) -> Tensor:
    """Planes of real volumes in the wrong company: of their features (B, N, F), the upper part from another volume.

    The other one is the volume before, in the batch or, for the first, in the step before: `before` (N, F).
    """
    cut = int(torch.randint(1, max(features.shape[1], 2), (), generator=chance))
    other = torch.cat([before[None].to(features), features[:-1]])
    return torch.cat([features[:, :cut], other[:, cut:]], dim=1)
