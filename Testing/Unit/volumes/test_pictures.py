"""Small pictures: the right way up, and small whatever they show."""

import io

import numpy as np
import pytest
from crfgan.volumes.pictures import LARGEST_THUMBNAIL, middle_planes, thumbnail
from PIL import Image


def opened(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.mode, picture.format) == ("L", "PNG")
        return np.array(picture)


@pytest.mark.parametrize("shape", [(32, 32, 32), (32, 64, 96)])
def test_a_thumbnail_is_small_even_of_noise(shape):
    noise = np.random.default_rng(0).uniform(-1, 1, shape).astype("f4")
    png = thumbnail(noise, (1, 1, 1))
    assert len(png) < LARGEST_THUMBNAIL
    assert opened(png).shape == (96, 288)


def test_noise_finer_than_pixels_is_small_too():
    noise = np.random.default_rng(0).choice([-1, 1], (192, 192, 192)).astype("f4")
    assert len(thumbnail(noise, (1, 1, 1))) < LARGEST_THUMBNAIL


def test_planes_are_side_by_side_and_seen_as_in_slicer():
    array = np.full((32, 32, 32), -1, "f4")
    array[24:, :, :] = 1  # superior
    array[:, 24:, :] = 0  # anterior
    axial, coronal, sagittal = np.split(opened(thumbnail(array, (1, 1, 1))), 3, axis=1)
    assert axial[5, 48] == 127
    assert axial[90, 48] == 0
    assert coronal[5, 48] == 255
    assert coronal[90, 48] == 0
    assert (sagittal[5, 5], sagittal[5, 90], sagittal[90, 5]) == (127, 255, 127)


def test_a_thumbnail_of_a_flat_volume_keeps_its_proportions():
    array = np.ones((8, 32, 32), "f4")
    _, coronal, _ = np.split(opened(thumbnail(array, (1, 1, 1))), 3, axis=1)
    assert np.count_nonzero(coronal[:, 48]) == 24


def test_tiles_have_the_side_asked_for():
    assert {tile.size for tile in middle_planes(np.zeros((8, 9, 10)), (1, 2, 3), 64)} == {(64, 64)}
