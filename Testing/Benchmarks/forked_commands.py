"""The command `crfgan` in forks of a process that has loaded everything, so that many calls take little time. POSIX."""

import io
import json
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

from crfgan.config import PRESETS

os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads don't live on in a fork
RUN = {"iterations": 3, "batch_size": 2, "device": "cpu", "width": 16, "checkpoint_every": 1, "preview_every": 1}
"""Settings of a run that writes everything at every step."""


def load() -> None:
    """Import what commands import."""
    import tensorboardX  # noqa: F401


def crfgan(*words: object, kill_after: float | None = None) -> tuple[int, str]:
    """Run a command; returns its exit status, negative for a signal, and what it said on stderr.

    Args:
        kill_after: seconds after which it is killed.
    """
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            _be([str(word) for word in words], said)
        timer = threading.Timer(kill_after or 0, os.kill, (child, signal.SIGKILL))
        if kill_after is not None:
            timer.start()
        _, status = os.waitpid(child, 0)
        timer.cancel()
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode(errors="replace")


def _be(words: list[str], said: io.IOBase) -> None:
    """What a fork does; never returns."""
    from crfgan.commands.main import main

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(said.fileno(), 2)
    status = 70
    try:
        status = main(words)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def commands(data: Path, place: Path, model: Path) -> dict[str, list]:
    """A command of each kind that writes into a place."""
    cache, config = ["--cache", place / "cache"], data.with_name("config.json")
    config.write_text(json.dumps(PRESETS["tiny-32"].override(**RUN).to_dict()))
    return {
        "check": ["check", data, "--out", place / "pictures", *cache],
        "train": ["train", data, "--out", place / "run", *cache, "--config", config],
        "synthesize": ["synthesize", model, "--count", 3, "--out", place / "new", "--device", "cpu"],
        "evaluate": ["evaluate", model, "--real", data, "--count", 4, "--out", place / "report", "--shape", 32, *cache],
        "export": ["export", model, place / "half.safetensors", "--half"],
        "phantoms": ["phantoms", place / "drawn", "--kind", "head", "--count", 2, "--shape", 32],
    }


def again(words: list, place: Path) -> list:
    """The command that goes on after an accident: the same one, or --resume where there is a run."""
    run = place / "run"
    return ["train", "--resume", run] if words[0] == "train" and (run / "config.json").exists() else words


def same_results(place: Path, wanted: Path) -> list[str]:
    """Names of results that aren't those of an undisturbed command, to the last bit."""
    import numpy as np
    from crfgan.runs.card import read_card
    from crfgan.storage.tensor_file import load_tensors
    from crfgan.volumes.discovery import find_volumes
    from crfgan.volumes.reading import read_volume

    differ = []
    for path in sorted(wanted.rglob("*")):
        name = path.relative_to(wanted)
        if "cache" in name.parts or "state" in name.parts or "tensorboard" in name.parts or not path.is_file():
            continue
        other = place / name
        if path.suffix == ".safetensors":
            tensors, others = load_tensors(path), load_tensors(other) if other.exists() else {}
            right = tensors.keys() == others.keys() and all(tensors[key].equal(others[key]) for key in tensors)
            right = right and {**read_card(path), "created": 0} == {**read_card(other), "created": 0}
        elif path.suffix == ".nrrd":
            arrays = (
                [read_volume(find_volumes([each])[0]).array for each in (path, other)] if other.exists() else [0, 1]
            )
            right = np.array_equal(*arrays)
        elif path.name in ("log.jsonl", "quality.jsonl") or path.suffix == ".png":
            right = other.exists() and path.read_bytes() == other.read_bytes()
        else:
            right = other.exists()
        if not right:
            differ.append(str(name))
    return differ
