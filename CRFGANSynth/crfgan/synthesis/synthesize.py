"""From a model to new volumes in the training data's units and geometry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from ..data.preprocessing import restore, restore_like
from ..errors import InputError
from ..hardware.memory_estimate import synthesis_chunk
from ..networks.streaming import synthesize_volume
from ..randomness import sample_latent, truncate
from ..runs.model_file import Model
from ..volumes.provenance import synthetic
from ..volumes.volume import Volume


def synthesize_array(
    model: Model,
    seed: int,
    index: int,
    class_name: str | None = None,
    budget: int | None = None,
    truncation: float | None = None,
) -> tuple[np.ndarray, str]:
    """Sample `index` of `seed`: (D, H, W) float32 in [-1, 1], and its class, empty where there are none.

    Args:
        budget: bytes of memory that may be taken; as many as are fastest where none is given.
        truncation: limit of the latent's components (see `truncate`); none where none is given.

    Raises:
        InputError: the model doesn't know the class, the budget is too small, or the truncation is out of range.
    """
    chunk = None if budget is None else synthesis_chunk(model.config.network, model.grid.shape, budget)
    classes = model.card["classes"]
    latent, number = sample_latent(seed, index, model.config.network.latent, len(classes))
    if truncation is not None:
        latent = truncate(latent, truncation)
    if class_name is not None:
        number = _class_number(classes, class_name)
    device = next(model.generator.parameters()).device
    chosen = torch.tensor([number], device=device) if classes else None
    array = synthesize_volume(model.generator, latent.to(device), chosen, chunk).numpy()
    return array, classes[number] if classes else ""


def _class_number(classes: list[str], name: str) -> int:
    if name not in classes:
        known = ", ".join(classes) if classes else "none: it was trained without classes"
        raise InputError(f"The class must be one that the model knows ({known}), got {name!r}. Choose another.")
    return classes.index(name)


def provenance(model: Model, seed: int, index: int, class_name: str, truncation: float | None = None) -> dict[str, str]:
    """What every synthetic volume says of itself."""
    return synthetic(
        f"CRF-GAN {model.sha256[:12]} seed {seed} index {index}",
        Model=model.card["name"],
        ModelSHA256=model.sha256,
        Seed=seed,
        Index=index,
        Units=model.units.name,
        Class=class_name,
        Truncation=None if truncation is None else f"{truncation:g}",
    )


def volume_name(seed: int, index: int) -> str:
    """What sample `index` of `seed` is called."""
    return f"synthetic_seed{seed}_{index:03d}"


def synthesize(
    model: Model,
    count: int,
    seed: int,
    class_name: str | None = None,
    reference: Volume | None = None,
    budget: int | None = None,
    truncation: float | None = None,
) -> Iterator[tuple[Volume, dict[str, str]]]:
    """New volumes with their provenance, one by one; each depends on model, seed and its index alone.

    Args:
        reference: a volume whose grid, and whose anatomy's place, the new ones take.
        budget, truncation: as in `synthesize_array`.

    Raises:
        InputError: see `synthesize_array`; or the reference has no foreground.
    """
    for index in range(count):
        array, made = synthesize_array(model, seed, index, class_name, budget, truncation)
        name = volume_name(seed, index)
        if reference is None:
            volume = restore(array, model.units, model.grid, tuple(model.card["center_ras"]), name)
        else:
            volume = restore_like(array, model.units, model.grid, reference, model.config.preprocessing, name)
        yield volume, provenance(model, seed, index, made, truncation)
