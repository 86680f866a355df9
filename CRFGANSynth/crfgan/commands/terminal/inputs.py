"""What several commands read: volumes, prepared ones from the cache, a model."""

from __future__ import annotations

from .argument_types import some_path


def add_data(group, nargs: str) -> None:
    """DATA, volumes to train on: `nargs` says whether there may be none."""
    text = ".nrrd, .nii.gz, .mha files; folders of them; DICOM folders"
    group.add_argument("data", nargs=nargs, type=some_path, metavar="DATA", help=text)


def add_cache(group) -> None:
    """--cache, the folder of prepared volumes."""
    text = "keeps prepared volumes for later runs; default: $CRFGAN_CACHE, or crfgan in your folder for caches"
    group.add_argument("--cache", type=some_path, metavar="DIR", help=text)


def add_model(group) -> None:
    """MODEL, one model."""
    group.add_argument("model", type=some_path, metavar="MODEL", help="model.safetensors, or the folder of a run")
