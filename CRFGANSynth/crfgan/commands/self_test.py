"""`crfgan selftest`: whether the packages that are needed can be used."""

from __future__ import annotations

from argparse import Namespace

from ..errors import InputError
from ..events import Report
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.interruption import Interruption
from .terminal.progress import add_progress, begin


def _self_test(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "selftest")
    from ..hardware.self_test import MODULES, problem_of, sentence, version_of

    problems = {}
    for package in MODULES:
        # Said first: a damaged library may end the process.
        report("trying", package=package)
        problems[package] = problem_of(package)
        report("tried", package=package, version=version_of(package), problem=problems[package])
        if should_stop():
            return INTERRUPTED
    unusable = [sentence(package, problem) for package, problem in problems.items() if problem]
    if unusable:
        raise InputError(" ".join(unusable))
    if args.events:
        report("finished", path="")
    return OK


SELF_TEST = Command("selftest", "Say whether every package that is needed can be loaded.", add_progress, _self_test)
