"""What a run computes on is told by name, and where it is no GPU, why."""

import os
from pathlib import Path

import pytest
import torch
from commands import crfgan
from crfgan.errors import InputError
from crfgan.hardware import device
from crfgan.hardware.device import device_facts


@pytest.fixture
def gpus(monkeypatch):
    """Says which kinds of GPU this machine has."""

    def have(cuda=False, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(device, "problem_of", lambda kind: "")
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda which: "NVIDIA H100")

    return have


def test_a_gpu_that_was_hoped_for_and_is_not_there_is_told(gpus, monkeypatch):
    gpus()
    monkeypatch.setattr(torch, "get_num_threads", lambda: 8)
    reason = "no GPU that PyTorch can use was found"
    assert device_facts("auto") == {"device": "cpu", "name": "8 CPU cores", "reason": reason}
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert device_facts("cpu") == {"device": "cpu", "name": "1 CPU core", "reason": ""}


def test_a_gpu_is_told_by_its_name(gpus):
    gpus(cuda=True)
    assert device_facts("auto") == {"device": "cuda", "name": "NVIDIA H100", "reason": ""}
    assert device_facts("cpu")["reason"] == ""
    gpus(mps=True)
    assert device_facts("auto") == {"device": "mps", "name": "Apple GPU", "reason": ""}


def test_a_gpu_asked_for_by_name_that_is_not_there_is_refused(gpus):
    gpus()
    with pytest.raises(InputError, match=r"must be one of this machine's, got cuda\. Choose auto or cpu\.$"):
        device_facts("cuda")


OLD_GPU = """
import sys
from importlib.abc import MetaPathFinder
from importlib.util import find_spec

class AfterTorch(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        execute = spec.loader.exec_module
        def exec_module(module):
            execute(module)
            def refuse(*args, **kwargs):
                raise RuntimeError("CUDA error: no kernel image is available for execution on the device\\nmore")
            cuda = module.cuda
            cuda.is_available, cuda.device_count, cuda.current_device = lambda: True, lambda: 1, lambda: 0
            cuda.get_device_name, cuda.get_device_capability = lambda *which: "Old GPU", lambda *which: (3, 5)
            cuda.mem_get_info, cuda._lazy_init = lambda *which: (8 * 2**30, 8 * 2**30), refuse
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, AfterTorch())
"""
"""Makes PyTorch find a GPU that it can't compute on."""
PROBLEM = (
    f"this PyTorch, {torch.__version__}, can't use Old GPU (CUDA error: no kernel image is available for execution on "
    "the device); install a PyTorch that is built for it, see pytorch.org, or a newer driver"
)


@pytest.fixture
def old_gpu(tmp_path):
    """The environment of a machine with such a GPU."""
    (tmp_path / "sitecustomize.py").write_text(OLD_GPU)
    core = Path(device.__file__).parents[2]
    return {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{core}"}


def test_a_gpu_that_this_pytorch_cannot_use_gives_way_to_the_cpu(old_gpu, head_folder, trained_run, tmp_path):
    train = ["train", head_folder, "--out", tmp_path / "run", "--preset", "tiny-32", "--iterations", 1]
    for arguments in (train, ["synthesize", trained_run, "--out", tmp_path / "new"]):
        done = crfgan(*arguments, env=old_gpu)
        assert done.returncode == 0
        assert PROBLEM in done.stderr.splitlines()[0] and done.stderr.startswith("Computing on ")
    assert crfgan("estimate", env=old_gpu).returncode == 0


def test_a_gpu_that_this_pytorch_cannot_use_is_refused_when_asked_for(old_gpu, head_folder, trained_run, tmp_path):
    run = tmp_path / "run"
    commands = (
        ["train", head_folder, "--out", run],
        ["synthesize", trained_run, "--out", tmp_path / "new"],
        ["estimate"],
    )
    for arguments in commands:
        refused = crfgan(*arguments, "--device", "cuda", env=old_gpu)
        sentence = f"The device must be one that can be used, got cuda: {PROBLEM}. Choose auto or cpu."
        assert (refused.returncode, refused.stderr.splitlines()) == (1, [sentence])
    assert not run.exists()
