"""What reads each kind of file: it works or says in one sentence why not, and takes neither long nor much memory."""

import dataclasses
import json
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import whole_files
from crfgan.commands.terminal.path_lists import with_lists
from crfgan.data.dataset import open_dataset
from crfgan.data.labels import read_labels
from crfgan.errors import InputError
from crfgan.events import from_line
from crfgan.hardware.memory import peak_memory
from crfgan.runs.card import describe, facts, load_card, read_card
from crfgan.runs.checkpoint import load_checkpoint, trained_with
from crfgan.runs.configuration import load_config, read_configuration
from crfgan.runs.model_file import load_model
from crfgan.storage.manifest import Manifest
from crfgan.storage.run_folder import RunFolder, state_of
from crfgan.storage.step_log import CurveLog, last_values, read_losses
from crfgan.volumes.discovery import Source, look_for_volumes
from crfgan.volumes.reader.process import read_apart
from crfgan.volumes.reading import read_volume
from hypothesis import strategies as st
from mutations import changed_bytes, changed_json

SECONDS, MEMORY = 5.0, 600 << 20
"""Of the processor, and bytes beyond what was taken before, that one file may take."""


class Reader(NamedTuple):
    """One way in for files of one kind."""

    contents: st.SearchStrategy[bytes]
    read: Callable[[Path, bytes], object]
    """Writes a content into an empty folder and reads it."""


def check(reader: Reader, folder: Path, content: bytes) -> None:
    """Fail unless a content is read, or refused in a sentence, within the limits."""
    memory, start = peak_memory(), time.process_time()
    try:
        reader.read(folder, content)
    except InputError as error:
        sentence = str(error)
        assert sentence.strip() and "\n" not in sentence and len(sentence) < 1000, f"no sentence: {sentence!r}"
    assert time.process_time() - start < SECONDS, "too long"
    assert peak_memory() - memory < MEMORY, "too much memory"


def readers(work: Path) -> dict[str, Reader]:
    """All of them, by what they read; `work` is for the files that are changed."""
    for name in ("nifti", "dicom", "model", "state", "log", "manifest"):
        (work / name).mkdir()
    model, state = whole_files.model(work / "model"), whole_files.state(work / "state")
    config, data = whole_files.CONFIG.to_dict(), {"facts": dataclasses.asdict(whole_files.FACTS), "checksums": ["0"]}
    packed = changed_bytes(whole_files.nifti(work / "nifti"))
    return {
        "NIfTI": Reader(packed, _volume("a.nii")),
        "NRRD": Reader(changed_bytes(whole_files.nrrd()), _volume("a.nrrd")),
        "detached NRRD": Reader(changed_bytes(whole_files.nrrd()), _volume("a.nhdr")),
        "MetaImage": Reader(changed_bytes(whole_files.meta()), _volume("a.mha")),
        "detached MetaImage": Reader(changed_bytes(whole_files.meta()), _volume("a.mhd")),
        "DICOM": Reader(changed_bytes(whole_files.dicom(work / "dicom")), _series),
        "facts beside a volume": Reader(changed_bytes(whole_files.BESIDE), _beside),
        "model": Reader(changed_bytes([model]), _model),
        "card of a model": Reader(_with_card(model), _model),
        "configuration": Reader(changed_json(config).map(_json) | changed_bytes([_json(config)]), _config),
        "training set": Reader(changed_json(data).map(_json) | changed_bytes([_json(data)]), _data),
        "state": Reader(changed_bytes([state]) | _with_card(state), _state),
        "log": Reader(changed_bytes([whole_files.log(work / "log")]), _log),
        "manifest": Reader(changed_bytes([whole_files.manifest(work / "manifest")]), _manifest),
        "events": Reader(changed_bytes(whole_files.EVENTS), lambda _, text: from_line(text.decode(errors="replace"))),
        "table of classes": Reader(changed_bytes(whole_files.TABLES), _table),
        "list of paths": Reader(changed_bytes(whole_files.LISTS), _list),
    }


def _json(content: dict) -> bytes:
    return json.dumps(content).encode()


def _with_card(file: bytes) -> st.SearchStrategy[bytes]:
    """A safetensors file whose card, or table of tensors, is changed and whose lengths are right."""
    length = struct.unpack("<Q", file[:8])[0]
    header, tensors = json.loads(file[8 : 8 + length]), file[8 + length :]
    card = json.loads(header["__metadata__"]["card"])

    def whole(changed: dict) -> bytes:
        text = json.dumps(changed).encode()
        return struct.pack("<Q", len(text)) + text + tensors

    def carrying(changed: dict) -> dict:
        return {**header, "__metadata__": {"card": json.dumps(changed)}}

    return (changed_json(card).map(carrying) | changed_json(header)).map(whole)


def _volumes(folder: Path, read: Callable[[Source], object] = read_volume) -> None:
    for source in look_for_volumes([folder]).sources:
        try:
            read(source)
        except InputError as error:
            assert "\n" not in str(error)


def _volume(name: str) -> Callable[[Path, bytes], None]:
    def read(folder: Path, content: bytes) -> None:
        (folder / name).write_bytes(content)
        _volumes(folder)

    return read


def _series(folder: Path, content: bytes) -> None:
    whole_files.dicom(folder)
    (folder / "1.dcm").write_bytes(content)
    _volumes(folder, read_apart)  # GDCM takes any memory for some headers, unless it is limited


def _beside(folder: Path, content: bytes) -> None:
    (folder / "a.nrrd").write_bytes(whole_files.nrrd()[0])
    (folder / "a.json").write_bytes(content)
    _volumes(folder)


def _model(folder: Path, content: bytes) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(content)
    card = read_card(path)
    facts(card), describe(card)
    load_model(path)


def _config(folder: Path, content: bytes) -> None:
    RunFolder(folder).config.write_bytes(content)
    try:
        load_config(RunFolder(folder).config)
    finally:
        read_configuration(folder)


def _data(folder: Path, content: bytes) -> None:
    RunFolder(folder).data.write_bytes(content)
    open_dataset(folder)


def _state(folder: Path, content: bytes) -> None:
    state_of(folder, 4).write_bytes(content)
    trained_with(folder)
    load_card(state_of(folder, 4))
    load_checkpoint(folder, whole_files.stateful())


def _log(folder: Path, content: bytes) -> None:
    path = RunFolder(folder).losses
    path.write_bytes(content)
    read_losses(folder), last_values(path)
    curve = CurveLog(path, 2)
    curve.add(3, generator=0.5)
    curve.close()
    assert read_losses(folder)["step"][-1] == 3


def _manifest(folder: Path, content: bytes) -> None:
    whole_files.manifest(folder)
    (folder / "mine").write_bytes(b"the user's")
    (folder / ".crfgan-made.jsonl").write_bytes(content)
    Manifest(folder, "work").remove()
    assert (folder / "mine").exists()
    Manifest(folder, "work").require_free(["a"])


def _table(folder: Path, content: bytes) -> None:
    (folder / "labels.csv").write_bytes(content)
    labels = read_labels(folder / "labels.csv")
    labels.problem([Source("head_0", (folder / "a" / "b.nrrd",), "nrrd"), Source("1", (folder / "c.nrrd",), "nrrd")])


def _list(folder: Path, content: bytes) -> None:
    (folder / "list.txt").write_bytes(content)
    with_lists([f"@{folder / 'list.txt'}"])
