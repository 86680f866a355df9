"""MedicalNet: the network the published files fit, and files that don't fit."""

import os

import numpy as np
import pytest
import torch
from crfgan.errors import InputError
from crfgan.metrics.features.medicalnet import MedicalNet, ResNet50
from safetensors.torch import save_file

VOLUMES = list(np.random.default_rng(0).uniform(-1, 1, (2, 16, 24, 16)).astype(np.float32))


@pytest.fixture(scope="module")
def network():
    """Random weights, with statistics of batches that aren't the initial ones."""
    torch.manual_seed(0)
    network = ResNet50().eval()
    for name, buffer in network.named_buffers():
        if name.endswith("running_var"):
            buffer.fill_(1.3)
    return network


@pytest.fixture(scope="module")
def weights(network, tmp_path_factory):
    """The file as published: a .pth of a parallel network inside a training state."""
    path = tmp_path_factory.mktemp("weights") / "resnet_50.pth"
    torch.save({"state_dict": {f"module.{name}": t for name, t in network.state_dict().items()}}, path)
    return path


def test_has_the_parameters_of_the_published_network():
    # Their table says 46.16 M. The 2D network without its head has 23,508,032; its first kernel grows from 3 x 7^2
    # to 7^3 and those in the middle of the blocks from 3^2 to 3^3.
    middles = 3 * 64**2 + 4 * 128**2 + 6 * 256**2 + 3 * 512**2
    expected = 23_508_032 + 64 * (343 - 147) + (27 - 9) * middles
    assert sum(p.numel() for p in ResNet50().parameters()) == expected == 46_155_072


def test_late_layers_are_dilated_and_keep_an_eighth_of_the_resolution(network):
    x = network.bn1(network.conv1(torch.zeros(1, 1, 32, 32, 48)))
    x = torch.nn.functional.max_pool3d(x, 3, 2, 1)
    sizes = [tuple(x.shape[2:])]
    for layer in (network.layer1, network.layer2, network.layer3, network.layer4):
        x = layer(x)
        sizes.append(tuple(x.shape[1:]))
    assert sizes == [(8, 8, 12), (256, 8, 8, 12), (512, 4, 4, 6), (1024, 4, 4, 6), (2048, 4, 4, 6)]
    assert {block.conv2.dilation for block in network.layer4} == {(4, 4, 4)}
    assert {block.conv2.dilation for block in network.layer3} == {(2, 2, 2)}


def test_features_are_those_of_the_weights_in_the_file(network, weights):
    features = MedicalNet(weights)(VOLUMES)
    assert features.shape == (2, 2048)
    x = torch.from_numpy(VOLUMES[1])[None, None]
    with torch.no_grad():
        expected = network((x - x.mean()) / x.std())[0]
    np.testing.assert_allclose(features[1], expected, rtol=1e-4, atol=1e-5)


def test_brightness_and_contrast_do_not_matter(weights):
    extract = MedicalNet(weights)
    np.testing.assert_allclose(extract([VOLUMES[0]]), extract([3 * VOLUMES[0] + 7]), rtol=1e-3, atol=1e-4)
    assert np.isfinite(extract([np.full((16, 16, 16), -1, np.float32)])).all()


def test_a_safetensors_file_does_too(network, weights, tmp_path):
    counts = "num_batches_tracked"
    tensors = {name: tensor for name, tensor in network.state_dict().items() if not name.endswith(counts)}
    save_file(tensors, tmp_path / "resnet_50.safetensors")
    np.testing.assert_array_equal(MedicalNet(tmp_path / "resnet_50.safetensors")(VOLUMES), MedicalNet(weights)(VOLUMES))


def test_missing_and_mismatched_weights_are_named(network, tmp_path):
    tensors = dict(network.state_dict())
    del tensors["conv1.weight"]
    tensors["layer3.5.conv2.weight"] = torch.zeros(3)
    torch.save(tensors, tmp_path / "other.pth")
    with pytest.raises(InputError, match=r"other.pth must hold .* for conv1\.weight, layer3\.5\.conv2\.weight\. Use"):
        MedicalNet(tmp_path / "other.pth")


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}])
def test_files_of_something_else_are_refused(content, tmp_path):
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(InputError, match=r"for conv1\.weight, bn1\.weight, bn1\.bias and \d+ more"):
        MedicalNet(tmp_path / "other.pth")


class Code:
    """Something that runs code when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_in_a_file_is_not_run(tmp_path):
    torch.save({"state_dict": Code(tmp_path / "ran")}, tmp_path / "code.pth")
    with pytest.raises(InputError, match=r"code\.pth must be a file of plain tensors"):
        MedicalNet(tmp_path / "code.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["cut.pth", "cut.safetensors"])
def test_broken_and_absent_files_are_refused(name, tmp_path):
    with pytest.raises(InputError, match="cut"):
        MedicalNet(tmp_path / name)
    (tmp_path / name).write_bytes(b"PK\x03\x04 not all of it")
    with pytest.raises(InputError, match="cut"):
        MedicalNet(tmp_path / name)
