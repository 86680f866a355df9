"""`crfgan check`: which volumes can be trained on."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ..errors import Interrupted
from ..events import Report
from .terminal.argument_types import some_path
from .terminal.command import OK, Command
from .terminal.inputs import add_cache, add_data, add_include, find_data
from .terminal.interruption import Interruption
from .terminal.output import show
from .terminal.progress import add_progress, begin
from .terminal.settings import add_intensities, chosen_preprocessing

if TYPE_CHECKING:
    from ..data.inspection import Checked
    from ..data.labels import Labels
    from ..volumes.finding.remarks import Note


def _add_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    add_data(parser, nargs="+")
    parser.add_argument("--out", type=some_path, metavar="DIR", help="folder for a small picture of each volume")
    add_include(parser)
    add_cache(parser)
    add_intensities(parser)


def _check(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "check", path=args.out or "")
    from ..data.cache import Cache
    from ..data.inspection import check_volumes
    from ..data.labels import find_labels
    from ..storage.atomic import make_folder

    settings = chosen_preprocessing(args)
    sought, labels = find_data(args, report, should_stop), find_labels(args.data)
    pictures = make_folder(args.out) if args.out else None
    found, total = [], len(sought.sources)
    for index, volume in enumerate(check_volumes(sought.sources, settings, Cache(args.cache), pictures, labels)):
        found.append(volume)
        report("checked", index=index, total=total, **volume.facts())
        report("preparing", done=index + 1, total=total)
        if should_stop():
            raise Interrupted(
                f"Stopped after {index + 1} of {total} volumes were looked at; what was found out is kept."
            )
    _conclude(args, found, sought.notes, labels, report)
    return OK


def _conclude(args: Namespace, found: list[Checked], notes: list[Note], labels: Labels | None, report: Report) -> None:
    """Say what is to be said of all volumes together."""
    from ..data.inspection import Summary, vetted
    from ..data.preprocessing import require_two

    checked, remarks = vetted(found, chosen_preprocessing(args).modality, args.include)
    usable = [volume.member.source for volume in checked if volume.reason is None]
    if labels and usable and (problem := labels.problem(usable)):
        remarks.append(f"The table {labels.table} beside the volumes can't be used: {problem}")
    for index, (before, after) in enumerate(zip(found, checked, strict=True)):
        if after != before:
            report("checked", index=index, total=len(found), **after.facts())
    summary = Summary(checked, notes)
    for row in summary.passed_over():
        report("checked", index=len(found), total=len(found), **row.facts())
    for sentence in remarks:
        report("noted", sentence=sentence)
    if not args.events:
        report.close()
        show(summary.table())
    require_two(summary.total, summary.usable)
    if args.events:
        report("finished", path=args.out or "", usable=summary.usable, total=summary.total, summary=summary.line())


CHECK = Command("check", "Say of each volume whether it can be trained on, and why not.", _add_arguments, _check)
