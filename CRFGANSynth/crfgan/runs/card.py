"""A model's card: found, read and put in words. Standard library only, so that models can be listed at once."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from ..config import Config
from ..errors import InputError, readable
from ..storage.run_folder import MODEL, RunFolder
from ..storage.safetensors_header import check_length, read_header
from .card_check import check_card, encodable

FORMAT = 1
"""Number of the card's layout; a file of a later one is refused."""
LARGEST_THUMBNAIL = 200_000
"""Bytes of a picture that are still put up with."""
_PNG = b"\x89PNG\r\n\x1a\n"


def find_model_file(path: Path) -> Path:
    """The model file that a user means: itself, or the one in a run's folder.

    Raises:
        InputError: there is none.
    """
    file = RunFolder(path).model if path.is_dir() else path
    if not file.is_file():
        name = path.absolute().name
        raise InputError(
            f"{name} must be a model file or the folder of a run, but {file.name} isn't there. Choose one."
        )
    return file


def load_card(path: Path) -> dict:
    """The card of any file that crfgan wrote, whatever stands in it.

    Raises:
        InputError: the file can't be read or isn't one of ours.
    """
    return read_header(path).card


def read_card(path: Path) -> dict:
    """The card of a model file or run folder, with all that `facts` needs.

    Raises:
        InputError: there is no model, it isn't one of ours, or it is of a later version.
    """
    file = find_model_file(path)
    card = encodable(load_card(file))
    if type(card.get("format")) is not int or "grid" not in card:
        raise InputError(f"{file.name} is no CRF-GAN model: its card has no format number. Choose a {MODEL} of a run.")
    if card["format"] > FORMAT:
        raise InputError(
            f"{file.name} is of model format {card['format']} (crfgan {card.get('crfgan_version')}), but this version "
            f"reads up to {FORMAT}. Update the extension."
        )
    try:
        check_card(card)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(f"{file.name} is damaged: its card isn't whole. Use another copy.") from error
    return card


def steps_of_model(path: Path) -> int | None:
    """Steps that a model was trained for; None where there is none that is whole."""
    try:
        file = find_model_file(path)
        check_length(file, read_header(file))
        return read_card(file)["iterations"]
    except (InputError, OSError):
        return None


def facts(card: dict) -> dict[str, str]:
    """What a model makes and from what: the name of each fact and its text, in the order to show them in."""
    config, grid, units = Config.from_dict(card["config"]), card["grid"], card["units"]
    shape = " x ".join(map(str, grid["shape"]))
    voxel = " x ".join(f"{s:.4g}" for s in grid["spacing"])
    kind = f"{units['low']:g} to {units['high']:g} {'HU' if units['name'] == 'HU' else '(arbitrary units)'}"
    told = {
        "Model": f"{card['name']}",
        "Makes": f"volumes of {shape} voxels (superior, anterior, right) of {voxel} mm",
        "Intensities": kind,
        "Classes": ", ".join(card["classes"]) or "none",
        "Trained on": f"{card['volumes']} volumes, {card['iterations']} steps, seed {config.training.seed}",
        "CRF": config.network.crf,
        "Metrics": ", ".join(f"{k} {v}" for k, v in card["metrics"].items()) or "not measured",
        "Licence": f"{card['licence'] or 'not stated'}",
        "Made by": f"crfgan {card['crfgan_version']}, {card['created']}",
        "Intended use": f"{card['intended_use']}",
    }
    return {name: readable(fact) for name, fact in told.items()}


def describe(card: dict) -> str:
    """The facts of a card, one a line."""
    return "\n".join(f"{name + ':':<14}{fact}" for name, fact in facts(card).items())


def with_thumbnail(card: dict, png: bytes) -> dict:
    """The card with a picture of what its model makes."""
    return {**card, "thumbnail": base64.b64encode(png).decode()}


def thumbnail(card: dict) -> bytes | None:
    """The PNG of what the model makes; None where there is none, or one that isn't to be trusted."""
    text = card.get("thumbnail")
    # Three bytes are four letters.
    if not isinstance(text, str) or len(text) > 4 * (LARGEST_THUMBNAIL // 3 + 1):
        return None
    try:
        picture = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return picture if picture.startswith(_PNG) and len(picture) <= LARGEST_THUMBNAIL else None


def run_of(file: Path) -> Path | None:
    """The folder of the run that a model file belongs to; None where it stands for itself."""
    folder = file.absolute().parent
    return folder if file.name == MODEL and RunFolder(folder).is_run else None


def changes_of_copy(file: Path, **changes: str) -> dict[str, str]:
    """What the card of a model file's copy says otherwise: a run's model is named as its run is now; then `changes`."""
    run = run_of(file)
    return {**({"name": readable(run.name)} if run else {}), **changes}
