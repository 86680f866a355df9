"""Other people's files, read in a process of their own: one that is too large, kills its reader or never ends is told.

The process is started for the first file and serves until this one ends; after a file that killed it, it is started
anew. Limits: seconds everywhere, memory on Linux (see formats/memory.py); on every platform its death is a sentence.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..discovery import Source
from ..formats.integrity import COPY_AGAIN, OPEN_IN_SLICER
from ..volume import Volume

PATIENCE = 60.0
"""Seconds that any volume may take to be read."""
SLOWEST = 1 << 20
"""Bytes a second: what slow disks and networks do, and unpacking."""
_SLOWEST_FILE = 0.5
"""Seconds to open one of many files on a network."""
_FAREWELL = 5.0
"""Seconds between the last word of a process and its end."""
_PACKAGE = Path(__file__).resolve().parents[3]
_CODE = f"import sys; sys.path.insert(0, {str(_PACKAGE)!r}); from crfgan.volumes.reader.child import serve; serve()"


class ReaderError(InputError):
    """No process that reads files can be started; no fault of the volume at hand."""


def digests_apart(source: Source) -> list[str]:
    """`content.digests_of` in the reading process.

    Raises:
        InputError: a file can't be read, or kept or ended the process that read it.
        ReaderError: there can't be such a process.
    """
    return _reader.digests(source)


def read_apart(source: Source) -> tuple[Volume, list[str]]:
    """`reading.read_volume` in the reading process, and `content.digests_of` after it; raises as both do."""
    return _reader.read(source)


def look_apart(source: Source, following: Source | None = None) -> tuple[Volume, list[str]]:
    """The same of a volume of which nothing is known yet; raises InputError where it changes meanwhile, too.

    Args:
        following: what this will be called with next, read while the caller works.
    """
    return _reader.look(source, following)


class Reader:
    """The reading process, started when it is needed."""

    def __init__(self):
        self._process: subprocess.Popen | None = None
        self._asked: Source | None = None  # what was asked ahead, and not fetched yet

    def digests(self, source: Source) -> list[str]:
        """See `digests_apart`."""
        self._ask("digests", source)
        return self._fetch(source)["digests"]

    def read(self, source: Source) -> tuple[Volume, list[str]]:
        """See `read_apart`."""
        self._ask("read", source)
        return self._volume(source)

    def look(self, source: Source, following: Source | None = None) -> tuple[Volume, list[str]]:
        """See `look_apart`."""
        if source is not self._asked:
            self._ask("look", source)
        found = self._volume(source)
        if following is not None:
            self._ask("look", following)
            self._asked = following
        return found

    def close(self) -> int | None:
        """End the process, which may have ended by itself; returns its exit status."""
        if self._process is None:
            return None
        status = self._process.poll()
        self._process.kill()
        self._process.communicate()
        self._process = self._asked = None
        return status

    def _ask(self, task: str, source: Source) -> None:
        if self._asked is not None:  # what was asked ahead isn't wanted any more
            self.close()
        if self._process is None:
            try:
                self._start()
            except ReaderError:
                self._start()  # a Ctrl-C that comes before it is in a group of its own ends it
        question = {"task": task, "source": _plain(source), "seconds": seconds_for(source)}
        with suppress(OSError):  # of one that has died, which the answer tells
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()

    def _volume(self, source: Source) -> tuple[Volume, list[str]]:
        facts = self._fetch(source)
        volume = Volume(facts["array"], np.array(facts["ijk_to_ras"]), source.name, facts["remark"])
        return volume, facts["digests"]

    def _fetch(self, source: Source) -> dict:
        self._asked = None
        try:
            facts = self._answer()
        except (OSError, EOFError) as error:
            raise InputError(_epitaph(source, self._end())) from error
        except BaseException:
            self.close()  # a second Ctrl-C, or no memory for the voxels: what comes out of it now is no answer
            raise
        if "refused" in facts:
            raise InputError(facts["refused"])
        return facts

    def _end(self) -> int | None:
        """The exit status of a process that has closed its answers."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL)
        return self.close()

    def _start(self) -> None:
        # In a group of its own: Ctrl-C is for this process, which answers after the volume at hand. Nothing is imported
        # from the current folder, which may be anybody's.
        alone = {"start_new_session": True}
        if sys.platform == "win32":
            alone = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        try:
            self._process = subprocess.Popen([sys.executable, "-P", "-c", _CODE], **pipes, **alone)
            self._answer()
        except (OSError, EOFError) as error:
            self.close()
            raise ReaderError(
                "Volumes must be read in a process of their own, but none can be started. Close programs, or install "
                "the program again."
            ) from error

    def _answer(self) -> dict:
        """Facts, and under `array` the voxels after them, if there are any. Raises EOFError where the process died."""
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        facts = json.loads(line)
        if "dtype" in facts:
            facts["array"] = np.empty(facts["shape"], facts["dtype"])
            if self._process.stdout.readinto(facts["array"].data.cast("B")) < facts["array"].nbytes:
                raise EOFError
        return facts


def seconds_for(source: Source) -> float:
    """How long reading may take: a minute, and more for what is large or in many files."""
    size = 0
    for path in source.files:
        try:
            size += path.stat().st_size
        except OSError:
            continue  # the reader says what is wrong with it
    return PATIENCE + len(source.files) * _SLOWEST_FILE + size / SLOWEST


def _plain(source: Source) -> dict:
    return {
        "name": source.name, "files": [str(path.absolute()) for path in source.files], "kind": source.kind,
        "problem": source.problem,
    }  # fmt: skip


def _epitaph(source: Source, status: int | None) -> str:
    """What is said of a file whose reader has died."""
    if status == 1:
        seconds = seconds_for(source)
        return f"{source.label} must be read within {seconds:.0f} seconds, but reading didn't end. {COPY_AGAIN}"
    return (
        f"{source.label} ended the process that read it, as files do that are damaged or larger than they say. "
        f"{OPEN_IN_SLICER}"
    )


_reader = Reader()
atexit.register(_reader.close)
