"""Types of arguments: each makes a value of the text on the command line, or says what must hold."""

from __future__ import annotations

from argparse import ArgumentTypeError

from ...errors import InputError
from ...hardware.memory import parse_size


def sides(text: str) -> tuple[int, int, int]:
    """Voxels (D, H, W) from one number or three; 8 at least."""
    try:
        numbers = tuple(int(n) for n in text.replace("x", ",").split(","))
    except ValueError:
        numbers = ()
    numbers = numbers * 3 if len(numbers) == 1 else numbers
    if len(numbers) != 3 or min(numbers) < 8:
        raise ArgumentTypeError(f"must be one number or three such as 64,96,96, got {text!r}")
    return numbers


def size(text: str) -> int:
    """Bytes from a size such as 8GB."""
    try:
        return parse_size(text)
    except InputError as error:
        raise ArgumentTypeError(str(error)) from error


def positive(text: str) -> int:
    """A whole number greater than 0."""
    if not text.isdigit() or int(text) == 0:
        raise ArgumentTypeError(f"must be a whole number greater than 0, got {text!r}")
    return int(text)
