"""Features of MedicalNet, the field's habit for volumes, from a weights file that the user has."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ...storage.tensor_file import read_tensors

BLOCKS = (3, 4, 6, 3)
EXPANSION = 4


class MedicalNet:
    """Volumes -> the 2048 globally averaged features of a 3D ResNet-50 pretrained on 23 medical data sets.

    Chen, Ma and Zheng, arXiv 1904.00625: layers 3 and 4 are dilated by 2 and 4 instead of strided, and shortcuts that
    change the width are convolutions (type B).
    """

    name = "medicalnet-resnet50"

    def __init__(self, weights: Path):
        """Read `weights`, a .safetensors or .pth file of the published names.

        Raises:
            InputError: the file can't be read without running code from it, or isn't such a network's.
        """
        self.network = ResNet50()
        _fill(self.network, _plain_names(_read(weights)), weights.name)
        self.network.eval()

    @torch.inference_mode()
    def __call__(self, volumes: Sequence[np.ndarray]) -> np.ndarray:
        """Volumes (D, H, W) of any one intensity scale -> features (N, 2048)."""
        tensors = (torch.from_numpy(np.array(volume))[None, None] for volume in volumes)
        return np.concatenate([self.network(_standardised(x)).numpy() for x in tensors])


def _standardised(x: Tensor) -> Tensor:
    """Mean 0 and deviation 1 in each volume, as the network was trained; a volume of one intensity becomes 0."""
    x = x - x.mean()
    return x / x.std().clamp_min(1e-6)


class ResNet50(nn.Module):
    """Volumes (B, 1, D, H, W) -> (B, 2048). The parts are named as in the published files."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv3d(1, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm3d(64)
        self.layer1 = _layer(64, 64, BLOCKS[0])
        self.layer2 = _layer(256, 128, BLOCKS[1], stride=2)
        self.layer3 = _layer(512, 256, BLOCKS[2], dilation=2)
        self.layer4 = _layer(1024, 512, BLOCKS[3], dilation=4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool3d(x, 3, stride=2, padding=1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return x.mean(dim=(2, 3, 4))


class Bottleneck(nn.Module):
    """1^3, 3^3 and 1^3 convolutions beside a shortcut: He et al., CVPR 2016, fig. 5."""

    def __init__(self, inputs: int, width: int, stride: int, dilation: int):
        super().__init__()
        outputs = EXPANSION * width
        self.conv1 = nn.Conv3d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm3d(width)
        self.conv2 = nn.Conv3d(width, width, 3, stride, padding=dilation, dilation=dilation, bias=False)
        self.bn2 = nn.BatchNorm3d(width)
        self.conv3 = nn.Conv3d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm3d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm3d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return F.relu(self.bn3(self.conv3(x)) + shortcut)


def _layer(inputs: int, width: int, blocks: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    first = Bottleneck(inputs, width, stride, dilation)
    return nn.Sequential(first, *(Bottleneck(EXPANSION * width, width, 1, dilation) for _ in range(blocks - 1)))


def _read(path: Path) -> Mapping:
    if path.suffix == ".safetensors":
        return read_tensors(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise InputError(
            f"{path.name} must be a file of plain tensors that torch can read, got {type(error).__name__}. "
            "Download it again, or save its state_dict."
        ) from error
    return content.get("state_dict", content) if isinstance(content, Mapping) else {}


def _plain_names(tensors: Mapping) -> dict[str, Tensor]:
    """Without what nn.DataParallel puts before every name."""
    return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}


def _fill(network: nn.Module, tensors: Mapping[str, Tensor], file: str) -> None:
    """Load what the network needs; heads for other tasks are left out.

    Raises:
        InputError: a tensor is missing or has another shape.
    """
    # Files of old PyTorch versions don't count batches, and in use nothing reads the count.
    needed = {name: t for name, t in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    wrong = [name for name, t in needed.items() if getattr(tensors.get(name), "shape", None) != t.shape]
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise InputError(
            f"{file} must hold the weights of MedicalNet's 3D ResNet-50, got none or another shape for "
            f"{', '.join(wrong[:3])}{more}. Use resnet_50.pth or resnet_50_23dataset.pth."
        )
    network.load_state_dict({name: tensors[name] for name in needed}, strict=False)
