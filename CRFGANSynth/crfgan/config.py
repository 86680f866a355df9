"""What a run is told: frozen settings, presets, and their JSON form. Standard library only."""

from __future__ import annotations

import json
import types
import typing
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace

from .errors import InputError

MODALITIES = ("auto", "brain-mri", "lung-ct", "ct")
FITS = ("isotropic", "fill")
CRF_MODES = ("spatial", "reference", "none")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "tf32", "bf16")
LARGEST_SEED = 2**63 - 1


def _require(holds: bool, name: str, rule: str, got: object, advice: str) -> None:
    if not holds:
        raise InputError(f"`{name}` must be {rule}, got {got!r:.200}. {advice}")


def _require_positive(settings: object, *names: str) -> None:
    for name in names:
        value = getattr(settings, name)
        _require(value > 0, name, "greater than 0", value, "Give a positive number.")


@dataclass(frozen=True)
class Preprocessing:
    """From a volume in its own geometry and units to a training array in [-1, 1]."""

    shape: tuple[int, int, int] = (64, 64, 64)
    """Training shape (D, H, W) in voxels along superior, anterior, right; each a multiple of 32 from 32 to 512."""
    modality: str = "auto"
    """Intensity window: robust percentiles (`brain-mri`), -1024..600 HU (`lung-ct`), `window` (`ct`), or `auto`."""
    window: tuple[float, float] | None = None
    """Lowest and highest intensity kept, in HU; only with the modality `ct`."""
    fit: str = "isotropic"
    """Keep voxels cubic and pad (`isotropic`), or stretch the anatomy over the whole grid (`fill`)."""

    def __post_init__(self):
        sides = "three multiples of 32 from 32 to 512"
        legal = len(self.shape) == 3 and all(n % 32 == 0 and 32 <= n <= 512 for n in self.shape)
        nearest = tuple(min(512, max(32, round(n / 32) * 32)) for n in self.shape)
        _require(legal, "shape", sides, self.shape, f"The nearest is {nearest}.")
        _require(self.modality in MODALITIES, "modality", f"one of {MODALITIES}", self.modality, "Choose one.")
        _require(self.fit in FITS, "fit", f"one of {FITS}", self.fit, "Choose one.")
        has_window = self.window is not None
        _require(
            has_window == (self.modality == "ct"),
            "window",
            "given with the modality `ct`, and only there",
            self.window,
            "For example the modality ct with the window -160 to 240.",
        )
        if has_window:
            low, high = self.window
            _require(low < high, "window", "the lower value first", self.window, "Swap the two values.")


@dataclass(frozen=True)
class Network:
    """Size of the networks and kind of the CRF."""

    width: int = 64
    """Channels of A; every other layer is a multiple or fraction of it. The published networks have 64."""
    latent: int = 1024
    """Length of the latent vector z."""
    crf: str = "spatial"
    """Nodes are depth planes of A (`spatial`), groups of channels as published (`reference`), or no CRF (`none`)."""
    prior: bool = False
    """Start from the training volumes' mean shape, deformations and appearance; `false` for the published networks."""
    deformations: int = 16
    """With a prior, components of deformation that a latent begins with, at most one for two volumes."""
    components: int = 32
    """With a prior, components of appearance that follow, as many at most; the rest of a latent is noise."""
    subvolumes: int = 2
    """With a prior, the discriminator sees sub-volumes along any axis, the volume's shortest side over this thick."""
    classes: int = 0
    """Number of classes the networks are conditioned on; 0 for none."""

    def __post_init__(self):
        legal = self.width % 16 == 0 and 16 <= self.width <= 256
        _require(legal, "width", "a multiple of 16 from 16 to 256", self.width, "The published width is 64.")
        _require_positive(self, "latent", "deformations", "components", "subvolumes")
        _require(self.crf in CRF_MODES, "crf", f"one of {CRF_MODES}", self.crf, "Choose one.")
        _require(
            not (self.prior and self.crf != "none"),
            "crf",
            "none where the prior is used",
            self.crf,
            "Choose the crf none, or a preset that is called published.",
        )
        _require(
            self.classes != 1 and self.classes >= 0,
            "classes",
            "0, or 2 and more",
            self.classes,
            "Leave it out.",
        )


