"""Types of arguments: each makes a value of the text on the command line, or says what must hold."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path

from ...config import LARGEST_SEED
from ...errors import InputError, readable
from ...hardware.memory import parse_size

_LONGEST = 60
"""Letters of a text that are repeated to whoever gave it."""


def sides(text: str, least: int = 8) -> tuple[int, int, int]:
    """Voxels (D, H, W) from one number or three; `least` at least."""
    numbers = tuple(map(_number, text.replace("x", ",").split(",")))
    numbers = numbers * 3 if len(numbers) == 1 else numbers
    if len(numbers) != 3 or None in numbers or min(numbers) < least:
        rule = "must be one number or three such as 64,96,96"
        raise ArgumentTypeError(f"{rule}, got {_shown(text)}; {least} is the least")
    return numbers


def phantom_sides(text: str) -> tuple[int, int, int]:
    """Voxels (D, H, W) of a phantom: with fewer, its organs have none."""
    return sides(text, 24)


def size(text: str) -> int:
    """Bytes from a size such as 8GB."""
    try:
        return parse_size(text)
    except InputError as error:
        raise ArgumentTypeError(str(error)) from error


def positive(text: str) -> int:
    """A whole number greater than 0."""
    number = _number(text)
    if not number:
        raise ArgumentTypeError(f"must be a whole number greater than 0, got {_shown(text)}")
    return number


def seed_number(text: str) -> int:
    """A whole number from 0 to the largest that every generator of chance takes."""
    number = _number(text)
    if number is None or number > LARGEST_SEED:
        raise ArgumentTypeError(f"must be a whole number from 0 to {LARGEST_SEED}, got {_shown(text)}")
    return number


def truncation(text: str) -> float:
    """A limit of the latent's components that leaves some variety."""
    from ...randomness import LOOSEST, TIGHTEST

    try:
        limit = float(text)
    except ValueError:
        limit = 0.0
    if not TIGHTEST <= limit <= LOOSEST:
        raise ArgumentTypeError(f"must be a number from {TIGHTEST:g} to {LOOSEST:g}, got {_shown(text)}")
    return limit


def some_path(text: str) -> Path:
    """A path; an empty one would stand for the current folder."""
    if not text.strip() or "\0" in text:
        raise ArgumentTypeError(f"must be a path, got {_shown(text)}")
    return Path(text)


def one_line(text: str) -> str:
    """A text that people can read."""
    if not text.strip() or readable(text) != text:
        raise ArgumentTypeError(f"must be a text on one line, got {_shown(text)}")
    return text


def _number(text: str) -> int | None:
    """A whole number of 0 or more in plain digits; None for anything else, and for one of more than 30 digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 30 else None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
