"""What every volume that this program made says of itself, in its file, beside it and in Slicer."""

from __future__ import annotations

from ..version import __version__

WARNING = "SYNTHETIC - not for diagnosis"


def synthetic(about: str, **facts: object) -> dict[str, str]:
    """The facts of a synthetic volume: the warning first, what it is, and what is given, as text.

    Args:
        about: what made it and how, a phrase for people.
        facts: such as Seed="7"; what is None or empty is left out.
    """
    told = {name: str(value) for name, value in facts.items() if value not in (None, "")}
    return {
        "Description": f"{WARNING}. {about}",
        "Synthetic": "YES",
        **told,
        "Software": f"crfgan {__version__}",
    }
