"""What every volume that this program made says of itself, in its file, beside it and in Slicer."""

from __future__ import annotations

from ..version import __version__

WARNING = "SYNTHETIC - not for diagnosis"
PROCEDURAL = "Procedural"
"""First word on a phantom, which no model made: phantoms are what people begin with, and may be trained on."""


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


def is_of_model(description: str) -> bool:
    """Whether the fact `Description` of a volume says that a model made it."""
    return description.startswith(WARNING) and not description.startswith(f"{WARNING}. {PROCEDURAL} ")
