"""What a run computes on is told by name, and where it is no GPU, why."""

import pytest
import torch
from crfgan.errors import InputError
from crfgan.hardware.device import device_facts


@pytest.fixture
def gpus(monkeypatch):
    """Says which kinds of GPU this machine has."""

    def have(cuda=False, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H100")

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
