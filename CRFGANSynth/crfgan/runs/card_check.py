"""What the card of a model must hold. Standard library only, so that models can be listed at once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from ..config import FITS, Config

_TEXTS = ("name", "crfgan_version", "created", "licence", "intended_use")


def check_card(card: Mapping) -> None:
    """Raise an exception of some kind unless a card of this format has all that a model needs, in sensible numbers."""
    config = Config.from_dict(card["config"])
    _require(all(isinstance(card[name], str) for name in _TEXTS), "texts")
    _check_grid(card["grid"], config)
    _check_units(card["units"])
    _require(len(card["center_ras"]) == 3 and all(map(_is_finite, card["center_ras"])), "a centre of three numbers")
    classes = card["classes"]
    right = isinstance(classes, list) and len(set(classes)) == len(classes) == config.network.classes
    _require(right and all(isinstance(name, str) for name in classes), "a name for each class")
    _require(all(type(card[name]) is int and card[name] >= 0 for name in ("volumes", "iterations")), "counts")
    metrics = card["metrics"].values()
    _require(all(value is None or _is_finite(value) for value in metrics), "numbers for metrics")


def encodable(card: Mapping) -> dict:
    """The card without halves of letters, which no file or terminal can hold."""
    return json.loads(json.dumps(card, ensure_ascii=False).encode("utf-8", "replace"))


def _check_grid(grid: Mapping, config: Config) -> None:
    _require(list(grid["shape"]) == list(config.preprocessing.shape), "the grid of its configuration")
    spacing = grid["spacing"]
    _require(len(spacing) == 3 and all(_is_finite(step) and step > 0 for step in spacing), "a spacing in mm")
    _require(grid["fit"] in FITS, "a known way to fit")


def _check_units(units: Mapping) -> None:
    _require(units.keys() == {"name", "low", "high", "integer"}, "units")
    _require(isinstance(units["name"], str) and isinstance(units["integer"], bool), "units")
    _require(_is_finite(units["low"]) and _is_finite(units["high"]), "finite units")
    _require(units["low"] < units["high"], "a lowest intensity below the highest")


def _is_finite(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)
