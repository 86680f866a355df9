"""What the training volumes have in common, and how they differ: one mean volume, its deformations, its appearance.

The training volumes were brought to one shape (training/prior/alignment.py). A volume is the mean of these, plus what
its tissue looks like, deformed to its own shape: an appearance model as of Cootes, Edwards and Taylor, IEEE TPAMI 2001,
23(6), in 3D and with dense fields. So a sharp mean stays sharp wherever an organ lies, where components of volumes that
aren't aligned are ghosts of many organs.

Shapes: B batch, K components, Z latent, D H W the volume, d h w a quarter of it, p q r the grid of fields, u v w that
of appearances, T P Q a sub-volume with its axis first. Fields count along W, H, D, from -1 to 1 over the volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..shapes import A_STRIDE, Shape, a_shape

SIDE = 32
"""Voxels along each side of the grid on which volumes are aligned, and that fields have."""


class Drawing(NamedTuple):
    """A volume as the prior draws it, at any resolution."""

    field: Tensor
    """(B, 3, p, q, r): where, beside its own place, each place of the volume finds itself in the mean."""
    appearance: Tensor
    """(B, 1, u, v, w): what is added to the mean there."""


class Prior(nn.Module):
    """Mean, deformations and appearance of the training volumes; zeros until they are known.

    Args:
        deformations, appearances: room for so many components of each.
    """

    def __init__(self, shape: Shape, deformations: int, appearances: int):
        super().__init__()
        self.shape, grid = shape, (SIDE,) * 3
        self.register_buffer("mean", torch.zeros(1, 1, *shape))
        self.register_buffer("mean_field", torch.zeros(3, *grid))
        self.register_buffer("fields", torch.zeros(deformations, 3, *grid))
        # At half the resolution at most: components of single voxels are the noise of single volumes.
        self.register_buffer("appearances", torch.zeros(appearances, 1, *(min(SIDE, n // 2) for n in shape)))

    @property
    def count(self) -> int:
        """Numbers at the beginning of a latent that are scores: of deformations, then of appearances."""
        return len(self.fields) + len(self.appearances)

    @torch.no_grad()
    def draw(self, z: Tensor) -> Drawing:
        """Latents (B, Z), which begin with the scores, each of variance 1."""
        of_fields, of_appearances = z[:, : self.count].split([len(self.fields), len(self.appearances)], dim=1)
        field = self.mean_field + torch.einsum("bk,kcpqr->bcpqr", of_fields, self.fields)
        return Drawing(field, torch.einsum("bk,kcpqr->bcpqr", of_appearances, self.appearances))

    def layout(self, drawing: Drawing) -> Tensor:
        """A drawing (B, 1, d, h, w) at a quarter of the resolution, about in [-1, 1]."""
        shape = a_shape(self.shape)
        # Averaged, as what is finer than the layout's voxels would come out as noise.
        sides = [min(pair) for pair in zip(shape, drawing.appearance.shape[2:], strict=True)]
        drawing = drawing._replace(appearance=F.adaptive_avg_pool3d(drawing.appearance, sides))
        first = _centres(shape[0], drawing.field).expand(len(drawing.field), -1)
        places = _places(first, [_centres(n, drawing.field) for n in shape[1:]], axis=0)
        return _look_up(drawing, F.adaptive_avg_pool3d(self.mean, shape), places)

    def part(self, drawing: Drawing, axis: int, starts: Sequence[int], planes: int, margin: int = 0) -> Tensor:
        """Voxels (B, 1, T, P, Q) of sub-volumes along `axis`, about in [-1, 1].

        Args:
            starts: (B,) first plane of A of each, of `planes` planes.
            margin: voxels more on both sides; beyond the volume its last plane goes on.
        """
        first = torch.tensor(starts, device=self.mean.device)[:, None] * A_STRIDE - margin
        index = first + torch.arange(A_STRIDE * planes + 2 * margin, device=self.mean.device)
        along = _centres(self.shape[axis], drawing.field)[index.clamp(0, self.shape[axis] - 1)]
        face = [_centres(n, drawing.field) for number, n in enumerate(self.shape) if number != axis]
        return _look_up(drawing, self.mean, _places(along, face, axis))


def _centres(count: int, like: Tensor) -> Tensor:
    """Centres of so many voxels, from -1 to 1 over the volume."""
    return ((2 * torch.arange(count, device=like.device) + 1) / count - 1).to(like)


def _places(along: Tensor, face: Sequence[Tensor], axis: int) -> Tensor:
    """Places (B, T, P, Q, 3), along W, H, D, at (B, T) along `axis` and (P,), (Q,) along the two others."""
    size = (*along.shape, len(face[0]), len(face[1]))
    lines = [face[0].view(1, 1, -1, 1).expand(size), face[1].expand(size)]
    lines.insert(axis, along.view(*along.shape, 1, 1).expand(size))
    return torch.stack(lines[::-1], dim=-1)


@torch.no_grad()
def _look_up(drawing: Drawing, mean: Tensor, places: Tensor) -> Tensor:
    """The drawing's values (B, 1, T, P, Q) at places (B, T, P, Q, 3)."""
    moved = places + _sample(drawing.field, places).movedim(1, -1)
    # All at once: there is one mean for all volumes.
    values = _sample(mean.to(moved), moved.flatten(0, 1)[None]).view(len(moved), 1, *moved.shape[1:4])
    return values + _sample(drawing.appearance, moved)


def places_of(shape: Sequence[int], like: Tensor) -> Tensor:
    """The places (1, D, H, W, 3) of a volume's voxels."""
    lines = [_centres(n, like) for n in shape]
    return _places(lines[0][None], lines[1:], axis=0)


def moved_by(x: Tensor, field: Tensor, places: Tensor) -> Tensor:
    """The values (B, C, ...) that x (B, C, D, H, W) has where a field (B, 3, p, q, r) leads from places (B, ..., 3)."""
    return _sample(x, places + _sample(field, places).movedim(1, -1))


def _sample(x: Tensor, places: Tensor) -> Tensor:
    return F.grid_sample(x, places, mode="bilinear", padding_mode="border", align_corners=False)
