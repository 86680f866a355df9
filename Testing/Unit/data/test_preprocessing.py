"""Preprocessing and its inverse."""

from pathlib import Path

import numpy as np
import pytest
from crfgan.config import Preprocessing
from crfgan.data.preprocessing import (
    choose_grid,
    choose_set_units,
    choose_units,
    preprocess,
    restore,
    restore_like,
    survey,
)
from crfgan.errors import InputError
from crfgan.phantoms import make_chest, make_head
from crfgan.volumes.discovery import find_volumes
from crfgan.volumes.reading import read_volume
from crfgan.volumes.volume import Volume

SHARED = Path(__file__).resolve().parents[4] / "shared"


def prepare(volumes, settings):
    surveys = [survey(volume, settings) for volume in volumes]
    grid = choose_grid(surveys, settings)
    return grid, surveys, [preprocess(v, s, grid) for v, s in zip(volumes, surveys, strict=True)]


def bar(shape=(40, 60, 50), spacing=(2.0, 1.0, 3.0), low=10):
    """A bright block on a dark ground: anatomy of 20 x 30 x 25 voxels; spacing along I, J, K."""
    array = np.full(shape, low, np.int16)
    array[10:30, 15:45, 12:37] = 900
    array[15, 20, 20] = 500
    return Volume(array, np.diag([*spacing, 1.0]), "bar")


@pytest.mark.skipif(not (SHARED / "data" / "orientation").exists(), reason="needs shared/data/orientation")
def test_one_brain_under_twelve_axis_codes_gives_one_identical_array():
    settings = Preprocessing(shape=(64, 64, 64))
    volumes = [read_volume(source) for source in find_volumes([SHARED / "data" / "orientation"])]
    assert len(volumes) == 12
    _, _, arrays = prepare(volumes, settings)
    for array in arrays[1:]:
        assert np.array_equal(array, arrays[0])
    assert arrays[0].std() > 0.1


def test_isotropic_keeps_true_proportions_and_pads_with_background():
    grid, _, (array,) = prepare([bar()], Preprocessing(shape=(64, 64, 64)))
    # The block measures 60 x 30 x 50 mm along S, A, R; its longest side fills the grid.
    assert grid.spacing == (60 / 64,) * 3
    filled = [int((array > 0).any(axis=axes).sum()) for axes in ((1, 2), (0, 2), (0, 1))]
    assert filled == pytest.approx([64, 32, 53], abs=2)
    assert array[32, 0, 32] == -1


def test_fill_stretches_the_foreground_over_the_grid():
    grid, _, (array,) = prepare([bar()], Preprocessing(shape=(32, 64, 32), fit="fill"))
    assert grid.spacing == pytest.approx((60 / 32, 30 / 64, 50 / 32), rel=1e-4)
    # The outermost voxels are mixed with the ground beside the block; one voxel in it is dark.
    assert (array[2:-2, 2:-2, 2:-2] > 0.5).mean() > 0.999


def test_ct_keeps_hounsfield_units_through_the_inverse():
    volume = make_chest(0, (64, 64, 64)).image
    settings = Preprocessing(shape=(64, 64, 64), modality="lung-ct")
    grid, (found,), (array,) = prepare([volume], settings)
    assert (found.units.name, found.units.low, found.units.high) == ("HU", -1024, 600)
    back = restore(array, found.units, grid, found.center, "back")
    assert np.percentile(back.array, 30) < -700
    assert back.array.max() <= 600
    np.testing.assert_allclose(back.spacing, grid.spacing[::-1])
    np.testing.assert_allclose(back.center_ras(), found.center, atol=1e-9)


def test_automatic_modality_knows_ct_from_mri():
    assert choose_units(make_chest(1, (32, 32, 32)).image, Preprocessing()).name == "HU"
    assert choose_units(make_head(1, (32, 32, 32)).image, Preprocessing()).name == "arbitrary"


def test_a_single_absurd_voxel_does_not_set_the_window():
    head = make_head(2, (32, 32, 32)).image
    spoiled = head.array.copy()
    spoiled[3, 3, 3] = 1e30
    units = choose_units(Volume(spoiled, head.ijk_to_ras, "spoiled"), Preprocessing(modality="brain-mri"))
    assert units.high < 5000


def test_whole_numbers_come_back_as_int16_and_others_as_float():
    grid, (found,), (array,) = prepare([bar()], Preprocessing(shape=(32, 32, 32)))
    assert restore(array, found.units, grid, (0, 0, 0), "x").array.dtype == np.int16
    volume = bar()
    floats = Volume(volume.array.astype(np.float32), volume.ijk_to_ras, "floats")
    grid, (found,), (array,) = prepare([floats], Preprocessing(shape=(32, 32, 32)))
    assert restore(array, found.units, grid, (0, 0, 0), "x").array.dtype == np.float32


@pytest.mark.parametrize("fit", ["isotropic", "fill"])
def test_going_back_onto_the_volume_itself_gives_it_again(fit):
    volume, settings = make_head(3, (64, 64, 64)).image, Preprocessing(shape=(64, 64, 64), fit=fit)
    grid, (found,), (array,) = prepare([volume], settings)
    back = restore_like(array, found.units, grid, volume, settings, "back")
    assert back.shape == volume.shape
    np.testing.assert_allclose(back.ijk_to_ras, volume.ijk_to_ras, atol=1e-4)
    inside = tuple(slice(first + 2, last - 2) for first, last in found.box)

    def likeness(array):
        return np.corrcoef(back.array[inside].ravel(), array[inside].ravel())[0, 1]

    # Interpolated twice, its noise is gone; but half a voxel off would show.
    assert likeness(volume.array) > 0.95
    assert all(likeness(np.roll(volume.array, 1, axis)) < likeness(volume.array) - 0.03 for axis in range(3))


def test_mixed_modalities_are_refused():
    settings = Preprocessing()
    surveys = [survey(make(0, (32, 32, 32)).image, settings) for make in (make_head, make_chest)]
    with pytest.raises(InputError, match="must be of one modality, but 1 of 2 look like CT"):
        choose_set_units(surveys)


def test_a_volume_outside_the_window_is_refused():
    volume = Volume(np.full((8, 8, 8), 3000, np.int16), np.eye(4), "metal")
    with pytest.raises(InputError, match="metal has nothing to learn from between intensities -1024 and 600"):
        choose_units(volume, Preprocessing(modality="lung-ct"))
