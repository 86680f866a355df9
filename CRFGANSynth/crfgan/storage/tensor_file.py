"""Tensors and a JSON card in one safetensors file, written whole or not at all; nothing is unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from ..errors import InputError
from .atomic import replace_with
from .safetensors_header import CARD


def save_tensors(path: Path, tensors: Mapping[str, Tensor], card: Mapping) -> None:
    """Write tensors and card to `path`; what was there before stays until the new file is complete."""
    from safetensors.torch import save_file

    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {CARD: json.dumps(card)}
    replace_with(path, lambda partial: _as_os_error(save_file, whole, partial, metadata))


def _as_os_error(save_file, tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]) -> None:
    """safetensors reports a full disk by an exception of its own; the file system's error is in its text."""
    from safetensors import SafetensorError

    try:
        save_file(tensors, path, metadata)
    except SafetensorError as error:
        number = str(error).rpartition("os error ")[2].rstrip(")\"' }")
        raise OSError(int(number) if number.isdigit() else 0, str(error)) from error


def load_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a file, on the CPU.

    Raises:
        InputError: the file can't be read or is cut off.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path.name} is damaged or can't be read ({error}). Use another copy.") from error
