"""Tensors and a JSON card in one safetensors file, written whole or not at all; nothing is unpickled.

A checksum of the tensors goes with them, in the card. Files without one, as earlier versions wrote, are taken as they
are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from ..errors import InputError
from .atomic import replace_with
from .safetensors_header import CARD, CHECKSUM, read_header


def save_tensors(path: Path, tensors: Mapping[str, Tensor], card: Mapping) -> None:
    """Write tensors and card to `path`; what was there before stays until the new file is complete."""
    from safetensors.torch import save_file

    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # In the card: the order of several texts isn't the same every time, and equal states are to be equal files.
    metadata = {CARD: json.dumps({**card, CHECKSUM: _checksum(whole)})}
    replace_with(path, lambda partial: _as_os_error(save_file, whole, partial, metadata))


def _as_os_error(save_file, tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]) -> None:
    """safetensors reports a full disk by an exception of its own; the file system's error is in its text."""
    from safetensors import SafetensorError

    try:
        save_file(tensors, path, metadata)
    except SafetensorError as error:
        number = str(error).rpartition("os error ")[2].rstrip(")\"' }")
        raise OSError(int(number) if number.isdigit() else 0, str(error)) from error


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, whoever wrote it, on the CPU.

    Raises:
        InputError: the file can't be read or is cut off.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path.name} is damaged or can't be read ({error}). Use another copy.") from error


def load_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a file of ours, on the CPU.

    Raises:
        InputError: see `read_tensors`; or the file isn't one of ours, or isn't as it was written.
    """
    header = read_header(path)
    tensors = read_tensors(path)
    if header.checksum not in (None, _checksum(tensors)):
        raise InputError(f"{path.name} isn't as it was written: it was changed or damaged. Use another copy.")
    return tensors


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of names, types, shapes and bytes of tensors on the CPU."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()
