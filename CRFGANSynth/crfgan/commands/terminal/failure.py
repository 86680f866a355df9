"""What is said of work that failed."""

from __future__ import annotations

from ...hardware.memory import is_out_of_memory


def explain(error: Exception) -> dict[str, str]:
    """A sentence for a person on an error that none was written for, and the package that is to blame, if one is."""
    from ...hardware.self_test import first_unusable, sentence

    if is_out_of_memory(error):
        return {"reason": "Memory ran out. Close other programs, or choose a smaller memory budget or model."}
    if unusable := first_unusable():
        return {"reason": sentence(*unusable), "package": unusable[0]}
    if isinstance(error, ModuleNotFoundError):
        return {"reason": f"The Python package {error.name} is missing. Install it, then try again."}
    kind = type(error).__name__
    return {"reason": f"The work ended because of an unexpected error ({kind}). What was saved is kept; see the log."}
