"""The arithmetic of a run: what the device is fastest with, once it has shown at the run's own shapes that it holds.

Some GPU libraries take more memory for 3D convolutions in bf16 than in fp32, or are wrong at large shapes. So a pass is
made both ways before training, and fp32 is taken where the fast way takes more or says something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from ..errors import InputError
from ..events import Report
from .trainer import Trainer

TOLERANCE = 0.1
"""Largest deviation from fp32, over the deviation of the slabs themselves: bf16 rounds to three digits."""
MEMORY = 1.05
"""Most memory that a reduced precision may take, over fp32."""


def choose_precision(trainer: Trainer, report: Report) -> str:
    """The precision that the configuration asks for; for `auto` the fastest that passes its self-test.

    Raises:
        InputError: the one asked for by name fails.
    """
    asked = trainer.config.training.precision
    candidates = _usable(trainer.device) if asked == "auto" else [asked]
    for precision in candidates:
        fault = None if precision == "fp32" else find_fault(trainer, precision)
        if fault is None:
            break
        if asked != "auto":
            raise InputError(f"The precision {precision} can't be used here: {fault}. Choose auto or fp32.")
        report("precision", precision=precision, usable=False, reason=fault)
    use_tf32(precision == "tf32")
    report("precision", precision=precision, usable=True, reason="")
    return precision


def _usable(device: torch.device) -> list[str]:
    """What a device computes faster than fp32 by itself, fastest first, and fp32."""
    if device.type != "cuda" or torch.cuda.get_device_capability(device)[0] < 8:
        return ["fp32"]
    return ["bf16", "tf32", "fp32"]


def use_tf32(on: bool) -> None:
    """Let convolutions and matrix products of fp32 numbers be rounded to tf32 on GPUs that have it, or not."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = on


def find_fault(trainer: Trainer, precision: str) -> str | None:
    """Why a precision can't be used for a run, or None: by a pass at the run's own shapes, forward and backward."""
    exact, exact_memory = _probe(trainer, "fp32")
    made, memory = _probe(trainer, precision)
    if not torch.isfinite(made).all():
        return "it gives numbers that aren't finite"
    deviation = float((made - exact).square().mean().sqrt() / exact.std().clamp_min(1e-6))
    if deviation > TOLERANCE:
        return f"its result deviates by {deviation:.0%} from fp32"
    if memory > MEMORY * exact_memory:
        return f"it takes {memory / exact_memory:.2f} times the memory of fp32"
    return None


def _probe(trainer: Trainer, precision: str) -> tuple[Tensor, int]:
    """Slabs of a pass in one precision, and the most memory it took on a GPU (1 elsewhere)."""
    device, parameters = trainer.device, list(trainer.modules["generator"].parameters())
    on_gpu = device.type == "cuda"
    with _arithmetic(trainer, precision):
        if on_gpu:
            torch.cuda.reset_peak_memory_stats(device)
        a, slabs = trainer.trial_pass()
        torch.autograd.grad(slabs.square().mean() + a.square().mean(), parameters)
        return slabs.detach(), torch.cuda.max_memory_allocated(device) if on_gpu else 1


@contextmanager
def _arithmetic(trainer: Trainer, precision: str) -> Iterator[None]:
    before, trainer.precision = trainer.precision, precision
    use_tf32(precision == "tf32")
    try:
        yield
    finally:
        trainer.precision = before
        use_tf32(False)
