"""`crfgan estimate`: the memory and time that training and synthesis will take."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from ..events import Report
from .terminal.argument_types import size
from .terminal.command import OK, Command
from .terminal.interruption import Interruption
from .terminal.output import show
from .terminal.progress import add_progress, begin
from .terminal.settings import add_settings, chosen_config, given_settings


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    parser.add_argument("--memory-budget", type=size, metavar="SIZE", help="default: what the device has free")
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    add_settings(parser)


def _estimate(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "estimate")
    config, settings, budget = chosen_config(args), given_settings(args), args.memory_budget
    import torch

    from ..hardware.device import device_facts
    from ..hardware.estimate import describe_estimates, estimate_presets, estimate_synthesis, estimate_training

    facts = device_facts(config.training.device)
    device = torch.device(facts["device"])
    if args.events:
        presets = estimate_presets(settings, device, budget)
        report("estimated", device=facts["device"], name=facts["name"], presets=presets)
        return OK
    step, volume = estimate_training(config, device, budget), estimate_synthesis(config, device)
    if args.json:
        presets = estimate_presets(settings, device, budget)
        both = {"training_step": asdict(step), "synthesis": asdict(volume)}
        show(json.dumps({"device": device.type, **both, "presets": presets}, indent=1))
    else:
        show(describe_estimates(config, device.type, step, volume))
    return OK


ESTIMATE = Command("estimate", "Say what a training step and a new volume will take.", _add_arguments, _estimate)
