"""`crfgan check`: which volumes can be trained on."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ..events import Report
from .terminal.argument_types import some_path
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.inputs import add_cache, add_data
from .terminal.interruption import Interruption
from .terminal.output import show
from .terminal.progress import add_progress, begin
from .terminal.settings import add_intensities, chosen_preprocessing

if TYPE_CHECKING:
    from ..data.inspection import Checked


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    add_data(parser, nargs="+")
    parser.add_argument("--out", type=some_path, metavar="DIR", help="folder for a small picture of each volume")
    add_cache(parser)
    add_intensities(parser)


def _check(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "check", path=args.out or "")
    from ..data.cache import Cache
    from ..data.inspection import check_volumes
    from ..data.labels import find_labels
    from ..storage.atomic import make_folder
    from ..volumes.discovery import find_volumes

    settings = chosen_preprocessing(args)
    sources, labels = find_volumes(args.data), find_labels(args.data)
    pictures = make_folder(args.out) if args.out else None
    found, total = [], len(sources)
    for index, volume in enumerate(check_volumes(sources, settings, Cache(args.cache), pictures, labels)):
        found.append(volume)
        report("checked", index=index, total=total, **volume.facts())
        report("preparing", done=index + 1, total=total)
        if should_stop():
            return INTERRUPTED
    _conclude(args, found, report)
    return OK


def _conclude(args: Namespace, found: list[Checked], report: Report) -> None:
    """Say what is to be said of all volumes together."""
    from ..data.inspection import table, without_minority
    from ..data.preprocessing import require_two

    checked, total = without_minority(found), len(found)
    for index, (before, after) in enumerate(zip(found, checked, strict=True)):
        if after != before:
            report("checked", index=index, total=total, **after.facts())
    if not args.events:
        report.close()
        show(table(checked))
    usable = sum(not volume.problem for volume in checked)
    require_two(total, usable)
    if args.events:
        report("finished", path=args.out or "", usable=usable, total=total)


CHECK = Command("check", "Say of each volume whether it can be trained on, and why not.", _add_arguments, _check)
