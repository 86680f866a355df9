"""`crfgan info` and `crfgan export`: what a model is, and a file of it to give away."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from ..events import Report
from .terminal.argument_types import one_line, some_path
from .terminal.command import INTERRUPTED, OK, Command
from .terminal.inputs import add_model
from .terminal.interruption import Interruption
from .terminal.output import show
from .terminal.progress import add_progress, begin


def _add_info_arguments(parser: ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument("--json", action="store_true", help="the whole card as JSON")


def _info(args: Namespace, report: Report, should_stop: Interruption) -> int:
    from ..runs.card import describe, read_card

    card = read_card(args.model)
    show(json.dumps(card, indent=1) if args.json else describe(card))
    return OK


def _add_export_arguments(parser: ArgumentParser) -> None:
    add_progress(parser)
    add_model(parser)
    parser.add_argument("out", type=some_path, metavar="OUT", help="new file, NAME.safetensors")
    parser.add_argument("--half", action="store_true", help="half as large: weights of 16 bits")
    text = "the model's name in its card; default: as it is, a run's is the run's"
    parser.add_argument("--name", type=one_line, metavar="TEXT", help=text)
    parser.add_argument("--licence", metavar="TEXT", help="licence of the model in its card; default: as it is")


def _export(args: Namespace, report: Report, should_stop: Interruption) -> int:
    begin(report, "export", path=args.out)
    changes = {name: text for name, text in (("name", args.name), ("licence", args.licence)) if text is not None}
    if should_stop():
        return INTERRUPTED
    if args.half:
        from ..runs.model_file import save_half

        save_half(args.model, args.out, **changes)
    else:
        from ..runs.library import export_model
        from ..runs.model_file import load_model

        load_model(args.model)  # nothing is given away that nobody could use
        export_model(args.model, args.out, **changes)
    report("finished", path=args.out)
    return OK


INFO = Command("info", "Print a model's card.", _add_info_arguments, _info)
EXPORT = Command("export", "Copy a model to a file of its own.", _add_export_arguments, _export)