@dataclass(frozen=True)
class Training:
    """The optimisation. Learning rates and CRF schedule are the paper's."""

    iterations: int = 10_000
    """Training steps."""
    batch_size: int = 4
    """Volumes in a step."""
    volumes_at_a_time: int = 0
    """Volumes of a batch whose generator pass is in memory at a time, from the memory budget; 0 for the whole batch."""
    seed: int = 0
    """Fixes weights, data order, latents and crops: the same seed gives the same losses."""
    lr_generator: float = 1e-4
    """Adam's learning rate of the generator."""
    lr_discriminator: float = 4e-4
    """Adam's learning rate of the slab discriminator."""
    lr_encoder: float = 1e-4
    """Adam's learning rate of the half encoder."""
    lr_crf: float = 4e-4
    """Adam's learning rate of the CRF."""
    crf_weight: float = 0.5
    """Weight of the CRF in the generator's loss at the first step."""
    crf_fade: float = 0.75
    """Share of the run after which that weight has fallen linearly to 0."""
    variety_weight: float = 0.1
    """Weight of the penalty on synthesized volumes that are more alike than real ones; 0 as published."""
    prior_weight: float = 1.0
    """With a prior, weight of the distance of synthesized volumes from their layouts at a quarter of the resolution."""
    anchor_weight: float = 3.0
    """With a prior, weight of the distance between real volumes and what the generator makes of their own scores."""
    alone: float = 0.15
    """With a prior, share of the run in which the generator learns from layouts and real volumes alone."""
    calm: float = 0.3
    """With a prior, last share of the run, in which the learning rates fall to a tenth."""
    ema_decay: float = 0.999
    """Decay of the generator's exponential moving average, which is what synthesizes; shorter early in a run."""
    augment: bool = True
    """Differentiable intensity and shift augmentation of what the discriminator sees, for small data sets."""
    checkpoint_every: int = 500
    """Steps between two checkpoints."""
    preview_every: int = 500
    """Steps between two preview pictures."""
    evaluate_every: int = 0
    """Steps between two evaluations on held-out volumes, by which the best model is kept; 0 for none."""
    held_out: float = 0.15
    """Share of the volumes that is held out of training where it is evaluated; four at the least."""
    device: str = "auto"
    """`auto` takes CUDA where there is one, then MPS, then the CPU."""
    precision: str = "auto"
    """Arithmetic; `auto` takes bf16 or tf32 on a GPU that has it and passes a self-test, fp32 otherwise."""

    def __post_init__(self):
        _require_positive(self, "iterations", "batch_size", "checkpoint_every", "preview_every")
        _require_positive(self, "lr_generator", "lr_discriminator", "lr_encoder", "lr_crf")
        for name in ("seed", "volumes_at_a_time", "evaluate_every"):
            _require(getattr(self, name) >= 0, name, "0 or more", getattr(self, name), "Give a whole number.")
        _require(self.seed <= LARGEST_SEED, "seed", f"at most {LARGEST_SEED}", self.seed, "Give a smaller number.")
        _require(self.variety_weight >= 0, "variety_weight", "0 or more", self.variety_weight, "Give 0 for none.")
        for name in ("prior_weight", "anchor_weight"):
            _require(getattr(self, name) >= 0, name, "0 or more", getattr(self, name), "Give 0 for none.")
        for name in ("crf_weight", "crf_fade", "alone", "calm", "ema_decay", "held_out"):
            value = getattr(self, name)
            _require(0 <= value <= 1, name, "between 0 and 1", value, "Give a fraction.")
        _require(self.device in DEVICES, "device", f"one of {DEVICES}", self.device, "Choose one.")
        _require(self.precision in PRECISIONS, "precision", f"one of {PRECISIONS}", self.precision, "Choose one.")


@dataclass(frozen=True)
class Config:
    """Everything that decides a run's result, but for the data."""

    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    network: Network = field(default_factory=Network)
    training: Training = field(default_factory=Training)

    def override(self, **values: object) -> Config:
        """The same configuration with some settings replaced; each name belongs to exactly one section."""
        sections = {section.name: getattr(self, section.name) for section in fields(self)}
        unknown = set(values) - {setting.name for part in sections.values() for setting in fields(part)}
        _require(not unknown, "settings", "names of settings", sorted(unknown), "Remove what is none.")
        return Config(
            **{
                name: replace(part, **{s.name: values[s.name] for s in fields(part) if s.name in values})
                for name, part in sections.items()
            }
        )

    def to_dict(self) -> dict:
        """Nested dictionaries of JSON's own types."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_dict(cls, data: dict) -> Config:
        """Inverse of `to_dict`; settings left out keep their defaults, unknown ones raise InputError."""
        return _build(cls, data, "configuration")


def _build(kind: type, data: object, where: str):
    _require(isinstance(data, dict), where, "a JSON object", data, "See the config.json of a finished run.")
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(data) - set(hints))
    _require(not unknown, where, f"made of {', '.join(hints)}", unknown, "Remove what isn't listed.")
    return kind(**{name: _convert(hints[name], value, name) for name, value in data.items()})


def _convert(hint: object, value: object, name: str):
    if is_dataclass(hint):
        return _build(hint, value, name)
    if isinstance(hint, types.UnionType):
        return None if value is None else _convert(typing.get_args(hint)[0], value, name)
    if typing.get_origin(hint) is tuple:
        kinds = typing.get_args(hint)
        right = isinstance(value, (list, tuple)) and len(value) == len(kinds)
        _require(right, name, f"a list of {len(kinds)} numbers", value, "Correct the configuration.")
        return tuple(_convert(kind, item, name) for kind, item in zip(kinds, value, strict=True))
    number = float if isinstance(value, int) and not isinstance(value, bool) and hint is float else type(value)
    _require(number is hint, name, f"of type {hint.__name__}", value, "Correct the configuration.")
    return hint(value)


PRESETS = {
    "tiny-32": Config(
        # At 32 voxels a side none is spared for padding.
        Preprocessing(shape=(32, 32, 32), fit="fill"),
        Network(width=32, latent=128, prior=True, subvolumes=2, crf="none"),
        Training(iterations=3_000, batch_size=8, preview_every=100, lr_generator=5e-4, lr_discriminator=5e-4),
    ),
    "small-64": Config(
        Preprocessing(shape=(64, 64, 64)),
        Network(width=16, latent=128, prior=True, subvolumes=4, crf="none"),
        Training(iterations=3_000, batch_size=4, lr_generator=5e-4, lr_discriminator=5e-4),
    ),
    "standard-128": Config(
        Preprocessing(shape=(128, 128, 128)),
        Network(width=64, latent=1024),
        Training(iterations=40_000, batch_size=4),
    ),
    "full-256": Config(
        Preprocessing(shape=(256, 256, 256)),
        Network(width=64, latent=1024),
        Training(iterations=80_000, batch_size=4),
    ),
    **{
        f"published-{side}": Config(
            Preprocessing(shape=(side, side, side)),
            Network(width=64, latent=1024, crf="reference"),
            Training(iterations=80_000, batch_size=4, variety_weight=0, augment=False),
        )
        for side in (32, 64, 128, 256)
    },
}
"""By name; those called published have the paper's networks, CRF, rates and losses, at any side."""
