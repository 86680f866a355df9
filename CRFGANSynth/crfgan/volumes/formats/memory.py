"""How much memory a file may take while it is read: for the voxels that its header promises, and a little more."""

from __future__ import annotations

import sys
from contextlib import suppress

from ...errors import InputError

COPIES_IN_MEMORY = 2
"""How often a volume is in memory while it is read."""
COPIES_LIMIT = 8
"""How often it may be, where there is a limit: numbers are looked at and scaled, too."""
SLACK = 1 << 28
"""Bytes that a file may take beside its voxels."""


class _Limit:
    """Whether this process limits itself, and whether more than SLACK is allowed at the moment."""

    is_kept, is_raised = False, True


def begin_limit() -> None:
    """From here on a file may take no more than SLACK until its header has promised voxels.

    For the process that reads other people's files (see volumes/reader). Only Linux keeps such limits: macOS takes them
    and gives memory all the same, and Windows has none; there `require_memory` alone stands between a file and memory.
    """
    _Limit.is_kept = sys.platform == "linux"
    if _Limit.is_raised:
        _allow(0)
        _Limit.is_raised = False


def require_memory(name: str, needed: int) -> None:
    """Raise InputError unless so many bytes, and what is made of them, fit into the memory that is free."""
    if COPIES_LIMIT * needed < SLACK // 2:
        return
    import psutil  # late: panels may look for volumes before it is installed

    free = psutil.virtual_memory().available
    if COPIES_IN_MEMORY * needed > free:
        raise InputError(
            f"{name} must fit into memory with its {needed / 1e9:.3g} GB of voxels, got {free / 1e9:.3g} GB that are "
            "free. Close programs or crop it."
        )
    _allow(min(COPIES_LIMIT * needed, free))
    _Limit.is_raised = True


def _allow(more: int) -> None:
    """Let this process take SLACK and so many bytes more than it has, where it is limited."""
    if not _Limit.is_kept:
        return
    import resource

    import psutil

    with suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = psutil.Process().memory_info().data + SLACK + more
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if most < 0 else min(wanted, most), most))
