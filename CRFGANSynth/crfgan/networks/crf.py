"""The conditional random field over A that ties the sub-volumes together, solved by mean-field updates.

After Shiri, Bruno and Loiacono, arXiv 2503.10899. A node is a group of channels (`reference`, as published) or a depth
plane of A with evidence of its own (`spatial`, which can say where a volume is inconsistent).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ..config import Network
from .shapes import Shape, a_shape

UPDATES = 10


def mean_field(unary: Tensor, pairwise: Tensor) -> Tensor:
    """Node logits after the mean-field updates l_i = u_i + sum_j (2 sigmoid(l_j) - 1) psi_ij.

    Args:
        unary: u, (B, N) logits.
        pairwise: psi, (B, N, N), symmetric.
    """
    logits = unary
    for _ in range(UPDATES):
        # 2 sigmoid(l) - 1 = tanh(l / 2)
        logits = unary + torch.bmm(pairwise, torch.tanh(logits / 2).unsqueeze(2)).squeeze(2)
    return logits


class _Field(nn.Module):
    """The symmetric compatibility matrix, zero at the start, times the cosine similarity of node features."""

    def __init__(self, nodes: int):
        super().__init__()
        self.compatibility = nn.Parameter(torch.zeros(nodes, nodes))

    def pairwise(self, features: Tensor) -> Tensor:
        """psi (B, N, N) from node features (B, N, F)."""
        unit = F.normalize(features, dim=2)
        return torch.bmm(unit, unit.transpose(1, 2)) * (self.compatibility + self.compatibility.T) / 2


class ReferenceCRF(_Field):
    """The published CRF: nodes are groups of channels and all share the discriminator's logit as evidence."""

    def __init__(self, shape: Shape, network: Network):
        super().__init__(a_shape(shape)[0])

    def describe(self, a: Tensor) -> Tensor:
        """A (B, C, d, h, w) -> node features (B, N, F)."""
        return a.reshape(len(a), len(self.compatibility), -1)

    def forward(self, features: Tensor, score: Tensor) -> Tensor:
        """Node features (B, N, F) and the discriminator's logits (B,) -> node logits (B, N)."""
        return mean_field(score[:, None].expand(-1, features.shape[1]), self.pairwise(features))


class SpatialCRF(_Field):
    """Nodes are the depth planes of A; evidence and features of each are read from the plane itself."""

    def __init__(self, shape: Shape, network: Network):
        super().__init__(a_shape(shape)[0])
        width = network.width
        self.reduce = nn.ModuleList(
            spectral_norm(nn.Conv3d(width, width, (1, 4, 4), stride=(1, 2, 2), padding=(0, 1, 1))) for _ in range(2)
        )
        self.summarise = spectral_norm(nn.Linear(4 * width, width))
        self.evidence = spectral_norm(nn.Linear(width, 1))
        self.project = nn.Linear(width, width)
        self.register_buffer("company", torch.zeros(a_shape(shape)[0], width))  # its name in saved states

    @property
    def last_real(self) -> Tensor:
        """Features (N, F) of the last real volume, to be spliced with the next one's."""
        return self.company

    def describe(self, a: Tensor) -> Tensor:
        """A (B, C, d, h, w) -> features (B, N, F) of its depth planes, each read from the plane alone."""
        for conv in self.reduce:
            a = F.leaky_relu_(conv(a), 0.2)
        depth = a.shape[2]
        quarters = F.adaptive_avg_pool3d(a, (depth, 2, 2))
        return F.leaky_relu(self.summarise(quarters.transpose(1, 2).flatten(2)), 0.2)

    def forward(self, features: Tensor, score: Tensor) -> Tensor:
        """Node features (B, N, F) -> node logits (B, N); the discriminator's logits aren't needed."""
        return mean_field(self.evidence(features).squeeze(2), self.pairwise(self.project(features)))


def build_crf(shape: Shape, network: Network) -> ReferenceCRF | SpatialCRF | None:
    """The CRF that the configuration asks for."""
    kinds = {"reference": ReferenceCRF, "spatial": SpatialCRF, "none": lambda *_: None}
    return kinds[network.crf](shape, network)
