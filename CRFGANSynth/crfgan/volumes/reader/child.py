"""The process that reads other people's files: a question a line on stdin, an answer a line on stdout, voxels after it.

It answers within its limits of time and memory or dies, and ends as soon as nobody can ask it any more.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...errors import InputError
from ..content import digests_of, require_same
from ..discovery import Source
from ..formats.memory import begin_limit
from ..reading import read_volume

READY = {"ready": True}
"""First of all answers."""
FAULT = 3
"""Exit status after an error that nobody thought of; 1 is that of one that took too long."""


def serve() -> None:
    """Answer until stdin ends."""
    try:
        _serve()
    except BrokenPipeError:
        pass  # nobody waits for the answer
    except Exception:
        os._exit(FAULT)


def _serve() -> None:
    questions, answers = sys.stdin.buffer, _own_stdout()
    with open(os.devnull, "w") as nowhere:
        _answer(answers, READY)
        for line in questions:
            question = json.loads(line)
            # This watch works in code that never comes back to Python, and on every platform.
            faulthandler.dump_traceback_later(question["seconds"], exit=True, file=nowhere)
            facts, voxels = _reply(question["task"], _source(question["source"]))
            faulthandler.cancel_dump_traceback_later()
            _answer(answers, facts, voxels)


def _own_stdout() -> BinaryIO:
    """What stdout was; libraries that print there now print on stderr."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own


def _source(facts: dict) -> Source:
    return Source(**{**facts, "files": tuple(map(Path, facts["files"]))})


def _reply(task: str, source: Source) -> tuple[dict, np.ndarray | None]:
    if source.kind == "dicom":
        import SimpleITK  # noqa: F401  before memory is limited: it takes as much as a volume
    begin_limit()
    try:
        before = [] if task == "read" else digests_of(source)
        if task == "digests":
            return {"digests": before}, None
        volume = read_volume(source)
        array, digests = np.ascontiguousarray(volume.array), digests_of(source)
        if task == "look":
            require_same(source.label, before, digests)
    except InputError as error:
        return {"refused": str(error)}, None
    facts = {"dtype": array.dtype.str, "shape": array.shape, "ijk_to_ras": volume.ijk_to_ras.tolist()}
    return {**facts, "remark": volume.remark, "digests": digests}, array


def _answer(stream: BinaryIO, facts: dict, voxels: np.ndarray | None = None) -> None:
    stream.write(json.dumps(facts).encode() + b"\n")
    if voxels is not None:
        stream.write(voxels.data.cast("B"))
    stream.flush()
