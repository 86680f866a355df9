"""What a run computes on, in words: many a GPU goes unused without its owner's knowing."""

from __future__ import annotations

from functools import cache

import torch

from ..errors import InputError
from .memory import is_out_of_memory


def choose_device(name: str) -> torch.device:
    """The device that `auto`, `cpu`, `cuda` or `mps` means here.

    Raises:
        InputError: the device asked for isn't there, or this PyTorch can't compute on it.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, found in there.items() if found and not problem_of(kind)))
    if not there[name]:
        raise InputError(f"The device must be one of this machine's, got {name}. Choose auto or cpu.")
    if problem := problem_of(name):
        raise InputError(f"The device must be one that can be used, got {name}: {problem}. Choose auto or cpu.")
    return torch.device(name)


def device_facts(asked: str) -> dict[str, str]:
    """What the setting `asked` means here: `device`, its `name`, and `reason`, why there is no GPU though any would do.

    Raises:
        InputError: see `choose_device`.
    """
    device = choose_device(asked)
    unlucky = asked == "auto" and device.type == "cpu"
    return {"device": device.type, "name": _name(device), "reason": _why_no_gpu() if unlucky else ""}


def _why_no_gpu() -> str:
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    problems = [problem_of(kind) for kind, found in there.items() if found]
    return problems[0] if problems else "no GPU that PyTorch can use was found"


@cache
def problem_of(kind: str) -> str:
    """Why nothing can be computed on a device that PyTorch has found, in a phrase; empty where it works."""
    try:
        torch.ones(2, device=kind).mul(2).sum().item()
    except (RuntimeError, AssertionError) as error:
        if is_out_of_memory(error):  # it could, if others left it some memory
            return ""
        why = str(error).strip().partition("\n")[0].rstrip(".")
        return (
            f"this PyTorch, {torch.__version__}, can't use {_name(torch.device(kind))} ({why}); install a PyTorch that "
            "is built for it, see pytorch.org, or a newer driver"
        )
    return ""


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    cores = torch.get_num_threads()
    return "1 CPU core" if cores == 1 else f"{cores} CPU cores"
