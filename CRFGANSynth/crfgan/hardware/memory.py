"""How much memory this process has held, how much there is to have, and sizes as people write them."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

from ..errors import InputError

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_CONTAINER = Path("/sys/fs/cgroup")


def peak_memory() -> int:
    """The most bytes that this process has held in memory so far."""
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    if sys.platform == "linux":
        # `getrusage` would begin with what the parent process held when it started this one.
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return 1024 * int(re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def free_memory(device: str) -> int:
    """Bytes that a device, `cpu`, `cuda` or `mps`, can still give: of the machine, its container, or the GPU."""
    import psutil

    if device == "cuda":
        import torch

        return torch.cuda.mem_get_info()[0]
    return min(psutil.virtual_memory().available, _container_room())


def release_freed_memory() -> None:
    """Return freed memory to the system: glibc keeps it, in pieces that large maps don't fit into."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an exception says that the machine or a GPU has no memory left."""
    # PyTorch's allocator on the CPU, cuBLAS and cuDNN have no exception of their own.
    text = str(error).lower()
    words = ("can't allocate memory", "not enough memory", "out of memory", "alloc_failed")
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and any(word in text for word in words))


def _container_room() -> int:
    """What Linux control groups leave to this process; without them, no limit."""
    try:
        limit = (_CONTAINER / "memory.max").read_text().strip()
        used = (_CONTAINER / "memory.current").read_text().strip()
        return max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return sys.maxsize


def parse_size(text: str) -> int:
    """Bytes of a size such as `8GB`, `500M` or `1.5 GiB`; a unit is a power of 1024.

    Raises:
        InputError: it isn't a size.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
    if not found:
        raise InputError(f"The memory budget must be a size such as 8GB or 500MB, got {text!r}. Correct it.")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def format_size(size: float) -> str:
    """Bytes in MB or GB."""
    return f"{size / 2**30:.2f} GB" if size >= 2**30 else f"{size / 2**20:.0f} MB"
