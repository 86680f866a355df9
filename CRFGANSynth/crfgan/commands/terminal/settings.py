"""Settings on the command line, and the configuration that comes of them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import fields

from ...config import (
    CRF_MODES,
    DEVICES,
    FITS,
    MODALITIES,
    PRECISIONS,
    PRESETS,
    Config,
    Network,
    Preprocessing,
    Training,
)
from ...runs.configuration import load_config
from .argument_types import seed_number, sides, some_path


def add_settings(parser: ArgumentParser) -> None:
    """A preset or a configuration file, and the settings that may replace what stands there."""
    group = parser.add_argument_group("settings", "From a preset or a file; single ones replace what stands there.")
    source = group.add_mutually_exclusive_group()
    source.add_argument("--preset", choices=PRESETS, default="small-64", help="default: small-64")
    source.add_argument("--config", type=some_path, metavar="JSON", help="configuration, such as config.json of a run")
    group.add_argument("--shape", type=sides, metavar="N or D,H,W", help="voxels, multiples of 32 from 32 to 512")
    add_intensities(group)
    group.add_argument("--fit", choices=FITS, help="cubic voxels and padding, or stretch to fill; default: isotropic")
    _add_optimisation(group)
    _add_network(group)
    group.add_argument("--device", choices=DEVICES, help="default: auto")
    group.add_argument("--precision", choices=PRECISIONS, help="arithmetic; default: auto, tested before it is used")


def add_intensities(group) -> None:
    """--modality and --window, the intensities that are kept."""
    group.add_argument("--modality", choices=MODALITIES, help="intensity window; default: auto")
    group.add_argument("--window", type=float, nargs=2, metavar=("LOW", "HIGH"), help="HU kept, with --modality ct")


def _add_optimisation(group) -> None:
    group.add_argument("--iterations", type=int, metavar="N", help="training steps")
    group.add_argument("--batch-size", type=int, metavar="N", help="volumes in a step")
    group.add_argument("--seed", type=seed_number, metavar="N", help="the same seed gives the same losses; default: 0")
    text = "evaluate on held-out volumes every N steps, and keep the best model; default: never"
    group.add_argument("--evaluate-every", type=int, metavar="N", help=text)
    group.add_argument("--held-out", type=float, metavar="SHARE", help="of the volumes, for that; default: 0.15")


def _add_network(group) -> None:
    group.add_argument("--width", type=int, metavar="N", help="channels of A, a multiple of 16; published: 64")
    group.add_argument("--latent", type=int, metavar="N", help="length of the latent vector; published: 1024")
    group.add_argument("--crf", choices=CRF_MODES, help="kind of the CRF's nodes, for networks without a prior")


def given_settings(args: Namespace) -> dict[str, object]:
    """The settings that stand on the command line."""
    names = [setting.name for section in (Preprocessing, Network, Training) for setting in fields(section)]
    given = {name: getattr(args, name) for name in names if getattr(args, name, None) is not None}
    if "window" in given:
        given = {"modality": "ct", **given, "window": tuple(given["window"])}
    return given


def chosen_config(args: Namespace) -> Config:
    """The preset's or file's configuration with the settings that stand on the command line."""
    config = load_config(args.config) if args.config else PRESETS[args.preset]
    return config.override(**given_settings(args))


def chosen_preprocessing(args: Namespace) -> Preprocessing:
    """How volumes are prepared where no network is trained on them."""
    return Config().override(**given_settings(args)).preprocessing
