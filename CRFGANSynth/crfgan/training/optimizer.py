"""Adam without a first moment, which takes its step as soon as a gradient is there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

BETA2, EPSILON = 0.999, 1e-8
CHUNK = 2**16
"""Numbers updated at a time: they stay in the processor's cache, and temporary ones take no memory."""


class EarlyAdam(torch.optim.Optimizer):
    """Adam(0, 0.999) as in the paper, in half of its memory, and with no more than one gradient at a time.

    With a first decay of 0 the first moment is the gradient itself, so that none is stored. A parameter is updated in
    the backward pass, when its gradient is complete, and the gradient is dropped: there is no `step` to call.

    Source: Kingma and Ba, ICLR 2015, arXiv 1412.6980, algorithm 1.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float):
        super().__init__(parameters, {"lr": lr})
        self._held = False
        for group in self.param_groups:
            for parameter in group["params"]:
                self.state[parameter] = {"step": torch.tensor(0.0), "exp_avg_sq": torch.zeros_like(parameter)}
                parameter.register_post_accumulate_grad_hook(self._on_gradient)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Gradients that arrive meanwhile add up and wait for the next one."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def _on_gradient(self, parameter: nn.Parameter) -> None:
        if not self._held:
            self._update(parameter, parameter.grad, self.state[parameter])
            parameter.grad = None

    @torch.no_grad()
    def _update(self, parameter: Tensor, gradient: Tensor, state: dict[str, Tensor]) -> None:
        state["step"] += 1
        correction = math.sqrt(1 - BETA2 ** float(state["step"]))
        rate = self.param_groups[0]["lr"]
        tensors = parameter, gradient.contiguous(), state["exp_avg_sq"]
        # A GPU is at its best with all numbers at once.
        chunk = CHUNK if parameter.device.type == "cpu" else parameter.numel()
        for value, slope, square in zip(*(tensor.view(-1).split(chunk) for tensor in tensors), strict=True):
            square.mul_(BETA2).addcmul_(slope, slope, value=1 - BETA2)
            value.addcdiv_(slope, square.sqrt().div_(correction).add_(EPSILON), value=-rate)
