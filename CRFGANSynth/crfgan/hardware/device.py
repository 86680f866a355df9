"""What a run computes on, in words: many a GPU goes unused without its owner's knowing."""

from __future__ import annotations

import torch

from ..errors import InputError


def choose_device(name: str) -> torch.device:
    """The device that `auto`, `cpu`, `cuda` or `mps` means here.

    Raises:
        InputError: the device asked for isn't there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, usable in there.items() if usable))
    if not there[name]:
        raise InputError(f"The device must be one of this machine's, got {name}. Choose auto or cpu.")
    return torch.device(name)


def device_facts(asked: str) -> dict[str, str]:
    """What the setting `asked` means here: `device`, its `name`, and `reason`, why there is no GPU though any would do.

    Raises:
        InputError: the device asked for isn't there.
    """
    device = choose_device(asked)
    unlucky = asked == "auto" and device.type == "cpu"
    reason = "no GPU that PyTorch can use was found" if unlucky else ""
    return {"device": device.type, "name": _name(device), "reason": reason}


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    cores = torch.get_num_threads()
    return "1 CPU core" if cores == 1 else f"{cores} CPU cores"
