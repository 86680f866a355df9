"""Small files of every kind that is read, as this program and others write them."""

import gzip
import json
import zlib
from pathlib import Path

import numpy as np
import torch
from crfgan.config import Config, Network, Preprocessing, Training
from crfgan.data.dataset import DatasetFacts
from crfgan.data.preprocessing import TrainingGrid, Units
from crfgan.events import make_event, to_line
from crfgan.networks.build import build_generator
from crfgan.runs.checkpoint import Stateful, save_checkpoint
from crfgan.runs.model_file import make_card, save_model
from crfgan.storage.manifest import Manifest
from crfgan.storage.run_folder import state_of
from crfgan.storage.step_log import CurveLog
from crfgan.volumes.volume import Volume
from crfgan.volumes.writing import write_volume
from dicom_series import write_slice

CONFIG = Config(Preprocessing((32, 32, 32)), Network(width=16, latent=16), Training(iterations=4, batch_size=2))
FACTS = DatasetFacts(
    TrainingGrid((32, 32, 32), "isotropic", (1.0, 1.0, 1.0)), Units("arbitrary", 0.0, 900.0, True), (0.0, 0.0, 0.0),
    ("a", "b"), (), (), ("x", "y"),
)  # fmt: skip
NRRD = (
    b"NRRD0004\n# drawn\ntype: short\ndimension: 3\nsizes: 4 3 2\nspace: LPS\nspace directions: (1,0,0) (0,1,0) (0,0,1)"
    b"\nspace origin: (0,0,0)\nkinds: domain domain domain\nendian: little\nencoding: %s\n%s\n"
)
META = (
    b"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = %s\n"
    b"TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementSpacing = 1 1 1\nDimSize = 4 3 2\n"
    b"ElementType = MET_SHORT\nElementDataFile = LOCAL\n"
)
VOXELS = np.arange(24, dtype="<i2").reshape(2, 3, 4)


def nrrd() -> list[bytes]:
    """Raw, packed, text, and one with fields of its own."""
    data = VOXELS.tobytes()
    return [
        NRRD % (b"raw", b"") + data,
        NRRD % (b"gzip", b"content: drawn\n") + gzip.compress(data),
        NRRD % (b"ascii", b"space units: mm mm mm\n") + b" ".join(b"%d" % each for each in VOXELS.ravel()),
        NRRD % (b"raw", b"line skip: 1\nbyte skip: -1\nkey:=value\n") + b"\n" + data,
    ]


def meta() -> list[bytes]:
    """Raw and packed."""
    packed = zlib.compress(VOXELS.tobytes())
    size = b"True\nCompressedDataSize = %d" % len(packed)
    return [META % b"False" + VOXELS.tobytes(), META % size + packed]


def nifti(folder: Path) -> list[bytes]:
    """As it stands."""
    write_volume(Volume(VOXELS, np.eye(4)), folder / "a.nii", {})
    return [(folder / "a.nii").read_bytes()]


def dicom(folder: Path) -> list[bytes]:
    """The middle slice of three, with preamble and without."""
    paths = [
        write_slice(folder / f"{number}.dcm", VOXELS[0] + number, (0, 0, 6 * number), "1.2.3", preamble=number < 2)
        for number in range(3)
    ]
    return [paths[1].read_bytes(), paths[2].read_bytes()]


def model(folder: Path) -> bytes:
    """A model that wasn't trained."""
    torch.manual_seed(0)
    generator = build_generator(FACTS.grid.shape, CONFIG.network)
    card = make_card(CONFIG, FACTS, 4, "CC0", "drawn")
    return save_model(folder, generator.state_dict(), card).read_bytes()


def stateful() -> Stateful:
    """A network of one layer and its optimizer."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return Stateful({"layer": layer}, {"layer": optimizer})


def state(folder: Path) -> bytes:
    """A training state after four steps."""
    folder.mkdir(parents=True, exist_ok=True)
    save_checkpoint(folder, stateful(), 4, CONFIG)
    return state_of(folder, 4).read_bytes()


def log(folder: Path) -> bytes:
    """Losses of three steps."""
    curve = CurveLog(folder / "log.jsonl", 0)
    for step in range(1, 4):
        curve.add(step, generator=0.5, discriminator=None)
    curve.close()
    return (folder / "log.jsonl").read_bytes()


def manifest(folder: Path) -> bytes:
    """Of one file."""
    made = Manifest(folder, "work")
    with made.writing("a"):
        (folder / "a").write_bytes(b"made")
    return (folder / ".crfgan-made.jsonl").read_bytes()


TABLES = [
    b"name,class\nhead_0,young\nhead_1,old\n",
    "\ufeffname;file;class\r\nhead_0;a/b.nrrd;jung\r\n;c.nrrd;ält\r\n".encode(),
    "name\tclass\nhead_0\tx\n".encode("utf-16"),
    "name,class\nKopf,schön\n".encode("latin-1"),
]
LISTS = [b"# volumes\n/tmp\n\n  /tmp  \n'/tmp'\n", "/tmp\r\n/\r\n".encode("utf-16")]
EVENTS = [to_line(make_event("step", step=1, total=2, losses={"generator": 0.5})).encode()]
BESIDE = [json.dumps({"Description": "crfgan model"}).encode()]
